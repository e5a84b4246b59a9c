//! The pages and server functions of the app, with what they need from the server.

use app::session::Visitor;
use app::{App, shell};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use leptos::nonce::use_nonce;
use leptos::prelude::{AnyView, IntoAny, IntoView, provide_context, use_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context};

use super::caller::Caller;
use super::error::Problem;
use super::headers::page_policy;
use super::state::Web;

/// A route for each page and each server function.
pub fn routes(web: &Web) -> Router<Web> {
    Router::new()
        .leptos_routes_with_context(web, generate_route_list(App), context(web), document(web))
        .route_layer(from_fn(only_forms))
}

/// Server functions read whatever comes as a form. Another kind of body was not sent by a form of ours.
async fn only_forms(request: Request, next: Next) -> Response {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if request.method() == Method::POST && !kind.starts_with("application/x-www-form-urlencoded") {
        return Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response();
    }
    next.run(request).await
}

/// For an address that leads nowhere: the app's own page, if a browser asks.
pub async fn not_found(State(web): State<Web>, request: Request) -> Response {
    if !is_for_a_page(&request) {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    }
    let render = render_app_async_with_context(context(&web), document(&web));
    let mut response = render(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

fn is_for_a_page(request: &Request) -> bool {
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    is_get && Caller::of(request.uri(), request.headers()) == Caller::Browser
}

/// What pages and server functions find in their context.
fn context(web: &Web) -> impl Fn() + Clone + Send + Sync + 'static {
    let web = web.clone();
    move || {
        provide_context(web.store.clone());
        provide_context(web.catalogue.clone());
        provide_context(visitor(&web));
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
            && let Some(policy) = page_policy(&nonce)
        {
            response.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// Whoever was found to ask; nobody, where nobody looked.
fn visitor(web: &Web) -> Visitor {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Visitor>().cloned())
        .unwrap_or(Visitor { admitted: None, is_demo: web.access.is_demo() })
}

fn document(web: &Web) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    let options = web.leptos.clone();
    move || shell(options.clone()).into_view().into_any()
}
