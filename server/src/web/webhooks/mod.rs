//! `POST /webhooks/circleci`: CircleCI says that one of its workflows has ended.
//!
//! A hint to look now, and no more. Whatever it says, CircleCI is asked itself what is true: a webhook that is forged,
//! repeated, late, out of order or about a run of somebody else costs one look at most, and one that never comes only time.
//! Every event that is signed is answered with 2xx, also one that concerns nothing here: there is no use in sending it again.

mod circleci;
mod signature;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::error::Problem;
use super::state::Web;

pub async fn circleci(
    State(web): State<Web>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    if !signature::is_by_circleci(&headers, &body, &web.circleci_webhook_secrets) {
        let refusal = "The signature is not by a secret of this service. Nothing was done.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", refusal));
    }
    let Some(delivery) = circleci::delivery(&body, web.store.now().await?)? else {
        return Ok(StatusCode::NO_CONTENT);
    };
    let is_new = web.store.deliver(&delivery).await?;
    tracing::debug!(delivery = delivery.id, run = delivery.run, is_new, "CircleCI sent a webhook");
    Ok(StatusCode::NO_CONTENT)
}
