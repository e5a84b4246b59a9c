//! Sending a webhook, and logging what came of it.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use axum::http::{Method, Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use super::event::Signed;
use crate::log::{Answer, LogEntry};
use crate::outside::Outside;
use crate::service::{Endpoint, Service};

/// A receiver that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn post(outside: Outside, signed: Signed) {
    let path = signed.url.parse::<Uri>().map(|url| url.path().to_owned()).unwrap_or_default();
    let request = Request::builder()
        .method(Method::POST)
        .uri(&signed.url)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "CircleCI-Webhook/1.0")
        .header("circleci-event-type", "workflow-completed")
        .header("circleci-signature", signed.signature)
        .body(Body::from(signed.body));
    let answer = match request {
        Ok(request) => {
            let client = Client::builder(TokioExecutor::new()).build_http();
            match timeout(PATIENCE, client.request(request)).await {
                Ok(Ok(answer)) => Answer::Status(answer.status().as_u16()),
                Ok(Err(_)) | Err(_) => Answer::Never,
            }
        }
        Err(error) => {
            tracing::warn!(%error, "nobody can be told at this address");
            Answer::Never
        }
    };
    let at = outside.date(outside.now());
    outside.memory().log.push(LogEntry {
        endpoint: Some(Endpoint::CircleciHook.name()),
        branch: signed.branch,
        answer,
        fault: signed.fault,
        ..LogEntry::arrived(at, Service::Circleci, Method::POST.as_str(), &path)
    });
}
