//! The loop that tells Slack. What Slack is told stands in rows; this only delivers, in order, at least once.

use std::time::Duration;

use store::{Button, Error};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Engine;
use crate::providers::{LinkButton, ProviderError};

/// How long a message is hidden from other replicas while it is under way.
const HOLD: Duration = Duration::from_secs(30);
/// The pause when there is nothing to tell.
const IDLE: Duration = Duration::from_secs(1);
/// After so many vain attempts over some hours a message is not news any more.
const MAX_ATTEMPTS: i32 = 50;

/// Delivers messages until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        let pause = match timeout(HOLD, engine.tell_next()).await {
            Ok(Ok(true)) => Duration::ZERO,
            Ok(Ok(false)) => IDLE,
            Ok(Err(error)) => {
                warn!(%error, "the messages to Slack could not be read");
                IDLE
            }
            Err(_) => {
                warn!("a message to Slack took too long; it is sent again");
                IDLE
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(pause) => {}
        }
    }
}

impl Engine {
    /// Delivers the oldest message that is due. Returns whether there was one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tell_next(&self) -> Result<bool, Error> {
        let Some(slack) = &self.providers.slack else { return Ok(false) };
        let Some(message) = self.store.take_announcement(HOLD).await? else { return Ok(false) };
        let buttons: Vec<LinkButton<'_>> =
            message.buttons.iter().map(|Button { title, path }| LinkButton { title, path }).collect();
        match self.noted("Slack", slack.post(&message.text, &buttons).await).await {
            Ok(()) => self.store.announcement_sent(message.id).await?,
            Err(ProviderError::Transient { after, what }) if message.attempts < MAX_ATTEMPTS => {
                let own =
                    Duration::from_secs(2_u64.pow(u32::try_from(message.attempts.clamp(0, 8)).unwrap_or(0)));
                let pause = after.map_or(own, |after| after.max(own));
                self.store.announcement_failed(message.id, &what, Some(pause)).await?;
            }
            Err(error) => {
                warn!(message = message.id, %error, "a message to Slack is given up");
                self.store.announcement_failed(message.id, &error.to_string(), None).await?;
            }
        }
        Ok(true)
    }
}
