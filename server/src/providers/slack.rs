//! Slack's incoming webhook: one channel that is told what happens.
//!
//! Facts: docs.slack.dev on incoming webhooks. Errors are plain text such as `no_service`; about one message
//! a second is taken, then 429 with `Retry-After`.

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::http::{self, Http, Peer};
use super::{ProviderError, SetupError};

/// The client for one webhook.
pub struct Slack {
    peer: Peer,
    webhook: Url,
}

impl Slack {
    /// `webhook` is the whole address, which is a secret: who knows it can post.
    ///
    /// # Errors
    /// When it is no http or https address. The error does not show it.
    pub fn new(http: &Http, webhook: SecretString) -> Result<Self, SetupError> {
        let address = http::address("Slack", webhook.expose_secret())
            .map_err(|_| SetupError::Address { who: "Slack", found: "(the value is a secret)".into() })?;
        // Slack may repeat either form of it.
        let path = SecretString::from(address.path());
        Ok(Self { peer: http.to("Slack", vec![webhook, path]), webhook: address })
    }

    /// Posts a message. `text` is plain: what Slack would read as a mention or a link is shown as written.
    ///
    /// # Errors
    /// `Transient` may be tried again; anything else will not get better by itself.
    pub async fn post(&self, text: &str) -> Result<(), ProviderError> {
        let request = self.peer.post(self.webhook.clone()).json(&json!({ "text": escaped(text) }));
        self.peer.send(request).await?;
        Ok(())
    }
}

/// The three characters that have a meaning in Slack's text: without this a branch called `<!channel>` wakes
/// everybody.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
