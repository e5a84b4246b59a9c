//! Backup destroys: what is known to stand at the CI, and what became of it.

use std::time::Duration;

use domain::Time;
use domain::backup::{BackupDestroy, BackupRun, BackupState, Stand};
use domain::step::CiTarget;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::rows::word;
use crate::transitions::show_cluster;
use crate::{Error, Store};

pub struct Row {
    obligation_id: i64,
    position: i32,
    mark: Uuid,
    target: Json<CiTarget>,
    state: String,
    schedule: Option<String>,
    is_unclear: bool,
    fires_at: Option<Time>,
    failures: i32,
    last_error: Option<String>,
    next_attempt_at: Time,
    awaited_since: Option<Time>,
    asked_at: Option<Time>,
    run: Option<Json<BackupRun>>,
}

impl TryFrom<Row> for BackupDestroy {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            obligation: row.obligation_id,
            position: row.position,
            mark: row.mark.to_string(),
            target: row.target.0,
            state: word(&row.state)?,
            schedule: row.schedule,
            is_unclear: row.is_unclear,
            fires_at: row.fires_at,
            failures: row.failures,
            last_error: row.last_error,
            next_attempt_at: row.next_attempt_at,
            awaited_since: row.awaited_since,
            asked_at: row.asked_at,
            run: row.run.map(|run| run.0),
        })
    }
}

