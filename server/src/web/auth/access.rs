//! What proves who somebody is, and finding it in a request.

use app::session::Visitor;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use domain::actor::{Actor, Channel};
use secrecy::SecretString;
use store::{Error, Store};

use super::cookie;
use super::secret::is_same;
use crate::config::PasswordSetting;
use crate::web::caller::Caller;

/// The one person who acts; more people and roles come later.
pub const OPERATOR: &str = "operator";

/// How somebody proves to be the operator.
pub enum Access {
    /// Being on this machine is enough.
    Demo { api_token: SecretString },
    Real {
        password: PasswordSetting,
        /// Without it the API is closed.
        api_token: Option<SecretString>,
    },
}

/// What a request says about who sent it.
#[derive(Clone)]
pub struct Identity {
    pub visitor: Visitor,
    /// The token of the session, if one is what proves it.
    pub session: Option<String>,
}

impl Access {
    pub const fn is_demo(&self) -> bool {
        matches!(self, Self::Demo { .. })
    }

    /// Finds out who sent a request.
    ///
    /// # Errors
    /// When the sessions cannot be read.
    pub async fn identify(&self, store: &Store, request: &Parts) -> Result<Identity, Error> {
        if Caller::of(&request.uri, &request.headers) == Caller::ApiClient {
            return Ok(self.program(&request.headers));
        }
        match self {
            Self::Demo { .. } => Ok(self.operator(Channel::Web, None)),
            Self::Real { .. } => {
                let Some(token) = cookie::session_token(&request.headers) else { return Ok(self.nobody()) };
                Ok(match store.session(&token).await? {
                    Some(_) => self.operator(Channel::Web, Some(token)),
                    None => self.nobody(),
                })
            }
        }
    }

    fn program(&self, headers: &HeaderMap) -> Identity {
        let expected = match self {
            Self::Demo { api_token } => Some(api_token),
            Self::Real { api_token, .. } => api_token.as_ref(),
        };
        match bearer(headers).zip(expected) {
            Some((given, expected)) if is_same(given, expected) => self.operator(Channel::Api, None),
            _ => self.nobody(),
        }
    }

    fn operator(&self, channel: Channel, session: Option<String>) -> Identity {
        let actor = Some(Actor::new(OPERATOR, channel));
        Identity { visitor: Visitor { actor, is_demo: self.is_demo() }, session }
    }

    const fn nobody(&self) -> Identity {
        Identity { visitor: Visitor { actor: None, is_demo: self.is_demo() }, session: None }
    }
}

/// Whether the `Host` is a name of this machine itself. A page of another site whose name was made to point here
/// (DNS rebinding) sends its own name.
pub fn is_at_home(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn host(host: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))])
    }

    #[test]
    fn only_the_names_of_this_machine_are_home() {
        for name in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:3010", "evil.example:3010", ""]
        {
            assert!(!is_at_home(&host(name)), "{name}");
        }
        assert!(!is_at_home(&HeaderMap::new()));
        for name in ["localhost", "localhost:3010", "127.0.0.1:3010", "[::1]:3010", "[::1]"] {
            assert!(is_at_home(&host(name)), "{name}");
        }
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        let header = |value| HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))]);
        assert_eq!(bearer(&header("bearer abc")), Some("abc"));
        assert_eq!(bearer(&header("Bearer abc")), Some("abc"));
        assert_eq!(bearer(&header("Basic abc")), None);
        assert_eq!(bearer(&header("Bearerabc")), None);
    }
}
