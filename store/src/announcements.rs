//! The outbox to Slack: announcements are sent in order, at least once.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use crate::{Error, Store};

/// One message that Slack has not had yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub id: i64,
    /// None when it concerns a cluster as a whole.
    pub job: Option<i64>,
    pub text: String,
    pub buttons: Vec<Button>,
    /// How often it was sent in vain.
    pub attempts: i32,
}

/// A way to what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub title: String,
    /// On our own pages.
    pub path: String,
}

impl Store {
    /// The oldest message that is due. Taking it hides it from other workers for `hold`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_announcement(&self, hold: Duration) -> Result<Option<Announcement>, Error> {
        let row = sqlx::query!(
            r#"update announcement set next_attempt_at = now() + make_interval(secs => $1)
              where announcement_id = (
                    select announcement_id from (
                        select announcement_id, next_attempt_at from announcement
                         where sent_at is null and given_up_at is null
                         order by announcement_id limit 1 for update skip locked) as oldest
                     where next_attempt_at <= now())
             returning announcement_id, job_number, text, attempts, buttons as "buttons: Json<Vec<Button>>""#,
            hold.as_secs_f64()
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| Announcement {
            id: row.announcement_id,
            job: row.job_number,
            text: row.text,
            buttons: row.buttons.0,
            attempts: row.attempts,
        }))
    }

    /// Slack has it.
    ///
    /// # Errors
    /// When the database does not answer; the message is then sent again.
    pub async fn announcement_sent(&self, id: i64) -> Result<(), Error> {
        sqlx::query!("update announcement set sent_at = now() where announcement_id = $1", id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Slack did not take it. Without a pause it is given up.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn announcement_failed(
        &self,
        id: i64,
        error: &str,
        pause: Option<Duration>,
    ) -> Result<(), Error> {
        sqlx::query!(
            "update announcement
                set attempts = attempts + 1, last_error = $2,
                    next_attempt_at = now() + make_interval(secs => coalesce($3::float8, 0)),
                    given_up_at = case when $3::float8 is null then now() end
              where announcement_id = $1",
            id,
            error,
            pause.map(|pause| pause.as_secs_f64())
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
