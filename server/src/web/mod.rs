//! What comes in over HTTP: pages, the live stream, the API, words from Slack. It reads and writes rows, no more.

mod api;
pub mod auth;
mod caller;
mod error;
mod events;
mod handover;
mod headers;
mod health;
mod layers;
pub mod listen;
mod pages;
mod patience;
mod peer;
mod redirects;
mod request_id;
mod shares;
mod site;
mod slack;
mod state;
mod webhooks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

pub use shares::PARTS as SHARE_PARTS;
pub use shares::ViewerLimits;
pub use state::{Setup, Web};

/// Every route of the service. What stands above `admit` is for the operator; what stands below it asks for nothing,
/// or checks a secret of its own.
pub fn router(web: Web) -> Router {
    let routes = Router::new()
        .merge(pages::routes(&web))
        .merge(api::routes())
        .route("/events", get(events::stream))
        .merge(shares::routes_for_the_admitted())
        .route_layer(from_fn_with_state(web.clone(), auth::admit))
        .route("/login", post(auth::sign_in))
        .route("/logout", post(auth::sign_out))
        .route("/slack/provision", post(slack::provision).layer(DefaultBodyLimit::max(slack::LONGEST_BODY)))
        .route("/webhooks/circleci", post(webhooks::circleci))
        .merge(shares::routes())
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .fallback_service(site::files(&web));
    layers::around(routes, &web).with_state(web)
}
