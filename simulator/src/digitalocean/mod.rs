//! DigitalOcean API v2, as far as somebody reaches who looks at what exists with a token that may only read. Its
//! resources are what the simulated pipelines made of the cloud.

mod account;
mod gate;
mod inventory;
mod page;
mod read;
mod show;
mod sizes;

use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use serde_json::json;

pub(crate) use account::Account;

use crate::exchange::endpoint;
use crate::outside::Outside;
use crate::service::{Endpoint, Refusal};

pub(crate) fn routes(outside: &Outside) -> Router<Outside> {
    let gated = |at, methods: MethodRouter<Outside>| {
        endpoint(outside, at, methods.layer(from_fn_with_state(outside.clone(), gate::check)))
    };
    Router::new()
        .route("/v2/kubernetes/clusters", gated(Endpoint::DigitaloceanClusters, get(read::clusters)))
        .route("/v2/kubernetes/clusters/{id}", gated(Endpoint::DigitaloceanCluster, get(read::cluster)))
        .route("/v2/droplets", gated(Endpoint::DigitaloceanDroplets, get(read::droplets)))
        .route("/v2/load_balancers", gated(Endpoint::DigitaloceanLoadBalancers, get(read::load_balancers)))
        .route("/v2/volumes", gated(Endpoint::DigitaloceanVolumes, get(read::volumes)))
        .route("/v2/sizes", gated(Endpoint::DigitaloceanSizes, get(read::sizes)))
        .route("/v2/account", gated(Endpoint::DigitaloceanAccount, get(read::account)))
}

pub(crate) fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::NotFound => {
            error(StatusCode::NOT_FOUND, "not_found", "The resource you requested could not be found.")
        }
        Refusal::ServerError => {
            error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "Unexpected server-side error")
        }
        Refusal::Unauthorized => {
            error(StatusCode::UNAUTHORIZED, "unauthorized", "Unable to authenticate you.")
        }
        Refusal::Forbidden => refuse_to_write(),
        Refusal::RateLimited { retry_after } => {
            let mut answer =
                error(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "API rate limit exceeded.");
            if let Some(seconds) = retry_after {
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            answer
        }
    }
}

/// Its wording is not documented.
pub(crate) fn refuse_to_write() -> Response {
    error(StatusCode::FORBIDDEN, "forbidden", "You do not have access for the attempted action.")
}

fn error(status: StatusCode, id: &str, message: &str) -> Response {
    (status, Json(json!({ "id": id, "message": message }))).into_response()
}
