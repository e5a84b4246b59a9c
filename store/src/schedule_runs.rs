//! The runs of schedules: each is started or skipped once, by one of all replicas.

use domain::Time;
use domain::actor::{Actor, Role};
use domain::catalogue::Catalogue;
use domain::cluster::Cluster;
use domain::ending::PlannedDestroy;
use domain::event::Remark;
use domain::obligation::Obligation;
use domain::order::Order;
use domain::schedule::ahead::planned_destroy;
use domain::schedule::due::{Due, Facts, KeptUp, Skipped, Wanted, due};
use domain::schedule::timing::Timing;
use domain::schedule::{LastRun, Schedule};
use domain::text;
use sqlx::{PgConnection, PgTransaction};

use crate::accept::{Slip, insert, lock_cluster, may_begin};
use crate::freezes::{FAR, freezes_between};
use crate::record::check_in;
use crate::transitions::show_cluster;
use crate::{Error, Store, schedules};

/// A schedule whose time has come, as it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueSchedule {
    pub id: i64,
    pub next_run_at: Time,
}

/// What became of a schedule whose time had come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heeded {
    Started {
        job: i64,
    },
    Skipped {
        because: String,
    },
    /// Another replica was first, or somebody changed the schedule meanwhile.
    Passed,
}

/// How long a schedule is left alone whose times this binary cannot read: a newer one may.
const UNREADABLE_PAUSE: chrono::Duration = chrono::Duration::hours(1);

/// What a run comes to, before it is written down.
enum Come {
    To(Box<Order>, Option<String>),
    Nothing { because: String, is_news: bool },
}

impl Store {
    /// The schedules whose time has come, the longest due first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_schedules(&self, now: Time) -> Result<Vec<DueSchedule>, Error> {
        Ok(sqlx::query_as!(
            DueSchedule,
            r#"select schedule_id as id, next_run_at as "next_run_at!" from schedule
                where next_run_at <= $1 order by next_run_at, schedule_id"#,
            now
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Starts or skips what is due, and moves the schedule on, in one transaction: whoever finds it moved on by then was
    /// not the first.
    ///
    /// # Errors
    /// When the database does not answer; nothing has happened then.
    pub async fn heed_schedule(
        &self,
        seen: DueSchedule,
        catalogue: &Catalogue,
        now: Time,
    ) -> Result<Heeded, Error> {
        let mut tx = self.pool.begin().await?;
        let is_ours = sqlx::query!(
            "select 1 as one from schedule where schedule_id = $1 and next_run_at = $2 for update",
            seen.id,
            seen.next_run_at
        )
        .fetch_optional(&mut *tx)
        .await?;
        let schedule = match is_ours {
            Some(_) => schedules::select(&mut tx, Some(seen.id), None).await?.pop(),
            None => None,
        };
        let Some(schedule) = schedule else { return Ok(Heeded::Passed) };
        let Ok(timing) = schedule.timing() else {
            move_on(&mut tx, &schedule, Some(now + UNREADABLE_PAUSE)).await?;
            tx.commit().await?;
            return Ok(Heeded::Passed);
        };
        let heeded = heed(&mut tx, &schedule, &timing, catalogue, now).await?;
        if let Some(heeded) = &heeded {
            move_on(&mut tx, &schedule, timing.next_after(now)).await?;
            tracing::debug!(schedule = schedule.name, ?heeded, "a schedule was heeded");
        }
        tx.commit().await?;
        self.nudge().await;
        Ok(heeded.unwrap_or(Heeded::Passed))
    }

    /// The run of a schedule that destroys the cluster of this debt before it ends by itself, if there is one.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn planned_destroy(
        &self,
        owed: &Obligation,
        catalogue: &Catalogue,
    ) -> Result<Option<PlannedDestroy>, Error> {
        let mut connection = self.pool.acquire().await?;
        match Self::select_clusters(&mut connection, Some(&owed.cluster)).await?.pop() {
            Some(cluster) => select_planned_destroy(&mut connection, &cluster, owed, catalogue).await,
            None => Ok(None),
        }
    }

    /// What became of the runs of a schedule, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn schedule_runs(&self, schedule: i64, newest: i64) -> Result<Vec<LastRun>, Error> {
        Ok(sqlx::query_as!(
            LastRun,
            "select due_at, heeded_at as at, job_number as job, remark from schedule_run
              where schedule_id = $1 order by due_at desc limit $2",
            schedule,
            newest
        )
        .fetch_all(&self.pool)
        .await?)
    }
}

/// By the schedules and freezes as they are.
pub async fn select_planned_destroy(
    connection: &mut PgConnection,
    cluster: &Cluster,
    owed: &Obligation,
    catalogue: &Catalogue,
) -> Result<Option<PlannedDestroy>, Error> {
    let schedules = schedules::select(connection, None, None).await?;
    let next = schedules.iter().filter_map(|schedule| schedule.next_run_at).min();
    let Some(next) = next else { return Ok(None) };
    let freezes = freezes_between(connection, next, next + FAR).await?;
    Ok(planned_destroy(&schedules, &freezes, catalogue, cluster, owed))
}

