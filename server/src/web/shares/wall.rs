//! `/wall`: a screen that nobody touches, for whoever is signed in or has a link.

use app::shared::{Document, Look, document};
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::Utc;
use leptos::nonce::Nonce;

use super::door::Door;
use super::page::{count, with_policy};
use super::rooms;
use super::subject::Subject;
use super::viewer::Arrival;
use crate::web::auth::{Identity, Operator};
use crate::web::error::Problem;
use crate::web::state::Web;

pub async fn all(_: Operator, State(web): State<Web>) -> Result<Response, Problem> {
    show(&web, &Subject::AllClusters).await
}

pub async fn all_events(
    _: Operator,
    arrival: Arrival,
    State(web): State<Web>,
    Extension(identity): Extension<Identity>,
) -> Result<Response, Problem> {
    rooms::listen_signed_in(web, identity.session, arrival)
}

pub async fn shared(door: Door, State(web): State<Web>, headers: HeaderMap) -> Result<Response, Problem> {
    let answer = show(&web, &Subject::Wall(door.share.clone())).await?;
    count(&door, &web, &headers).await;
    Ok(answer)
}

pub async fn shared_events(
    door: Door,
    arrival: Arrival,
    State(web): State<Web>,
) -> Result<Response, Problem> {
    rooms::listen(&web, Subject::Wall(door.share), arrival)
}

async fn show(web: &Web, subject: &Subject) -> Result<Response, Problem> {
    let missing =
        || Problem::not_found("This link does not work. It may have ended. Ask the person who sent it.");
    let drawn = subject.draw(web).await?.ok_or_else(missing)?;
    let nonce = Nonce::new();
    let page = document(&Document {
        look: Look::Wall,
        share: subject.share(),
        address: None,
        version: drawn.version,
        title: &drawn.title,
        description: "",
        icon: drawn.icon,
        state: &drawn.state,
        html: &drawn.html,
        nonce: &nonce,
        now: Utc::now(),
    });
    Ok(with_policy(page, &nonce, &[]))
}
