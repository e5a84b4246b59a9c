//! The page behind a link, alone and inside of somebody else's page.

use app::shared::{Document, Look, Opened, document, part};
use app::view::SharedView;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use chrono::Utc;
use domain::Time;
use leptos::nonce::Nonce;

use super::door::Door;
use crate::web::headers::shared_policy;
use crate::web::state::Web;

/// What of a page changes.
pub struct Drawn {
    pub html: String,
    pub title: String,
    pub icon: &'static str,
    pub state: String,
    /// For previews: what is going on, in one line.
    pub description: String,
    pub version: i64,
}

impl Drawn {
    pub fn new(opened: &Opened, now: Time) -> Self {
        let view = SharedView::new(opened, now);
        Self {
            html: part(&view),
            description: view.lead.words(now),
            title: view.document_title,
            icon: view.favicon,
            state: view.look.word,
            version: opened.version(),
        }
    }
}

pub async fn page(door: Door, State(web): State<Web>, headers: HeaderMap) -> Result<Response, Response> {
    let answer = show(&door, &web, Look::Page, &[]).await?;
    count(&door, &web, &headers).await;
    Ok(answer)
}

/// Only listed sites may frame it; a browser keeps all others from showing it.
pub async fn embed(door: Door, State(web): State<Web>, headers: HeaderMap) -> Result<Response, Response> {
    let answer = show(&door, &web, Look::Embed, &web.catalogue.share.frame_origins).await?;
    count(&door, &web, &headers).await;
    Ok(answer)
}

/// Counts that a person opened it.
pub async fn count(door: &Door, web: &Web, headers: &HeaderMap) {
    if is_a_person(headers)
        && let Err(error) = web.store.share_opened(door.share.id).await
    {
        tracing::warn!(%error, "an opening of a share was not counted");
    }
}

async fn show(door: &Door, web: &Web, look: Look, frame_origins: &[String]) -> Result<Response, Response> {
    let opened = door.open(web).await?;
    let (now, nonce) = (Utc::now(), Nonce::new());
    let drawn = Drawn::new(&opened, now);
    let page = document(&Document {
        look,
        share: Some(&door.share),
        address: (look == Look::Page).then_some(door.address.as_str()),
        version: drawn.version,
        title: &drawn.title,
        description: &drawn.description,
        icon: drawn.icon,
        state: &drawn.state,
        html: &drawn.html,
        nonce: &nonce,
        now,
    });
    Ok(with_policy(page, &nonce, frame_origins))
}

pub fn with_policy(page: String, nonce: &Nonce, frame_origins: &[String]) -> Response {
    match shared_policy(nonce, frame_origins) {
        Some(policy) => ([(CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response(),
        None => Html(page).into_response(),
    }
}

/// Whether a browser shows it to somebody. Bots that make previews, command lines and browsers that only look ahead do
/// not say so, and change nothing.
fn is_a_person(headers: &HeaderMap) -> bool {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|given| given == value);
    says("sec-fetch-mode", "navigate")
        && (says("sec-fetch-dest", "document") || says("sec-fetch-dest", "iframe"))
        && !headers.contains_key("sec-purpose")
}
