//! What proves who somebody is, and finding it in a request.

use app::session::Visitor;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use axum_extra::headers::HeaderMapExt;
use axum_extra::headers::authorization::{Authorization, Basic};
use domain::actor::{Actor, Admitted, Channel, Role};
use secrecy::{ExposeSecret, SecretString};
use store::{Error, Store};

use super::secret::is_same;
use super::{cookie, password};
use crate::config::Keys;
use crate::web::caller::{Caller, is_feed};

/// How somebody proves to be the operator or an admin. Each role is one person by name: there are no accounts.
pub enum Access {
    /// Being on this machine is enough to be an admin.
    Demo {
        api_token: SecretString,
    },
    Real {
        operator: Keys,
        admin: Keys,
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
            let token = match bearer(&request.headers) {
                None if is_feed(&request.uri) => basic_password(&request.headers),
                token => token.map(SecretString::from),
            };
            return Ok(token.map_or_else(|| self.nobody(), |token| self.program(&token)));
        }
        match self {
            Self::Demo { .. } => Ok(self.alone(Channel::Web)),
            Self::Real { .. } => {
                let Some(token) = cookie::session_token(&request.headers) else { return Ok(self.nobody()) };
                Ok(match store.session(&token).await? {
                    Some(known) => self.somebody(&known.name, known.role, Channel::Web, Some(token)),
                    None => self.nobody(),
                })
            }
        }
    }

    fn program(&self, given: &SecretString) -> Identity {
        let opens = |expected: &SecretString| is_same(given.expose_secret(), expected);
        match self {
            Self::Demo { api_token } if opens(api_token) => self.alone(Channel::Api),
            Self::Demo { .. } => self.nobody(),
            Self::Real { operator, admin } => {
                let role = role_of(|role| {
                    let keys = if role.is_admin() { admin } else { operator };
                    keys.api_token.as_ref().is_some_and(opens)
                });
                role.map_or_else(
                    || self.nobody(),
                    |role| self.somebody(role.as_str(), role, Channel::Api, None),
                )
            }
        }
    }

    /// Whose password this is. Takes tens of milliseconds where one is kept as a hash: not for a thread that serves
    /// requests.
    pub fn role_of_password(&self, given: &SecretString) -> Option<Role> {
        let Self::Real { operator, admin } = self else { return None };
        role_of(|role| {
            let keys = if role.is_admin() { admin } else { operator };
            keys.password.as_ref().is_some_and(|setting| password::is_right(given, setting))
        })
    }

    /// The one person of the demo.
    fn alone(&self, channel: Channel) -> Identity {
        self.somebody(Role::Operator.as_str(), Role::Admin, channel, None)
    }

    fn somebody(&self, name: &str, role: Role, channel: Channel, session: Option<String>) -> Identity {
        let admitted = Some(Admitted { actor: Actor::new(name, channel), role });
        Identity { visitor: Visitor { admitted, is_demo: self.is_demo() }, session }
    }

    const fn nobody(&self) -> Identity {
        Identity { visitor: Visitor { admitted: None, is_demo: self.is_demo() }, session: None }
    }
}

/// The role that something proves. Every role is tried, so that the time it takes does not tell which one was right.
fn role_of(proves: impl Fn(Role) -> bool) -> Option<Role> {
    Role::ALL.iter().copied().filter(|role| proves(*role)).last()
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

/// The password of `Basic`, whatever name stands before it.
fn basic_password(headers: &HeaderMap) -> Option<SecretString> {
    let login: Authorization<Basic> = headers.typed_get()?;
    Some(login.password().into())
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
    #[test]
    fn the_password_of_a_login_is_read_and_its_name_is_not() {
        let header = |value| HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))]);
        let read = |value| basic_password(&header(value)).map(|given| given.expose_secret().to_owned());
        assert_eq!(read("Basic YW5hOnNlY3JldA=="), Some("secret".to_owned()));
        assert_eq!(read("Basic OnNlY3JldA=="), Some("secret".to_owned()));
        for wrong in ["Basic %%%", "Basic YW5h", "Bearer secret", "Basic"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
