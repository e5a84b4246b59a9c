//! Who is signed in. The browser holds a random token, the row only its hash.

use domain::Time;
use domain::actor::Role;
use rand::Rng;
use sha2::{Digest, Sha256};

use crate::rows::word;
use crate::{Error, Store};

/// A session ends when nothing came for this long …
const IDLE_MINUTES: f64 = 30.0;
/// … and after this long in any case.
const ABSOLUTE_HOURS: i32 = 8;

/// The secret in the browser's cookie: 256 random bits in hexadecimal. Shown nowhere, kept nowhere.
pub struct SessionToken(String);

impl SessionToken {
    fn random() -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The token itself, for the cookie.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// A session that is valid now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub name: String,
    pub role: Role,
    /// The end, however busy it is.
    pub expires_at: Time,
}

impl Store {
    /// Begins a session and drops those that have ended.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn create_session(&self, name: &str, role: Role) -> Result<SessionToken, Error> {
        let token = SessionToken::random();
        sqlx::query!("delete from session where expires_at < now()").execute(&self.pool).await?;
        sqlx::query!(
            "insert into session (token_hash, name, role, expires_at)
             values ($1, $2, $3, now() + make_interval(hours => $4))",
            hash(token.reveal()),
            name,
            role.as_str(),
            ABSOLUTE_HOURS
        )
        .execute(&self.pool)
        .await?;
        Ok(token)
    }

    /// The session of a token, if it has not ended. Seeing it puts its idle end off.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, Error> {
        sqlx::query!(
            "update session set last_seen_at = now()
              where token_hash = $1 and expires_at > now() and last_seen_at > now() - make_interval(secs => $2)
             returning name, role, expires_at",
            hash(token),
            IDLE_MINUTES * 60.0
        )
        .fetch_optional(&self.pool)
        .await?
        .map(|row| Ok(Session { name: row.name, role: word(&row.role)?, expires_at: row.expires_at }))
        .transpose()
    }

    /// Ends the session of a token.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_session(&self, token: &str) -> Result<(), Error> {
        sqlx::query!("delete from session where token_hash = $1", hash(token)).execute(&self.pool).await?;
        Ok(())
    }
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
