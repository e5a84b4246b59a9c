//! `/api/v1`: the same rows as the pages, for programs. Every answer is JSON, errors included.
//!
//! The names of routes, fields and codes are a promise; they are written down here and not derived from the domain,
//! whose names may change.

mod accept;
mod acts;
mod ask;
mod body;
mod clusters;
mod debts;
mod endings;
mod fields;
mod freezes;
mod jobs;
mod lists;
mod money;
mod refusal;
mod schedules;
mod shape;
mod shares;

use axum::Router;
use axum::routing::{delete, get, post};

use super::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/api/v1/clusters", get(clusters::list))
        .route("/api/v1/clusters/{name}", get(clusters::one))
        .route("/api/v1/clusters/{name}/extend", post(endings::extend))
        .route("/api/v1/clusters/{name}/extend/undo", post(endings::undo))
        .route("/api/v1/clusters/{name}/obligation/close", post(debts::close))
        .route("/api/v1/clusters/{name}/leftovers/accept", post(debts::accept_leftover))
        .route("/api/v1/clusters/{name}/adopt", post(debts::adopt))
        .route("/api/v1/costs", get(money::costs))
        .route("/api/v1/receipts", get(money::receipts))
        .route("/api/v1/receipts/{number}", get(money::receipt))
        .route("/api/v1/freezes", get(freezes::list).post(freezes::add))
        .route("/api/v1/freezes/{id}", delete(freezes::delete))
        .route("/api/v1/shares", get(shares::list).post(shares::create))
        .route("/api/v1/shares/{id}", get(shares::one).delete(shares::revoke))
        .route("/api/v1/schedules", get(schedules::list).post(schedules::add))
        .route(
            "/api/v1/schedules/{id}",
            get(schedules::one).patch(schedules::change).delete(schedules::delete),
        )
        .route("/api/v1/schedules/{id}/pause", post(schedules::pause))
        .route("/api/v1/schedules/{id}/resume", post(schedules::resume))
        .route("/api/v1/schedules/{id}/run", post(schedules::run))
        .route("/api/v1/schedules/{id}/next", get(schedules::next))
        .route("/api/v1/jobs", get(jobs::list).post(accept::accept))
        .route("/api/v1/jobs/{number}", get(jobs::one))
        .route("/api/v1/jobs/{number}/cancel", post(acts::cancel))
        .route("/api/v1/jobs/{number}/leave-up", post(acts::leave_up))
        .route("/api/v1/jobs/{number}/resume", post(acts::resume))
        .route("/api/v1/jobs/{number}/steps/{position}/answer", post(acts::answer))
}

/// A list, and where it goes on.
#[derive(serde::Serialize)]
struct Page<T> {
    items: Vec<T>,
    /// To be sent as `before` to get the next page; null on the last one.
    next: Option<String>,
}
