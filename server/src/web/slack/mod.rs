//! `POST /slack/provision`: the words that people type in Slack, sent by an outgoing webhook as in the seed.
//!
//! Slack shows the text of a 200 and nothing of any other answer, so a refusal is a 200 too. Only who does not know
//! the token gets a 401. What Slack sends again, because our answer was late, is the same job.

mod message;

use axum::Json;
use axum::extract::State;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use domain::Time;
use domain::actor::{Actor, Channel, Role};
use domain::command::parse;
use domain::ending::told;
use domain::job::Job;
use domain::order::Order;
use serde::Serialize;
use store::Terms;

pub use message::LONGEST_BODY;
use message::Message;

use super::auth::is_same;
use super::error::Problem;
use super::state::Web;

/// What Slack shows in the channel. Without a text it shows nothing.
#[derive(Serialize)]
pub struct Reply {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

pub async fn provision(
    State(web): State<Web>,
    headers: HeaderMap,
    message: Message,
) -> Result<Json<Reply>, Problem> {
    if !web.slack_token.as_ref().is_some_and(|expected| is_same(&message.token, expected)) {
        let refusal = "The token is not the one of this service. Nothing was done.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", refusal));
    }
    if message.is_by_slack_itself() {
        return Ok(Json(Reply { text: None }));
    }
    let text = obey(&web, &message, &headers).await?;
    Ok(Json(Reply { text: Some(escape(&text)) }))
}

/// Does what the words say, and tells what came of it.
async fn obey(web: &Web, message: &Message, headers: &HeaderMap) -> Result<String, Problem> {
    let ask = match parse(message.words(), &web.catalogue.words) {
        Ok(ask) => ask,
        Err(error) => return Ok(format!("{error} Nothing was started.")),
    };
    let order = match web.catalogue.order(&ask) {
        Ok(order) => order,
        Err(error) => return Ok(format!("{error} Nothing was started.")),
    };
    let actor = Actor::new(message.sender(), Channel::Slack);
    // Whoever may write in the channel is an operator.
    let terms = Terms {
        idempotency_key: message.idempotency_key(),
        limit: web.catalogue.limit_of(Role::Operator),
        ..Terms::default()
    };
    let accepted = match web.store.accept(&order, &actor, &terms).await {
        Ok(accepted) => accepted,
        Err(error) if error.is_meant_for_people() => return Ok(error.to_string()),
        Err(error) => return Err(error.into()),
    };
    let job = web.store.job(accepted.number).await?;
    let job = job.ok_or_else(|| Problem::internal(&"a job that was accepted is not there"))?;
    let first = web.store.waits_for(&[accepted.number]).await?.remove(&accepted.number);
    Ok(confirmation(&job.job, first, its_end(&order, job.job.created_at), headers))
}

/// When the cluster ends that the order brings up; nothing where it destroys it itself.
fn its_end(order: &Order, now: Time) -> String {
    let creates = order.ahead().iter().any(|step| step.action.creates_cluster());
    let destroys = order.ahead().last().is_some_and(|step| step.action.destroys_cluster());
    let is_left_up = creates && !destroys;
    if is_left_up { format!(" {}", told(order.stay.end(now), now)) } else { String::new() }
}

fn confirmation(job: &Job, first: Option<i64>, end: String, headers: &HeaderMap) -> String {
    let Job { number, cluster, .. } = job;
    let address = address(headers).map(|home| format!(" {home}/jobs/{number}")).unwrap_or_default();
    let hold = job.held_until.map(|until| (until - job.created_at).num_seconds());
    let hold = hold.map(|seconds| format!(" Nothing is destroyed in the first {seconds} s: stop it there."));
    let wait = first
        .map(|first| format!(" It waits for job #{first}: only one job at a time is at work on a cluster."));
    let (hold, wait) = (hold.unwrap_or_default(), wait.unwrap_or_default());
    format!("Job #{number} accepted: {} on {cluster}.{address}{end}{wait}{hold}", job.title())
}

/// How the caller reached us is how a reader of the channel reaches us. Whoever sent it knows the token.
fn address(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(HOST)?.to_str().ok()?;
    let is_secure = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    let scheme = if is_secure { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

/// So that nothing that somebody typed becomes a mention of the whole channel.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
