//! What a CI tells us by webhook. A hint to look now at a run, and no more: what is true, the CI is asked itself.

use domain::Time;
use domain::run::{ProviderKind, RunRef};

use crate::{Error, Store};

/// How long a delivery is remembered, so that the same one, sent again, has no effect.
pub const REMEMBERED_DAYS: i32 = 1;

/// A webhook of which it is proved who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub provider: ProviderKind,
    /// Given by the CI. What it sends again has the same.
    pub id: String,
    /// The run that it is about, be it ours or not.
    pub run: String,
}

impl Store {
    /// Remembers a delivery and lets the job of its run look now. False when it was here before, which changes nothing.
    ///
    /// A run that has not been named to us yet, since the answer of its trigger is on its way, is looked at as soon as it is.
    ///
    /// # Errors
    /// When the database does not answer. The run is then looked at in its turn.
    pub async fn deliver(&self, delivery: &Delivery) -> Result<bool, Error> {
        sqlx::query!(
            "delete from delivery where received_at < now() - make_interval(days => $1)",
            REMEMBERED_DAYS
        )
        .execute(&self.pool)
        .await?;
        let provider = delivery.provider.as_str();
        let remembered = sqlx::query!(
            "insert into delivery (provider, delivery_id, run_id) values ($1, $2, $3) on conflict do nothing",
            provider,
            delivery.id,
            delivery.run
        )
        .execute(&self.pool)
        .await?;
        if remembered.rows_affected() == 0 {
            return Ok(false);
        }
        // Only after that is committed: either the turn that names the run sees the delivery, or it is named already.
        let woken = sqlx::query!(
            "update job set next_check_at = least(next_check_at, now()), is_nudged = true
              where state in ('running', 'waiting')
                and job_number = (select job_number from trigger
                                   where run is not null and run ->> 'provider' = $1 and run ->> 'id' = $2)",
            provider,
            delivery.run
        )
        .execute(&self.pool)
        .await?;
        if woken.rows_affected() > 0 {
            self.nudge().await;
        }
        Ok(true)
    }

    /// Notes that the run was looked at since these deliveries came.
    ///
    /// # Errors
    /// When the database does not answer: the run is then looked at once more.
    pub async fn heed_deliveries(&self, run: &RunRef, came_until: Time) -> Result<(), Error> {
        sqlx::query!(
            "update delivery set heeded_at = now()
              where provider = $1 and run_id = $2 and received_at <= $3 and heeded_at is null",
            run.provider.as_str(),
            run.id,
            came_until
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
