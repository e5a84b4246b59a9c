//! One exchange with a client: the only place where faults strike and where the log is written. Endpoints know of
//! neither, but for the [`Twist`] that a fault gives to the run they start or show.

use std::collections::HashMap;
use std::future::pending;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{OriginalUri, Query, Request, State};
use axum::http::header::DATE;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use axum::{Extension, Router};
use serde_json::Value;

use crate::batch;
use crate::connections::Connection;
use crate::faults::{FaultKind, Strike};
use crate::hooks;
use crate::log::{Answer, LogEntry, MadeEffective};
use crate::outside::Outside;
use crate::service::{Endpoint, Refusal, Service};
use crate::spoil;
use crate::twist::Twist;

/// Larger than anything that a client of these APIs sends.
const MAX_REQUEST_BODY: usize = 1024 * 1024;

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
        let mut entry = LogEntry::arrived(outside.date(outside.now()), service, method.as_str(), uri.path());
        entry.answer = Answer::Status(answer.status().as_u16());
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
    let (mut entry, strikes) = arrive(&outside, endpoint, &parts.method, &uri, &body);
    let strikes_as = |kind| strikes.iter().any(|strike| strike.kind == kind);
    let spoilt = strikes.iter().find(|strike| strike.kind.is_of_the_answer());
    let fault = spoilt.map(|strike| strike.kind);
    if fault == Some(FaultKind::Hang) {
        outside.memory().log.push(entry);
        return pending().await;
    }
    if strikes_as(FaultKind::Vanishes) {
        outside.memory().vanish(uri.path());
    }

    let twist = Twist::of(&strikes, outside.clock());
    let request = || {
        let mut request = Request::from_parts(parts.clone(), Body::from(body.clone()));
        request.extensions_mut().insert(twist);
        request
    };
    let refusal = spoilt.and_then(|strike| refusal(endpoint.service(), *strike));
    let mut answer = match refusal {
        Some(refusal) => refusal,
        None => next.clone().run(request()).await,
    };
    entry.made_effective.extend(made_effective(&mut answer));
    if strikes_as(FaultKind::Twin) {
        let mut unheard = next.run(request()).await;
        entry.made_effective.extend(made_effective(&mut unheard));
    }
    if strikes_as(FaultKind::Vanishes) {
        let mut memory = outside.memory();
        entry.made_effective.iter().for_each(|run| memory.vanish(run));
    }
    if strikes_as(FaultKind::HookEarly) {
        for run in &entry.made_effective {
            hooks::tell_early(&outside, run).await;
        }
    }
    if fault == Some(FaultKind::ErrorAfterAccepting) {
        answer = endpoint.service().refuse(Refusal::ServerError);
    }

    entry.answer = match fault {
        Some(FaultKind::DropAnswer) => Answer::ConnectionReset,
        Some(FaultKind::HangAfterAccepting) => Answer::Never,
        _ => Answer::Status(answer.status().as_u16()),
    };
    outside.memory().log.push(entry);
    date(&mut answer, &outside);
    match fault {
        Some(FaultKind::DropAnswer) => match connection.reset().await {},
        Some(FaultKind::HangAfterAccepting) => pending().await,
        Some(fault) => spoil::spoiled(answer, fault).await,
        None => answer,
    }
}

/// The answer of a fault that lets nothing take effect.
fn refusal(service: Service, strike: Strike) -> Option<Response> {
    let refusal = match strike.kind {
        FaultKind::Status500 => Refusal::ServerError,
        FaultKind::Unauthorized => Refusal::Unauthorized,
        FaultKind::Forbidden => Refusal::Forbidden,
        FaultKind::NotFound => Refusal::NotFound,
        FaultKind::RateLimited => {
            // The header holds whole seconds.
            let seconds = strike.seconds.map_or(1, |seconds| seconds.ceil() as u64);
            Refusal::RateLimited { retry_after: Some(seconds) }
        }
        FaultKind::RateLimitedWithoutHint => Refusal::RateLimited { retry_after: None },
        FaultKind::Html => return Some(spoil::gateway_page()),
        FaultKind::Redirect => return Some(spoil::redirect()),
        _ => return None,
    };
    Some(service.refuse(refusal))
}

/// Says when it was answered, by the clock of the dates in it.
fn date(answer: &mut Response, outside: &Outside) {
    let date = outside.date(outside.now()).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::try_from(date) {
        answer.headers_mut().insert(DATE, date);
    }
}

fn made_effective(answer: &mut Response) -> Option<String> {
    answer.extensions_mut().remove::<MadeEffective>().map(|run| run.0)
}

/// The log entry of a request that has not been answered yet, and the faults that strike it.
fn arrive(
    outside: &Outside,
    endpoint: Endpoint,
    method: &Method,
    uri: &Uri,
    body: &Bytes,
) -> (LogEntry, Vec<Strike>) {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut memory = outside.memory();
    let branch = branch_in(&body).or_else(|| branch_in_query(uri)).or_else(|| memory.branch_of(uri.path()));
    let strikes = memory.faults.strike(endpoint, branch.as_deref());
    let at = outside.date(outside.now());
    let mut entry = LogEntry {
        endpoint: Some(endpoint.name()),
        branch,
        marker: marker_in(endpoint, &body),
        ..LogEntry::arrived(at, endpoint.service(), method.as_str(), uri.path())
    };
    entry.struck_by(&strikes);
    (entry, strikes)
}

fn branch_in(body: &Value) -> Option<String> {
    let places = [
        &body["branch"],
        &body["checkout"]["branch"],
        &body["request"]["branch"],
        // Of a schedule.
        &body["parameters"]["branch"],
    ];
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
        Endpoint::BatchTrigger => batch::key_in(body.as_object()?).map(str::to_owned),
        _ => None,
    }
}

/// A CircleCI pipeline can carry an id of its caller only as a parameter that its config declares; we know it by name.
pub(crate) fn marker_parameter(parameters: &serde_json::Map<String, Value>) -> Option<String> {
    let (_, marker) = parameters.iter().find(|(name, _)| name.contains("marker"))?;
    marker.as_str().map(str::to_owned)
}
