//! Signing in and out. Both are plain forms.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use domain::actor::Role;
use secrecy::SecretString;
use serde::Deserialize;

use super::cookie;
use crate::web::error::Problem;
use crate::web::redirects::own_path;
use crate::web::state::Web;

const LOGIN: &str = "/login";

#[derive(Deserialize)]
pub struct SignIn {
    #[serde(default)]
    password: SecretString,
    next: Option<String>,
}

/// Why somebody is asked again, as the login page knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    WrongPassword,
    TooManyTries,
}

impl Refusal {
    const fn as_str(self) -> &'static str {
        match self {
            Self::WrongPassword => "password",
            Self::TooManyTries => "wait",
        }
    }
}

/// Begins a session and leads on to where the person wanted to go.
pub async fn sign_in(
    State(web): State<Web>,
    headers: HeaderMap,
    Form(form): Form<SignIn>,
) -> Result<Response, Problem> {
    let next = form.next.as_deref().map_or("/", own_path);
    if web.access.is_demo() {
        return Ok(Redirect::to(next).into_response());
    }
    let role = match check(&web, form.password).await? {
        Ok(role) => role,
        Err(refusal) => return Ok(Redirect::to(&address(Some(refusal), Some(next))).into_response()),
    };
    if let Some(old) = cookie::session_token(&headers) {
        web.store.end_session(&old).await?;
    }
    let token = web.store.create_session(role.as_str(), role).await?;
    tracing::info!(%role, "somebody signed in");
    Ok((CookieJar::new().add(cookie::holding(&token)), Redirect::to(next)).into_response())
}

/// Ends the session here, whatever the browser does with its cookie.
pub async fn sign_out(State(web): State<Web>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = cookie::session_token(&headers) {
        web.store.end_session(&token).await?;
    }
    Ok((CookieJar::new().add(cookie::expired()), Redirect::to(LOGIN)).into_response())
}

/// The address of the login page that leads back to `next`.
pub fn address(refusal: Option<Refusal>, next: Option<&str>) -> String {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    if let Some(refusal) = refusal {
        fields.append_pair("problem", refusal.as_str());
    }
    if let Some(next) = next.map(own_path).filter(|next| !matches!(*next, "/" | LOGIN)) {
        fields.append_pair("next", next);
    }
    match fields.finish() {
        fields if fields.is_empty() => LOGIN.to_owned(),
        fields => format!("{LOGIN}?{fields}"),
    }
}

async fn check(web: &Web, given: SecretString) -> Result<Result<Role, Refusal>, Problem> {
    let Some(_turn) = web.attempts.begin().await else {
        tracing::warn!("too many wrong passwords: nobody is listened to for a minute");
        return Ok(Err(Refusal::TooManyTries));
    };
    let access = Arc::clone(&web.access);
    let checked = tokio::task::spawn_blocking(move || access.role_of_password(&given));
    if let Some(role) = checked.await.map_err(|error| Problem::internal(&error))? {
        return Ok(Ok(role));
    }
    web.attempts.failed().await;
    Ok(Err(Refusal::WrongPassword))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_login_page_leads_back_to_our_own_pages_only() {
        assert_eq!(address(None, Some("//evil.example")), "/login");
        assert_eq!(address(None, Some("/login")), "/login");
        assert_eq!(address(None, Some("/jobs?state=failed")), "/login?next=%2Fjobs%3Fstate%3Dfailed");
        assert_eq!(address(Some(Refusal::TooManyTries), Some("/jobs")), "/login?problem=wait&next=%2Fjobs");
    }
}
