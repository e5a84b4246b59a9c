//! The loop that follows runs which no step follows any more: told to stop, again and again, until they have ended.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use domain::stray::{Sight, Stray};
use futures::FutureExt;
use store::Error;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{DATABASE_PATIENCE, Engine};
use crate::providers::ProviderError;

/// How often it is asked which are due.
const EVERY: Duration = Duration::from_secs(1);
/// No other replica looks at one for so long: more than a look and a cancel take, each with all its calls.
const HOLD: Duration = Duration::from_secs(120);

/// Follows them until it is told to stop. A look that is cut short is taken again.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    let pause = EVERY.min(engine.pace.look.to_std().unwrap_or(EVERY));
    while !shutdown.is_cancelled() {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = engine.follow_strays() => sleep_unless(shutdown, pause).await,
        }
    }
}

async fn sleep_unless(shutdown: &CancellationToken, pause: Duration) {
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = sleep(pause) => {}
    }
}

impl Engine {
    async fn follow_strays(&self) {
        let due = match timeout(DATABASE_PATIENCE, self.store.take_strays(HOLD)).await {
            Ok(Ok(due)) => due,
            Ok(Err(error)) => return warn!(%error, "the runs that nobody follows could not be read"),
            Err(_) => return warn!("the database did not tell in time which runs nobody follows"),
        };
        let looks = due.iter().map(|stray| async move {
            // A panic over one keeps no other waiting. It is looked at again when the hold is over.
            match AssertUnwindSafe(self.follow(stray)).catch_unwind().await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => warn!(job = stray.job, %error, "a look at a run could not be written down"),
                Err(_panic) => warn!(job = stray.job, "broke down over a run that nobody follows"),
            }
        });
        futures::future::join_all(looks).await;
    }

    /// Looks at one, and asks to stop it while it is at work.
    async fn follow(&self, stray: &Stray) -> Result<(), Error> {
        let sight = self.sight_of(stray).await;
        let asked =
            if stray.is_to_stop(&sight) { Some(self.cancel(&stray.target, &stray.run).await) } else { None };
        self.store.watched(stray, &stray.watched(&sight, asked.as_ref(), &self.pace)).await
    }

    async fn sight_of(&self, stray: &Stray) -> Sight {
        let ci = match self.providers.ci(stray.target.provider) {
            Ok(ci) => ci,
            Err(missing) => return Sight::Nothing(missing.to_string()),
        };
        let looked = ci.look(&stray.target, &stray.run).await;
        match self.noted(stray.target.provider.title(), looked).await {
            Ok(report) => Sight::Shows(report.status),
            Err(ProviderError::NotFound(_)) => Sight::Missing,
            Err(error) => Sight::Nothing(error.to_string()),
        }
    }
}
