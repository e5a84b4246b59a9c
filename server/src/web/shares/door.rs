//! From the token in an address to the share that it opens. Unknown, expired and revoked cost the same and look the same.

use std::collections::HashMap;

use app::shared::{self, Opened};
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use domain::share::Share;
use leptos::nonce::Nonce;
use store::ShareToken;

use crate::web::caller::Caller;
use crate::web::error::Problem;
use crate::web::headers::shared_policy;
use crate::web::peer;
use crate::web::state::Web;

const WAIT_SECONDS: u32 = 60;

/// An open share, and the address of the link.
pub struct Door {
    pub share: Share,
    /// "https://host/s/token"
    pub address: String,
    /// How a refusal is written, in case that what it shows is gone.
    caller: Caller,
}

impl FromRequestParts<Web> for Door {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let caller = Caller::of(&parts.uri, &parts.headers);
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, web).await;
        let given = path.ok().and_then(|Path(mut path)| path.remove("token")).unwrap_or_default();
        let token = ShareToken::given(&given);
        match web.store.share_of(&token).await {
            Ok(Some(share)) => Ok(Self { share, address: shared::address(&parts.headers, &token), caller }),
            // A right token always opens: many people may be behind one address, and nobody guesses 256 random bits.
            Ok(None) if web.guesses.wrong(peer::client(parts)) => Err(too_many()),
            Ok(None) => Err(gone(caller, &web.catalogue.share.frame_origins)),
            Err(error) => Err(Problem::from(error).into_response()),
        }
    }
}

impl Door {
    /// What it shows, as it is now.
    pub async fn open(&self, web: &Web) -> Result<Opened, Response> {
        let opened = Opened::load(&web.store, &web.catalogue, &self.share.what, self.share.view).await;
        match opened {
            Ok(Some(opened)) => Ok(opened),
            Ok(None) => Err(gone(self.caller, &web.catalogue.share.frame_origins)),
            Err(error) => Err(Problem::from(error).into_response()),
        }
    }
}

fn too_many() -> Response {
    let message = "Too many links that do not work were tried from here. Try again in a minute.";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", message)
        .with_retry_after(WAIT_SECONDS)
        .into_response()
}

/// It tells nothing, so a listed site may show it where it showed the share.
fn gone(caller: Caller, frame_origins: &[String]) -> Response {
    if caller != Caller::Browser {
        let message = "This link does not work. It may have ended. Ask the person who sent it.";
        return Problem::not_found(message).into_response();
    }
    let nonce = Nonce::new();
    let policy = shared_policy(&nonce, frame_origins).map(|policy| [(CONTENT_SECURITY_POLICY, policy)]);
    let page = Html(shared::gone(&nonce));
    match policy {
        Some(policy) => (StatusCode::NOT_FOUND, policy, page).into_response(),
        None => (StatusCode::NOT_FOUND, page).into_response(),
    }
}
