//! Slack's incoming webhook: one channel that is told what happens.
//!
//! Facts: docs.slack.dev on incoming webhooks and on Block Kit's section, actions and button. Errors are plain text
//! such as `no_service`; about one message a second is taken, then 429 with `Retry-After`. `text` is what
//! notifications show of a message that has blocks.

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::http::{self, Http, Peer};
use super::{ProviderError, SetupError};

/// The client for one webhook.
pub struct Slack {
    peer: Peer,
    webhook: Url,
    /// Where people find our own pages.
    pages: Option<Url>,
}

/// A button that leads to one of our own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkButton<'a> {
    pub title: &'a str,
    pub path: &'a str,
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
        Ok(Self { peer: http.to("Slack", vec![webhook, path]), webhook: address, pages: None })
    }

    /// Messages may carry buttons from now on, to pages below this address.
    #[must_use]
    pub fn linking_to(self, pages: Url) -> Self {
        Self { pages: Some(pages), ..self }
    }

    /// Posts a message. `text` is plain: what Slack would read as a mention or a link is shown as written. The buttons
    /// are left out when it is not known where our pages are.
    ///
    /// # Errors
    /// `Transient` may be tried again; anything else will not get better by itself.
    pub async fn post(&self, text: &str, buttons: &[LinkButton<'_>]) -> Result<(), ProviderError> {
        let request = self.peer.post(self.webhook.clone()).json(&self.message(text, buttons));
        self.peer.send(request).await?;
        Ok(())
    }

    fn message(&self, text: &str, buttons: &[LinkButton<'_>]) -> Value {
        let text = escaped(text);
        let link = |button: &LinkButton<'_>| {
            let url = self.pages.as_ref()?.join(button.path).ok()?;
            let title = json!({ "type": "plain_text", "text": button.title });
            Some(json!({ "type": "button", "text": title, "url": url.as_str() }))
        };
        let links: Vec<Value> = buttons.iter().filter_map(link).collect();
        if links.is_empty() {
            return json!({ "text": text });
        }
        let said = json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } });
        json!({ "text": text, "blocks": [said, { "type": "actions", "elements": links }] })
    }
}

/// The three characters that have a meaning in Slack's text: without this a branch called `<!channel>` wakes
/// everybody.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
