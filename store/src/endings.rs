//! What comes before a cluster ends by itself: it is warned of, and a job that is at work for too long is cancelled.

use domain::act::may_interrupt;
use domain::actor::Actor;
use domain::event::Remark;
use domain::obligation::{Duty, Obligation, duty};
use sqlx::types::Json;

use crate::accept::lock_cluster;
use crate::announcements::Button;
use crate::transitions::touch_cluster;
use crate::{Error, Store};

impl Store {
    /// Writes down how many warnings of the end were given, and tells one if there is one to tell; once for all replicas.
    /// Returns whether it was this call.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn warn(
        &self,
        owed: &Obligation,
        warnings: i32,
        message: Option<&(String, Vec<Button>)>,
    ) -> Result<bool, Error> {
        let mut tx = self.begin_impatiently().await?;
        let warned = sqlx::query!(
            "update obligation set warnings = $2
              where obligation_id = $1 and warnings = $3 and state = 'open'
                and destroys_at is not distinct from $4 and active_at = $5",
            owed.id,
            warnings,
            owed.warnings,
            owed.destroys_at,
            owed.active_at
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if warned == 0 {
            return Ok(false);
        }
        if let Some((text, buttons)) = message {
            sqlx::query!(
                "insert into announcement (text, buttons) values ($1, $2)",
                text,
                Json(buttons) as _
            )
            .execute(&mut *tx)
            .await?;
        }
        touch_cluster(&mut tx, &owed.cluster).await?;
        tx.commit().await?;
        self.nudge().await;
        Ok(true)
    }

    /// Cancels the job at work on a cluster whose time is over, and the patience with the job too. Returns the job, unless
    /// it destroys the cluster anyway, or was cancelled before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn interrupt(&self, owed: &Obligation, because: &str) -> Result<Option<i64>, Error> {
        let cluster = self.cluster(&owed.cluster).await?;
        let Some(number) = cluster.and_then(|cluster| cluster.active_job) else { return Ok(None) };
        if !self.job(number).await?.is_some_and(|job| may_interrupt(&job)) {
            return Ok(None);
        }
        let mut held = Self::hold_in(self.begin_impatiently().await?, number).await?;
        lock_cluster(&mut held.tx, &owed.cluster).await?;
        let still = Self::select_obligations(&mut held.tx, Some(&owed.cluster), None).await?.pop();
        let is_over = still.is_some_and(|it| duty(&it.obligation, it.is_busy, it.now) == Duty::Interrupt);
        if !is_over || !may_interrupt(&held.job) {
            return Ok(None);
        }
        let system = Actor::system();
        held.ask_to_stop(&system).await?;
        let text = format!("Job #{number} on {} is cancelled: {because}.", owed.cluster);
        sqlx::query!("insert into announcement (job_number, text) values ($1, $2)", number, text)
            .execute(&mut *held.tx)
            .await?;
        let remark = Remark::warning(None, format!("Cancelled: {because}."));
        self.done(held, &system, "cancel", Some(because), remark).await?;
        Ok(Some(number))
    }
}