async fn heed(
    tx: &mut PgTransaction<'_>,
    schedule: &Schedule,
    timing: &Timing,
    catalogue: &Catalogue,
    now: Time,
) -> Result<Option<Heeded>, Error> {
    let mut facts = Facts::default();
    let mut orderly = None;
    match schedule.order(catalogue) {
        Err(error) => facts.broken = Some(error.to_string()),
        Ok(order) => {
            let cluster = lock_cluster(tx, &order.cluster).await?.cluster;
            facts.begins_with_destroy = order.begins_with_destroy();
            facts.active_job = cluster.active_job;
            facts.freezes = freezes_between(tx, schedule.next_run_at.unwrap_or(now), now).await?;
            let owed = Store::select_obligation_of(tx, &order.cluster).await?;
            facts.kept_up = owed.as_ref().and_then(KeptUp::of);
            // Read under the lock of the cluster: whoever heeds another one at this time comes before or after.
            let others = schedules::select(tx, None, None).await?.into_iter();
            let others = others.filter(|other| {
                other.id != schedule.id && other.paused.is_none() && other.ask.cluster == order.cluster
            });
            facts.others = others.filter_map(|other| Wanted::by(&other, catalogue, now)).collect();
            orderly = Some((order, cluster));
        }
    }
    let (due_at, come) = match (due(schedule, timing, &facts, now), orderly) {
        (Due::Nothing, _) | (Due::Run { .. }, None) => return Ok(None),
        (Due::Moved, _) => return Ok(Some(Heeded::Passed)),
        (Due::Skip { due_at, because }, _) => {
            let is_news = !matches!(because, Skipped::Frozen { .. });
            (due_at, Come::Nothing { because: because.to_string(), is_news })
        }
        (Due::Run { due_at, late }, Some((order, cluster))) => {
            // Nobody is there who could be an admin.
            let limit = catalogue.limit_of(Role::Operator);
            let come = match may_begin(tx, &order, &cluster, limit).await {
                Ok(()) => {
                    let late = late.map(|late| format!("Made up for {} late", text::duration(late)));
                    Come::To(Box::new(order), late)
                }
                Err(error) if error.is_meant_for_people() => {
                    Come::Nothing { because: error.to_string(), is_news: true }
                }
                Err(error) => return Err(error),
            };
            (due_at, come)
        }
    };
    write_down(tx, schedule, due_at, come).await.map(Some)
}

/// Without what is said of a press only, and without the stop: more may follow.
fn reason(words: &str) -> String {
    let words = words.trim_end_matches("Nothing was started.").trim_end();
    words.trim_end_matches('.').to_owned()
}

async fn write_down(
    tx: &mut PgTransaction<'_>,
    schedule: &Schedule,
    due_at: Time,
    come: Come,
) -> Result<Heeded, Error> {
    let name = &schedule.name;
    // Should a clock ever be put back, what was heeded is not heeded again.
    if schedule.last.as_ref().is_some_and(|last| due_at <= last.due_at) {
        return Ok(Heeded::Passed);
    }
    let told = due_at.format("%Y-%m-%d %H:%M UTC");
    let (job, remark, news) = match come {
        Come::To(order, late) => {
            let job = insert(tx, &order, &Actor::schedule(name), &Slip::default()).await?;
            if let Some(late) = &late {
                let text = format!("It was due at {told}, while this service was not there. {late}.");
                check_in(tx, job, &[Remark::warning(None, text)]).await?;
            }
            let news = late.as_ref().map(|late| {
                format!(
                    "Schedule {name} was missed at {told}. {late}: job #{job} on {}.",
                    schedule.ask.cluster
                )
            });
            (Some(job), late, news)
        }
        Come::Nothing { because, is_news } => {
            let because = reason(&because);
            let was_told = schedule.last.as_ref().is_some_and(|last| last.remark.as_ref() == Some(&because));
            let news = (is_news && !was_told).then(|| {
                format!("Schedule {name} did not run on {} at {told}: {because}.", schedule.ask.cluster)
            });
            (None, Some(because), news)
        }
    };
    sqlx::query!(
        "insert into schedule_run (schedule_id, due_at, job_number, remark) values ($1, $2, $3, $4)",
        schedule.id,
        due_at,
        job,
        remark
    )
    .execute(&mut **tx)
    .await?;
    if let Some(news) = news {
        sqlx::query!("insert into announcement (job_number, text) values ($1, $2)", job, news)
            .execute(&mut **tx)
            .await?;
    }
    Ok(match job {
        Some(job) => Heeded::Started { job },
        None => Heeded::Skipped { because: remark.unwrap_or_default() },
    })
}

async fn move_on(tx: &mut PgTransaction<'_>, schedule: &Schedule, next: Option<Time>) -> Result<(), Error> {
    sqlx::query!(
        "update schedule set next_run_at = $2, version = nextval('change_version') where schedule_id = $1",
        schedule.id,
        next
    )
    .execute(&mut **tx)
    .await?;
    show_cluster(tx, &schedule.ask.cluster).await
}
