//! What CircleCI sends, as far as it concerns us: which pipeline to look at.
//!
//! Source: <https://circleci.com/docs/outbound-webhooks-reference/>.

use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::Time;
use domain::run::ProviderKind;
use domain::text::one_line;
use serde::Deserialize;
use store::Delivery;

use crate::web::error::Problem;

/// Ids of CircleCI have 36 letters. What is longer is no id.
const LONGEST_ID: usize = 100;

/// Of everything that happens in a project, the ends of workflows tell the end of a pipeline.
const WORKFLOW_ENDED: &str = "workflow-completed";

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    happened_at: Time,
    pipeline: Option<Pipeline>,
}

#[derive(Deserialize)]
struct Pipeline {
    id: String,
}

/// The hint in a signed body; none where there is nothing to look at.
///
/// # Errors
/// When it is no event of CircleCI.
pub fn delivery(body: &[u8], now: Time) -> Result<Option<Delivery>, Problem> {
    let event: Event = serde_json::from_slice(body).map_err(|error| unreadable(&error.to_string()))?;
    if event.kind != WORKFLOW_ENDED {
        return Ok(None);
    }
    let Some(pipeline) = event.pipeline else {
        return Err(unreadable("a workflow that has ended names no pipeline"));
    };
    if event.id.len().max(pipeline.id.len()) > LONGEST_ID {
        return Err(unreadable("an id is longer than any of CircleCI"));
    }
    // Whether something so old was here before is not remembered.
    if event.happened_at < now - TimeDelta::days(store::REMEMBERED_DAYS.into()) {
        return Ok(None);
    }
    Ok(Some(Delivery { provider: ProviderKind::CircleCi, id: event.id, run: pipeline.id }))
}

fn unreadable(what: &str) -> Problem {
    let message = format!("This is no event of CircleCI: {}. Nothing was done.", one_line(what, 120));
    Problem::new(StatusCode::BAD_REQUEST, "bad_request", message)
}