impl Store {
    /// The backup destroys of one debt, in their order.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn backups_of(&self, obligation: i64) -> Result<Vec<BackupDestroy>, Error> {
        Self::select_backups(&mut *self.pool.acquire().await?, Some(obligation), None).await
    }

    /// Every backup destroy that may stand at a CI, those included of debts that are settled by now.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn standing_backups(&self) -> Result<Vec<BackupDestroy>, Error> {
        Self::select_backups(&mut *self.pool.acquire().await?, None, None).await
    }

    /// Those of earlier debts of a cluster that may still stand: they would destroy what came after.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn left_backups(&self, cluster: &str) -> Result<Vec<BackupDestroy>, Error> {
        Self::select_backups(&mut *self.pool.acquire().await?, None, Some(cluster)).await
    }

    pub(crate) async fn select_backups(
        connection: &mut PgConnection,
        obligation: Option<i64>,
        settled_of: Option<&str>,
    ) -> Result<Vec<BackupDestroy>, Error> {
        sqlx::query_as!(
            Row,
            r#"select obligation_id, position, mark, target as "target: Json<CiTarget>", backup_destroy.state, schedule,
                      is_unclear, fires_at, failures, backup_destroy.last_error, backup_destroy.next_attempt_at, awaited_since,
                      asked_at, run as "run: Json<BackupRun>"
                 from backup_destroy join obligation using (obligation_id)
                where case when $1::bigint is null then backup_destroy.state <> 'removed' else obligation_id = $1 end
                  and ($2::text is null or (cluster_name = $2 and obligation.state in ('settled', 'closed')))
                order by obligation_id, position"#,
            obligation,
            settled_of
        )
        .fetch_all(connection)
        .await?
        .into_iter()
        .map(BackupDestroy::try_from)
        .collect()
    }

    /// Takes the turn to plant or to move one, which hides it from other processes for `hold`. Gives nothing when it is
    /// not due.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn take_backup(
        &self,
        obligation: i64,
        stand: &Stand,
        hold: Duration,
    ) -> Result<Option<BackupDestroy>, Error> {
        let row = sqlx::query_as!(
            Row,
            r#"insert into backup_destroy as known (obligation_id, position, target, next_attempt_at)
               values ($1, $2, $3, now() + make_interval(secs => $4))
               on conflict (obligation_id, position) do update
                  set next_attempt_at = excluded.next_attempt_at,
                      state = case known.state when 'removed' then 'wanted' else known.state end
                where known.next_attempt_at <= now()
               returning obligation_id, position, mark, target as "target: Json<CiTarget>", state, schedule, is_unclear,
                         fires_at, failures, last_error, next_attempt_at, awaited_since, asked_at, run as "run: Json<BackupRun>""#,
            obligation,
            stand.position,
            Json(&stand.target) as _,
            hold.as_secs_f64()
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(BackupDestroy::try_from).transpose()
    }

    /// Takes the turn to ask the CI about one that is there, to remove it or to hear what became of it. Returns whether
    /// it was due.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_standing_backup(&self, backup: &BackupDestroy, hold: Duration) -> Result<bool, Error> {
        let taken = sqlx::query!(
            "update backup_destroy set next_attempt_at = now() + make_interval(secs => $3)
              where obligation_id = $1 and position = $2 and next_attempt_at <= now()",
            backup.obligation,
            backup.position,
            hold.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() > 0)
    }

    /// The CI has it, for this hour. What became of it at an earlier hour is forgotten.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn backup_planted(&self, obligation: i64, stand: &Stand, schedule: &str) -> Result<(), Error> {
        sqlx::query!(
            "update backup_destroy
                set state = 'planted', target = $3, schedule = $4, is_unclear = false, fires_at = $5, failures = 0,
                    last_error = null, next_attempt_at = now(),
                    awaited_since = case when fires_at = $5 then awaited_since end,
                    asked_at = case when fires_at = $5 then asked_at end,
                    run = case when fires_at = $5 then run end
              where obligation_id = $1 and position = $2",
            obligation,
            stand.position,
            Json(&stand.target) as _,
            schedule,
            stand.fires_at
        )
        .execute(&self.pool)
        .await?;
        self.show_backup(obligation).await
    }

    /// The CI is going to be asked to plant it. When the answer is lost, it may stand all the same.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn backup_is_sent(&self, backup: &BackupDestroy) -> Result<(), Error> {
        self.set_unclear(backup, true).await
    }

    /// The CI has surely not planted it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn backup_was_not_planted(&self, backup: &BackupDestroy) -> Result<(), Error> {
        self.set_unclear(backup, false).await
    }

    async fn set_unclear(&self, backup: &BackupDestroy, is_unclear: bool) -> Result<(), Error> {
        sqlx::query!(
            "update backup_destroy set is_unclear = $3 where obligation_id = $1 and position = $2",
            backup.obligation,
            backup.position,
            is_unclear
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Planting, moving or removing it failed; it is tried again after a pause. What stands goes on standing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn backup_failed(
        &self,
        backup: &BackupDestroy,
        is_refused: bool,
        error: &str,
        pause: Duration,
    ) -> Result<(), Error> {
        let state = match backup.state {
            BackupState::Planted => BackupState::Planted,
            _ if is_refused => BackupState::Refused,
            _ => BackupState::Wanted,
        };
        sqlx::query!(
            "update backup_destroy
                set state = $3, failures = failures + 1, last_error = $4,
                    next_attempt_at = now() + make_interval(secs => $5)
              where obligation_id = $1 and position = $2",
            backup.obligation,
            backup.position,
            state.as_str(),
            error,
            pause.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        self.show_backup(backup.obligation).await
    }

    /// Nothing of it stands at the CI any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn backup_gone(&self, backup: &BackupDestroy, state: BackupState) -> Result<(), Error> {
        sqlx::query!(
            "update backup_destroy
                set state = $3, schedule = null, is_unclear = false, fires_at = null, failures = 0, last_error = null,
                    next_attempt_at = now(), awaited_since = null, asked_at = null
              where obligation_id = $1 and position = $2",
            backup.obligation,
            backup.position,
            state.as_str()
        )
        .execute(&self.pool)
        .await?;
        self.show_backup(backup.obligation).await
    }

    /// A destroy that is due waits to hear what became of the backup, from now on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn await_backups(&self, obligation: i64) -> Result<(), Error> {
        let mut tx = self.begin_impatiently().await?;
        let awaited = sqlx::query!(
            "update backup_destroy set awaited_since = now(), next_attempt_at = now()
              where obligation_id = $1 and state = 'planted' and fires_at <= now() and awaited_since is null",
            obligation
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "update obligation set state = 'due', due_since = coalesce(due_since, now())
              where obligation_id = $1 and state = 'open'",
            obligation
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        if awaited.rows_affected() > 0 { self.show_backup(obligation).await } else { Ok(()) }
    }

    /// The CI said what became of it: the run that its schedule started, or that there is none. It is asked again after
    /// a pause.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn backup_asked(
        &self,
        backup: &BackupDestroy,
        run: Option<&BackupRun>,
        pause: Duration,
    ) -> Result<(), Error> {
        sqlx::query!(
            "update backup_destroy
                set asked_at = now(), run = $3, next_attempt_at = now() + make_interval(secs => $4), last_error = null
              where obligation_id = $1 and position = $2",
            backup.obligation,
            backup.position,
            run.map(Json) as _,
            pause.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        self.show_backup(backup.obligation).await
    }

    async fn show_backup(&self, obligation: i64) -> Result<(), Error> {
        let cluster =
            sqlx::query_scalar!("select cluster_name from obligation where obligation_id = $1", obligation)
                .fetch_one(&self.pool)
                .await?;
        show_cluster(&mut *self.pool.acquire().await?, &cluster).await?;
        self.nudge().await;
        Ok(())
    }
}
