//! Whether this process lives, and whether it should get requests. Both may be asked by anybody.

use axum::extract::State;
use axum::http::StatusCode;

use super::error::Problem;
use super::state::Web;

/// The process answers. It says nothing about the database: a restart would not mend that.
pub async fn live() -> &'static str {
    "ok\n"
}

/// The database answers, and the process is not about to end.
pub async fn ready(State(web): State<Web>) -> Result<&'static str, Problem> {
    let not_ready = |message| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", message);
    if web.closing.is_cancelled() {
        return Err(not_ready("This process is about to end."));
    }
    match web.store.ping().await {
        Ok(()) => Ok("ready\n"),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            Err(not_ready("The database does not answer."))
        }
    }
}
