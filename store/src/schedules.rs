//! Schedules as people write, pause and delete them.

use domain::Time;
use domain::actor::Actor;
use domain::order::Ask;
use domain::schedule::{Draft, LastRun, Pause, Schedule};
use sqlx::{PgConnection, PgTransaction};

use crate::acts::note;
use crate::rows::{maybe_word, word};
use crate::transitions::show_cluster;
use crate::{Error, Store};

/// A schedule or a freeze that was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    pub id: i64,
    /// False when the same one was there before.
    pub is_new: bool,
}

struct Row {
    schedule_id: i64,
    name: String,
    routine: String,
    cluster_name: String,
    size: Option<String>,
    service: Option<String>,
    lifetime_minutes: Option<i32>,
    cron: String,
    zone: String,
    missed: String,
    overlap: String,
    paused_at: Option<Time>,
    paused_by: Option<String>,
    created_by: String,
    created_at: Time,
    next_run_at: Option<Time>,
    version: i64,
    last_due_at: Option<Time>,
    last_heeded_at: Option<Time>,
    last_job: Option<i64>,
    last_remark: Option<String>,
}

impl TryFrom<Row> for Schedule {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let last = row.last_due_at.zip(row.last_heeded_at);
        Ok(Self {
            id: row.schedule_id,
            name: row.name,
            ask: Ask {
                lifetime: None,
                routine: row.routine,
                cluster: row.cluster_name,
                size: maybe_word(row.size.as_deref())?,
                service: row.service,
            },
            lifetime_minutes: row.lifetime_minutes.and_then(|minutes| minutes.try_into().ok()),
            cron: row.cron,
            zone: row.zone,
            missed: word(&row.missed)?,
            overlap: word(&row.overlap)?,
            paused: row.paused_by.zip(row.paused_at).map(|(by, at)| Pause { by, at }),
            created_by: row.created_by,
            created_at: row.created_at,
            next_run_at: row.next_run_at,
            last: last.map(|(due_at, at)| LastRun { due_at, at, job: row.last_job, remark: row.last_remark }),
            version: row.version,
        })
    }
}

impl Store {
    /// Every schedule that was not deleted, by name.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn schedules(&self) -> Result<Vec<Schedule>, Error> {
        select(&mut *self.pool.acquire().await?, None, None).await
    }

    /// One schedule that was not deleted.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn schedule(&self, id: i64) -> Result<Option<Schedule>, Error> {
        Ok(select(&mut *self.pool.acquire().await?, Some(id), None).await?.pop())
    }

    /// Writes a new schedule down. The same one by the same person again is the first one: a press may come twice.
    ///
    /// # Errors
    /// [`Error::ScheduleNameTaken`] when another one has the name.
    pub async fn add_schedule(&self, draft: &Draft, actor: &Actor, now: Time) -> Result<Added, Error> {
        let mut tx = self.pool.begin().await?;
        let added = sqlx::query_scalar!(
            "insert into schedule (name, routine, cluster_name, size, service, lifetime_minutes, cron, zone, missed,
                                   overlap, created_by, next_run_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             on conflict (name) where deleted_at is null do nothing
             returning schedule_id",
            draft.name,
            draft.ask.routine,
            draft.ask.cluster,
            draft.ask.size.map(|size| size.as_str()),
            draft.ask.service,
            minutes(draft),
            draft.timing.cron.as_str(),
            draft.timing.zone.name(),
            draft.missed.as_str(),
            draft.overlap.as_str(),
            actor.name,
            draft.timing.next_after(now)
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(id) = added else {
            let present = select(&mut tx, None, Some(&draft.name)).await?.pop();
            let is_same =
                |present: &Schedule| present.created_by == actor.name && says_the_same(present, draft);
            return match present.filter(is_same) {
                Some(present) => Ok(Added { id: present.id, is_new: false }),
                None => Err(Error::ScheduleNameTaken(draft.name.clone())),
            };
        };
        let what = format!("add schedule {}", draft.name);
        note(&mut tx, actor, &what, &draft.ask.cluster, None, None).await?;
        self.shown(tx, &[&draft.ask.cluster]).await?;
        Ok(Added { id, is_new: true })
    }

    /// Writes a schedule anew. Its next run is counted from now; what was due before is not made up for.
    ///
    /// # Errors
    /// [`Error::ScheduleStale`] when it is not at the version that was seen, [`Error::ScheduleNameTaken`],
    /// [`Error::UnknownSchedule`].
    pub async fn change_schedule(
        &self,
        id: i64,
        draft: &Draft,
        seen: Option<i64>,
        actor: &Actor,
        now: Time,
    ) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        let present = lock(&mut tx, id).await?;
        if says_the_same(&present, draft) {
            return Ok(());
        }
        if seen.is_some_and(|seen| seen != present.version) {
            return Err(Error::ScheduleStale(present.name));
        }
        let next = if present.paused.is_some() { None } else { draft.timing.next_after(now) };
        sqlx::query!(
            "update schedule
                set name = $2, routine = $3, cluster_name = $4, size = $5, service = $6, lifetime_minutes = $7,
                    cron = $8, zone = $9, missed = $10, overlap = $11, next_run_at = $12,
                    version = nextval('change_version')
              where schedule_id = $1",
            id,
            draft.name,
            draft.ask.routine,
            draft.ask.cluster,
            draft.ask.size.map(|size| size.as_str()),
            draft.ask.service,
            minutes(draft),
            draft.timing.cron.as_str(),
            draft.timing.zone.name(),
            draft.missed.as_str(),
            draft.overlap.as_str(),
            next
        )
        .execute(&mut *tx)
        .await
        .map_err(|error| name_taken(error, &draft.name))?;
        let what = format!("change schedule {}", present.name);
        note(&mut tx, actor, &what, &draft.ask.cluster, None, None).await?;
        self.shown(tx, &[&present.ask.cluster, &draft.ask.cluster]).await
    }

    /// Lets it rest until somebody resumes it. Twice is no mistake.
    ///
    /// # Errors
    /// [`Error::UnknownSchedule`] when there is none.
    pub async fn pause_schedule(&self, id: i64, actor: &Actor) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        let present = lock(&mut tx, id).await?;
        if present.paused.is_some() {
            return Ok(());
        }
        sqlx::query!(
            "update schedule
                set paused_at = now(), paused_by = $2, next_run_at = null, version = nextval('change_version')
              where schedule_id = $1",
            id,
            actor.name
        )
        .execute(&mut *tx)
        .await?;
        let what = format!("pause schedule {}", present.name);
        note(&mut tx, actor, &what, &present.ask.cluster, None, None).await?;
        self.shown(tx, &[&present.ask.cluster]).await
    }

    /// Lets it run again, from now on: what was due while it was paused is not made up for.
    ///
    /// # Errors
    /// [`Error::UnknownSchedule`] when there is none, [`Error::Unreadable`] when its times cannot be read.
    pub async fn resume_schedule(&self, id: i64, actor: &Actor, now: Time) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        let present = lock(&mut tx, id).await?;
        if present.paused.is_none() {
            return Ok(());
        }
        let timing = present.timing().map_err(|error| Error::Unreadable(error.to_string()))?;
        sqlx::query!(
            "update schedule
                set paused_at = null, paused_by = null, next_run_at = $2, version = nextval('change_version')
              where schedule_id = $1",
            id,
            timing.next_after(now)
        )
        .execute(&mut *tx)
        .await?;
        let what = format!("resume schedule {}", present.name);
        note(&mut tx, actor, &what, &present.ask.cluster, None, None).await?;
        self.shown(tx, &[&present.ask.cluster]).await
    }

    /// Deletes a schedule. The jobs that it started stay.
    ///
    /// # Errors
    /// [`Error::UnknownSchedule`] when there is none.
    pub async fn delete_schedule(&self, id: i64, actor: &Actor) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        let present = lock(&mut tx, id).await?;
        sqlx::query!(
            "update schedule set deleted_at = now(), next_run_at = null, version = nextval('change_version')
              where schedule_id = $1",
            id
        )
        .execute(&mut *tx)
        .await?;
        let what = format!("delete schedule {}", present.name);
        note(&mut tx, actor, &what, &present.ask.cluster, None, None).await?;
        self.shown(tx, &[&present.ask.cluster]).await
    }
}

