//! What Slack sends. Also read as `multipart/form-data`, which is what `curl -F` sends: how people try it out.

use axum::RequestExt;
use axum::extract::{Form, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use domain::text::one_line;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::web::error::Problem;

/// A message has a few hundred bytes.
pub const LONGEST_BODY: usize = 16 * 1024;

const LONGEST_NAME: usize = 80;

/// Slack's own messages. Whoever answers them is answered again, for ever.
const SLACKBOT: &str = "USLACKBOT";

/// The fields that we know, of the many that come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Message {
    pub token: String,
    text: String,
    trigger_word: String,
    user_id: String,
    user_name: String,
    channel_id: String,
    timestamp: String,
}

impl Message {
    /// What was typed. `text` holds the trigger word too; where only the word was sent, it is the text.
    pub fn words(&self) -> &str {
        if self.text.trim().is_empty() { &self.trigger_word } else { &self.text }
    }

    pub fn sender(&self) -> String {
        let names = [&self.user_name, &self.user_id].map(|name| one_line(name, LONGEST_NAME));
        names.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "somebody".to_owned())
    }

    pub fn is_by_slack_itself(&self) -> bool {
        self.user_id == SLACKBOT
    }

    /// The same for what Slack sends again; none when the message cannot be told from another one.
    pub fn idempotency_key(&self) -> Option<String> {
        let parts = [&self.channel_id, &self.timestamp, &self.user_id];
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let mut hash = Sha256::new();
        for part in parts.into_iter().chain([&self.text]) {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(format!("slack:{hex}"))
    }

    fn set(&mut self, name: &str, value: String) {
        match name {
            "token" => self.token = value,
            "text" => self.text = value,
            "trigger_word" => self.trigger_word = value,
            "user_id" => self.user_id = value,
            "user_name" => self.user_name = value,
            "channel_id" => self.channel_id = value,
            "timestamp" => self.timestamp = value,
            _ => {}
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Message {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            let Form(message) = request.extract::<Form<Self>, _>().await.map_err(unreadable)?;
            return Ok(message);
        }
        let mut parts = request.extract::<Multipart, _>().await.map_err(unreadable)?;
        let mut message = Self::default();
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            message.set(&name, part.text().await.map_err(unreadable)?);
        }
        Ok(message)
    }
}

fn unreadable(rejection: impl IntoResponse) -> Problem {
    match rejection.into_response().status() {
        StatusCode::UNPROCESSABLE_ENTITY => Problem::of_status(StatusCode::BAD_REQUEST),
        status => Problem::of_status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            text: "kkk:m".into(),
            trigger_word: "kkk".into(),
            user_id: "U1".into(),
            user_name: "ana".into(),
            channel_id: "C1".into(),
            timestamp: "1767607200.000100".into(),
            ..Message::default()
        }
    }

    #[test]
    fn a_trigger_word_alone_is_the_text() {
        assert_eq!(message().words(), "kkk:m");
        assert_eq!(Message { text: " ".into(), ..message() }.words(), "kkk");
    }

    #[test]
    fn what_is_sent_again_has_the_same_key_and_any_other_message_another_one() {
        assert_eq!(message().idempotency_key(), message().idempotency_key());
        let others = [
            Message { text: "kkk:l".into(), ..message() },
            Message { timestamp: "1767607200.000200".into(), ..message() },
            Message { channel_id: "C".into(), timestamp: "11767607200.000100".into(), ..message() },
        ];
        for other in others {
            assert_ne!(message().idempotency_key(), other.idempotency_key(), "{other:?}");
        }
    }

    #[test]
    fn a_message_without_its_time_and_place_has_no_key() {
        assert_eq!(Message { timestamp: String::new(), ..message() }.idempotency_key(), None);
    }

    #[test]
    fn somebody_without_a_name_is_called_by_the_id() {
        assert_eq!(message().sender(), "ana");
        assert_eq!(Message { user_name: "\u{1b} ".into(), ..message() }.sender(), "U1");
        assert_eq!(Message::default().sender(), "somebody");
    }
}
