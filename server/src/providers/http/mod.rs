//! The one place that sends requests to outside services, so that timeouts, limits and secrecy hold for all
//! of them.
//!
//! - No redirects: one could carry a token to a host that nobody configured.
//! - No proxy out of the environment: who gets to see a token is written in the config or nowhere.
//! - No compression, and an answer is read up to [`BODY_LIMIT`], whatever its `Content-Length` says.
//! - Who cannot prove by TLS who it is hears nothing, and nobody is spoken to in the clear instead.
//! - No repetition, and a connection of its own for each request: on a reused connection that the far end is
//!   just closing, nobody can tell whether a POST was accepted.
//! - What an answer repeats of our secrets is blanked before anything else sees it.

mod failure;
mod identity;

use std::time::Duration;

use chrono::DateTime;
use domain::Time;
use reqwest::header::{DATE, HeaderMap, HeaderValue};
use reqwest::{Certificate, ClientBuilder, Method, RequestBuilder, Response, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::error::SetupError;
pub(super) use failure::Failure;

/// Bytes of an answer that we are ready to read. The longest honest one, a page of a CI's list, has a few
/// thousand.
pub const BODY_LIMIT: usize = 5 * 1024 * 1024;

/// A shorter secret would blank harmless words, such as the `demo` of the demo.
const SHORTEST_BLANKED_SECRET: usize = 8;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Makes ring the process's TLS provider. Needed once before the first [`Http::new`]; again it does nothing.
pub fn install_crypto() {
    // The error only says that a provider is in place already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The client that all providers share.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    timeout: Duration,
}

impl Http {
    /// `timeout` is for a whole call, from the first packet to the last byte of the answer.
    ///
    /// # Errors
    /// When TLS cannot be set up, such as without any trusted certificates.
    pub fn new(timeout: Duration) -> Result<Self, SetupError> {
        Self::built(reqwest::Client::builder(), timeout)
    }

    /// Believes this authority, whose certificate is given in PEM, in place of all that the machine trusts: it reaches
    /// only who is vouched for by it.
    ///
    /// # Errors
    /// When TLS cannot be set up with it.
    pub fn trusting_only(authority: &str, timeout: Duration) -> Result<Self, SetupError> {
        let authority = Certificate::from_pem(authority.as_bytes()).map_err(SetupError::Client)?;
        Self::built(reqwest::Client::builder().tls_certs_only([authority]), timeout)
    }

    fn built(client: ClientBuilder, timeout: Duration) -> Result<Self, SetupError> {
        install_crypto();
        let client = client
            .user_agent(concat!("cluster-head/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .map_err(SetupError::Client)?;
        Ok(Self { client, timeout })
    }

    /// `who` is the service's name for people; `secrets` are what its answers must not show.
    pub(super) fn to(&self, who: &'static str, secrets: Vec<SecretString>) -> Peer {
        Peer { http: self.clone(), who, headers: HeaderMap::new(), secrets }
    }
}

/// Reads the base address of a service.
///
/// # Errors
/// Unless it is an http or https address that paths can be added to.
pub(super) fn address(who: &'static str, text: &str) -> Result<Url, SetupError> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| SetupError::Address { who, found: text.to_owned() })
}

/// The address with more path segments. Each is escaped, so that no name can lead elsewhere.
pub(super) fn under<'a>(base: &Url, segments: impl IntoIterator<Item = &'a str>) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// One service as the far end of calls.
pub(super) struct Peer {
    http: Http,
    who: &'static str,
    headers: HeaderMap,
    secrets: Vec<SecretString>,
}

impl Peer {
    /// Adds a header to every request, such as the one that picks the version of an API.
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    /// Adds a token as a header to every request: `prefix` and the token. Its answers will not show the
    /// token.
    ///
    /// # Errors
    /// When the token is empty or does not fit in a header, as with a line break that was copied along.
    pub fn with_token(
        mut self,
        name: &'static str,
        prefix: &str,
        token: SecretString,
    ) -> Result<Self, SetupError> {
        let who = self.who;
        if token.expose_secret().is_empty() {
            return Err(SetupError::Token { who });
        }
        let mut value = HeaderValue::try_from(format!("{prefix}{}", token.expose_secret()))
            .map_err(|_| SetupError::Token { who })?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        self.secrets.push(token);
        Ok(self)
    }

    pub const fn who(&self) -> &'static str {
        self.who
    }

    pub fn get(&self, url: Url) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    pub fn post(&self, url: Url) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    pub fn patch(&self, url: Url) -> RequestBuilder {
        self.request(Method::PATCH, url)
    }

    pub fn delete(&self, url: Url) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.client.request(method, url).headers(self.headers.clone())
    }

    /// Sends the request once and reads the whole answer.
    ///
    /// # Errors
    /// Anything but a 2xx that came whole.
    pub async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let response = request.send().await.map_err(|error| self.broken(&error))?;
        let status = response.status();
        let headers = response.headers().clone();
        let body = self.read(response).await;
        if status.is_success() {
            return Ok(Answer { who: self.who, status, date: date(&headers), body: body? });
        }
        // The status says enough: a body that broke off or has no end changes nothing about it.
        Err(Failure::refused(self.who, status, &headers, &body.unwrap_or_default()))
    }

    /// As [`send`](Self::send), for an answer in JSON.
    pub async fn send_for<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        self.send(request).await?.json()
    }

    /// The same with the moment at which it was answered, where the answer says so.
    pub async fn send_dated_for<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<(T, Option<Time>), Failure> {
        let answer = self.send(request).await?;
        Ok((answer.json()?, answer.date))
    }

    async fn read(&self, mut response: Response) -> Result<String, Failure> {
        let too_long = || Failure::too_long(self.who, BODY_LIMIT);
        if response.content_length().is_some_and(|length| length > BODY_LIMIT as u64) {
            return Err(too_long());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(self.blank_secrets(String::from_utf8_lossy(&body).into_owned()))
    }

    fn blank_secrets(&self, text: String) -> String {
        self.secrets
            .iter()
            .map(ExposeSecret::expose_secret)
            .filter(|secret| secret.len() >= SHORTEST_BLANKED_SECRET)
            .fold(text, |text, secret| text.replace(secret, "[secret]"))
    }

    fn broken(&self, error: &reqwest::Error) -> Failure {
        Failure::broken(self.who, error, self.http.timeout)
    }
}

/// A 2xx answer, read to its end.
pub(super) struct Answer {
    who: &'static str,
    pub status: StatusCode,
    date: Option<Time>,
    body: String,
}

/// By the clock of the far end, like the dates in its answer. Ours may be wrong.
fn date(headers: &HeaderMap) -> Option<Time> {
    let date = headers.get(DATE)?.to_str().ok()?;
    Some(DateTime::parse_from_rfc2822(date).ok()?.to_utc())
}

impl Answer {
    /// # Errors
    /// When the body is not the JSON that the API documents. Unknown fields are welcome.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.body)
            .map_err(|error| Failure::unreadable(self.who, self.status, &self.body, &error))
    }
}