impl Store {
    /// Commits, and lets the pages of these clusters say anew when a schedule destroys them.
    pub(crate) async fn shown(
        &self,
        mut tx: PgTransaction<'static>,
        clusters: &[&String],
    ) -> Result<(), Error> {
        for cluster in clusters {
            show_cluster(&mut tx, cluster).await?;
        }
        tx.commit().await?;
        self.nudge().await;
        Ok(())
    }
}

/// Locks a schedule: nobody runs it and nobody else changes it meanwhile.
async fn lock(tx: &mut PgTransaction<'_>, id: i64) -> Result<Schedule, Error> {
    sqlx::query!("select 1 as one from schedule where schedule_id = $1 for update", id)
        .fetch_optional(&mut **tx)
        .await?;
    select(tx, Some(id), None).await?.pop().ok_or(Error::UnknownSchedule(id))
}

pub async fn select(
    connection: &mut PgConnection,
    id: Option<i64>,
    name: Option<&str>,
) -> Result<Vec<Schedule>, Error> {
    sqlx::query_as!(
        Row,
        r#"select schedule.schedule_id, name, routine, cluster_name, size, service, lifetime_minutes, cron, zone, missed,
                  overlap, paused_at, paused_by, created_by, created_at, next_run_at, version,
                  last.due_at as "last_due_at?", last.heeded_at as "last_heeded_at?",
                  last.job_number as "last_job?", last.remark as "last_remark?"
             from schedule
             left join lateral (select due_at, heeded_at, job_number, remark from schedule_run
                                 where schedule_run.schedule_id = schedule.schedule_id
                                 order by due_at desc limit 1) as last on true
            where deleted_at is null
              and ($1::bigint is null or schedule.schedule_id = $1)
              and ($2::text is null or name = $2)
            order by name"#,
        id,
        name
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(Schedule::try_from)
    .collect()
}

fn says_the_same(schedule: &Schedule, draft: &Draft) -> bool {
    schedule.name == draft.name
        && schedule.ask == draft.ask
        && schedule.lifetime_minutes == draft.lifetime_minutes
        && schedule.cron == draft.timing.cron.as_str()
        && schedule.zone == draft.timing.zone.name()
        && schedule.missed == draft.missed
        && schedule.overlap == draft.overlap
}

fn minutes(draft: &Draft) -> Option<i32> {
    draft.lifetime_minutes.map(|minutes| i32::try_from(minutes).unwrap_or(i32::MAX))
}

fn name_taken(error: sqlx::Error, name: &str) -> Error {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    if constraint == Some("schedule_name_is_unique") {
        return Error::ScheduleNameTaken(name.to_owned());
    }
    error.into()
}
