//! The loop that follows runs which no step follows any more.

use chrono::TimeDelta;
use domain::stray::{Sight, Stray};

use super::Replica;
use crate::store::Refusal;
use crate::world::Failure;

const HOLD: TimeDelta = TimeDelta::minutes(2);
/// The real loop looks every second; here it sleeps for so long at most.
const LONGEST_SLEEP: TimeDelta = TimeDelta::minutes(10);

impl Replica {
    /// Follows them until the process is asked to end.
    pub(super) async fn follow_strays(self) {
        while !self.is_to_end() {
            let due_at = self.stage.store.borrow().next_stray_at();
            let now = self.stage.clock.now();
            if due_at.is_none_or(|at| at > now) {
                let until = due_at.map_or(now + LONGEST_SLEEP, |at| at.min(now + LONGEST_SLEEP));
                self.stage.clock.nap(until + TimeDelta::milliseconds(500)).await;
                continue;
            }
            if self.follow_all().await.is_err() {
                self.stage.clock.sleep(TimeDelta::seconds(1)).await;
            }
        }
    }

    async fn follow_all(&self) -> Result<(), Refusal> {
        for stray in self.ask_rows(|store, now| Ok(store.take_strays(HOLD, now))).await? {
            self.follow(&stray).await?;
        }
        Ok(())
    }

    async fn follow(&self, stray: &Stray) -> Result<(), Refusal> {
        let stage = &self.stage;
        self.boundary().await;
        let sight = match stage.ask(stray.target.provider, |stage| stage.look(&stray.run)).await {
            Ok(seen) => Sight::Shows(seen.status),
            Err(Failure::NotFound) => Sight::Missing,
            Err(failure) => Sight::Nothing(failure.what().to_owned()),
        };
        let asked = if stray.is_to_stop(&sight) {
            self.boundary().await;
            Some(stage.cancel(&stray.target, &stray.run).await)
        } else {
            None
        };
        let watched = stray.watched(&sight, asked.as_ref(), &stage.scenario.pace);
        stage.tell(|| {
            format!("replica {} looks at {}, which nobody follows: {sight:?}", self.id, stray.run.title())
        });
        self.ask_rows(|store, now| {
            store.watched(stray, &watched, now);
            Ok(())
        })
        .await
    }
}
