//! The gate in front of every route that does or shows something.

use app::session::Visitor;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{ORIGIN, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::actor::{Actor, Admitted, Role};

use super::access::{Identity, is_at_home};
use super::login::address;
use crate::web::caller::{Caller, is_feed};
use crate::web::error::Problem;
use crate::web::redirects::referring_path;
use crate::web::state::Web;

/// The one page that a stranger sees.
const OPEN_PAGE: &str = "/login";

/// Lets the operator and an admin through and nobody else.
pub async fn admit(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let identity = match web.access.identify(&web.store, &parts).await {
        Ok(identity) => identity,
        Err(error) => return Problem::from(error).into_response(),
    };
    let is_open = parts.extensions.get::<MatchedPath>().is_some_and(|path| path.as_str() == OPEN_PAGE);
    if identity.visitor.admitted.is_none() && !is_open {
        return turn_away(&parts);
    }
    if identity.session.is_some() && is_unasked(&parts) {
        return Problem::of_status(StatusCode::FORBIDDEN).into_response();
    }
    note(&mut parts, identity);
    next.run(Request::from_parts(parts, body)).await
}

/// Finds out who asks, without turning anybody away: for the page of an address that leads nowhere.
pub async fn recognise(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match web.access.identify(&web.store, &parts).await {
        Ok(identity) => note(&mut parts, identity),
        Err(error) => return Problem::from(error).into_response(),
    }
    next.run(Request::from_parts(parts, body)).await
}

/// In the demo nobody proves anything, so that nobody may come in under a foreign name.
pub async fn only_at_home(State(web): State<Web>, request: Request, next: Next) -> Response {
    if web.access.is_demo() && !is_at_home(request.headers()) {
        let message = "The demo answers to localhost and 127.0.0.1 only.";
        return Problem::new(StatusCode::MISDIRECTED_REQUEST, "foreign_host", message).into_response();
    }
    next.run(request).await
}

/// The person or program that got through [`admit`]. A route that somebody forgot to put behind it lets nobody in.
pub struct Operator {
    pub actor: Actor,
    /// An admin may do more than an operator; where that matters, the handler looks.
    pub role: Role,
}

impl<S: Sync> FromRequestParts<S> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let visitor = parts.extensions.get::<Visitor>();
        let admitted = visitor.and_then(|visitor| visitor.admitted.clone());
        let Admitted { actor, role } =
            admitted.ok_or_else(|| Problem::of_status(StatusCode::UNAUTHORIZED))?;
        Ok(Self { actor, role })
    }
}

fn note(parts: &mut Parts, identity: Identity) {
    parts.extensions.insert(identity.visitor.clone());
    parts.extensions.insert(identity);
}

/// Whether it would change something and says nothing about where it comes from. Every browser of our day says so
/// with a POST, and a program has no session.
fn is_unasked(parts: &Parts) -> bool {
    let is_safe = matches!(parts.method, Method::GET | Method::HEAD);
    let says_origin = parts.headers.contains_key(ORIGIN) || parts.headers.contains_key("sec-fetch-site");
    !is_safe && !says_origin
}

fn turn_away(parts: &Parts) -> Response {
    match Caller::of(&parts.uri, &parts.headers) {
        Caller::ApiClient => {
            let message = "A valid bearer token is needed. Nothing was done.";
            let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", message);
            // A calendar sends a login only to who asks for one.
            let asked = if is_feed(&parts.uri) { r#"Basic realm="Cluster Head", Bearer"# } else { "Bearer" };
            ([(WWW_AUTHENTICATE, asked)], problem).into_response()
        }
        Caller::Browser => Redirect::to(&address(None, page_of(parts).as_deref())).into_response(),
        Caller::Other => Problem::of_status(StatusCode::UNAUTHORIZED).into_response(),
    }
}

/// Where to come back to. A press cannot be repeated by a link, so then it is the page with the form.
fn page_of(parts: &Parts) -> Option<String> {
    match parts.method {
        Method::GET | Method::HEAD => parts.uri.path_and_query().map(ToString::to_string),
        _ => referring_path(&parts.headers),
    }
}
