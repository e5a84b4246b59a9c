//! One exchange with a client: the only place where faults strike and where the log is written. Endpoints know of
//! neither, but for the [`Twist`] that a fault gives to the run they start or show.

use std::collections::HashMap;
use std::future::pending;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{OriginalUri, Query, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use axum::{Extension, Router};
use serde_json::Value;

use crate::connections::Connection;
use crate::faults::FaultKind;
use crate::log::{Answer, LogEntry, MadeEffective};
use crate::outside::Outside;
use crate::service::{Endpoint, Refusal, Service};
use crate::spoil;
use crate::stack::Thoroughness;
use crate::timeline::Course;

/// Larger than anything that a client of these APIs sends.
const MAX_REQUEST_BODY: usize = 1024 * 1024;

/// What a fault does to the run that this exchange starts or shows.
#[derive(Clone, Copy, Default)]
pub(crate) struct Twist {
    pub course: Course,
    pub status_is_unknown: bool,
    pub thoroughness: Thoroughness,
}

/// Makes an endpoint: its methods, with faults and the log around them.
pub(crate) fn endpoint(
    outside: &Outside,
    endpoint: Endpoint,
    methods: MethodRouter<Outside>,
) -> MethodRouter<Outside> {
    methods.layer(from_fn_with_state((outside.clone(), endpoint), exchange))
}

/// Refuses what meets no endpoint of a service, and logs it: a client that strays should be seen.
pub(crate) fn refuse_strays(router: Router<Outside>, service: Service) -> Router<Outside> {
    let stray = move |State(outside): State<Outside>, method: Method, uri: OriginalUri| async move {
        let answer = service.refuse_stray(&method);
        let entry = LogEntry {
            at: outside.date(outside.now()),
            service,
            endpoint: None,
            method: method.to_string(),
            path: uri.path().to_owned(),
            branch: None,
            marker: None,
            answer: Answer::Status(answer.status().as_u16()),
            fault: None,
            made_effective: Vec::new(),
        };
        outside.memory().log.push(entry);
        answer
    };
    router.fallback(stray).method_not_allowed_fallback(stray)
}

async fn exchange(
    State((outside, endpoint)): State<(Outside, Endpoint)>,
    Extension(connection): Extension<Connection>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_REQUEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let (mut entry, fault) = arrive(&outside, endpoint, &parts.method, &uri, &body);
    let service = endpoint.service();

    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(twist(fault));
    let mut answer = match fault {
        Some(FaultKind::Status500) => service.refuse(Refusal::ServerError),
        Some(FaultKind::RateLimited) => service.refuse(Refusal::RateLimited { with_hint: true }),
        Some(FaultKind::RateLimitedWithoutHint) => service.refuse(Refusal::RateLimited { with_hint: false }),
        Some(FaultKind::Unauthorized) => service.refuse(Refusal::Unauthorized),
        Some(FaultKind::Html) => spoil::gateway_page(),
        Some(FaultKind::Hang) => {
            outside.memory().log.push(entry);
            return pending().await;
        }
        _ => next.run(request).await,
    };

    entry.made_effective.extend(answer.extensions_mut().remove::<MadeEffective>().map(|run| run.0));
    entry.answer = match fault {
        Some(FaultKind::DropAnswer) => Answer::ConnectionReset,
        _ => Answer::Status(answer.status().as_u16()),
    };
    outside.memory().log.push(entry);
    match fault {
        Some(FaultKind::DropAnswer) => match connection.reset().await {},
        Some(FaultKind::HugeBody) => spoil::with_a_huge_body(answer),
        Some(FaultKind::TruncatedJson) => spoil::with_half_its_body(answer).await,
        _ => answer,
    }
}

/// The log entry of a request that has not been answered yet, and the fault that strikes it.
fn arrive(
    outside: &Outside,
    endpoint: Endpoint,
    method: &Method,
    uri: &Uri,
    body: &Bytes,
) -> (LogEntry, Option<FaultKind>) {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut memory = outside.memory();
    let branch = branch_in(&body).or_else(|| branch_in_query(uri)).or_else(|| memory.branch_of(uri.path()));
    let fault = memory.faults.strike(endpoint, branch.as_deref());
    let entry = LogEntry {
        at: outside.date(outside.now()),
        service: endpoint.service(),
        endpoint: Some(endpoint.name()),
        method: method.to_string(),
        path: uri.path().to_owned(),
        branch,
        marker: marker_in(endpoint, &body),
        answer: Answer::Never,
        fault,
        made_effective: Vec::new(),
    };
    (entry, fault)
}

fn branch_in(body: &Value) -> Option<String> {
    let places = [&body["branch"], &body["checkout"]["branch"], &body["request"]["branch"]];
    places.into_iter().find_map(Value::as_str).map(str::to_owned)
}

fn branch_in_query(uri: &Uri) -> Option<String> {
    let Query(mut query) = Query::<HashMap<String, String>>::try_from_uri(uri).ok()?;
    query.remove("branch").or_else(|| query.remove("branch.name"))
}

fn marker_in(endpoint: Endpoint, body: &Value) -> Option<String> {
    match endpoint {
        Endpoint::TravisTrigger => [&body["request"]["message"], &body["message"]]
            .into_iter()
            .find_map(Value::as_str)
            .map(str::to_owned),
        Endpoint::CircleciTrigger => marker_parameter(body["parameters"].as_object()?),
        _ => None,
    }
}

/// A CircleCI pipeline can carry an id of its caller only as a parameter that its config declares; we know it by name.
pub(crate) fn marker_parameter(parameters: &serde_json::Map<String, Value>) -> Option<String> {
    let (_, marker) = parameters.iter().find(|(name, _)| name.contains("marker"))?;
    marker.as_str().map(str::to_owned)
}

fn twist(fault: Option<FaultKind>) -> Twist {
    let course = match fault {
        Some(FaultKind::FailJob) => Course::Fails,
        Some(FaultKind::NeverStarts) => Course::NeverStarts,
        Some(FaultKind::RunHangs) => Course::Hangs,
        _ => Course::Succeeds,
    };
    let status_is_unknown = fault == Some(FaultKind::UnknownStatus);
    Twist { course, status_is_unknown, thoroughness: Thoroughness::Whole }
}
