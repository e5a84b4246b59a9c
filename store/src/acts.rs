//! What people do to jobs and debts: each act is one transaction with a name on it. The engine heeds it afterwards.

use domain::Time;
use domain::act::{ActError, may_answer, may_cancel, may_leave_up, may_resume};
use domain::actor::Actor;
use domain::event::Remark;
use domain::job::{JobWithSteps, title};
use domain::obligation::PlannedTeardown;
use domain::order::{Order, PlannedStep, Resumption};
use domain::size::SizeOffer;
use domain::step::{Answer, GivenAnswer, Step};
use sqlx::types::Json;
use sqlx::{PgConnection, PgTransaction};

use crate::record::check_in;
use crate::{Accepted, Error, Store, Terms};

/// One line of what people did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    pub at: Time,
    pub actor: Actor,
    /// "cancel", "leave up", "close obligation".
    pub what: String,
    pub cluster: String,
    pub job: Option<i64>,
    pub because: Option<String>,
}

/// A job that was locked for an act.
pub struct Held {
    pub tx: PgTransaction<'static>,
    pub job: JobWithSteps,
    now: Time,
}

impl Held {
    /// Writes down that the job is to stop. Where a person or program asks and something was begun, the destroy that
    /// follows waits as every other one that is asked for.
    pub async fn ask_to_stop(&mut self, actor: &Actor) -> Result<(), Error> {
        let is_held = !actor.is_this_service() && self.job.steps.iter().any(Step::was_begun);
        sqlx::query!(
            "update job
                set cancel_requested_at = now(), cancelled_by_name = $2, cancelled_by_channel = $3,
                    held_until = case when $4 and hold_seconds > 0
                                      then now() + make_interval(secs => hold_seconds) else held_until end
              where job_number = $1",
            self.job.job.number,
            actor.name,
            actor.channel.as_str(),
            is_held
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

impl Store {
    /// Asks a job to stop: forward work ends, the run is stopped, and what may exist is destroyed.
    ///
    /// # Errors
    /// [`Error::Act`] when it may not be cancelled, [`Error::UnknownJob`] when there is none.
    pub async fn cancel(&self, number: i64, actor: &Actor, because: Option<&str>) -> Result<(), Error> {
        let mut held = self.hold(number).await?;
        may_cancel(&held.job)?;
        held.ask_to_stop(actor).await?;
        let remark = Remark::warning(None, format!("{actor} asked to cancel the job."));
        self.done(held, actor, "cancel", because, remark).await
    }

    /// Leaves the cluster up that the job would destroy, until a time that is not after `latest`.
    ///
    /// # Errors
    /// [`Error::Act`] when it may not, [`Error::UnknownJob`] when there is no such job.
    pub async fn leave_up(
        &self,
        number: i64,
        actor: &Actor,
        until: Time,
        latest: Time,
        because: Option<&str>,
    ) -> Result<(), Error> {
        let mut held = self.hold(number).await?;
        may_leave_up(&held.job, until, latest, held.now)?;
        sqlx::query!(
            "update job
                set abandoned_at = now(), abandoned_by_name = $2, abandoned_by_channel = $3, leave_up_until = $4
              where job_number = $1",
            number,
            actor.name,
            actor.channel.as_str(),
            until
        )
        .execute(&mut *held.tx)
        .await?;
        let until = until.format("%Y-%m-%d %H:%M UTC");
        let remark = Remark::warning(None, format!("{actor} leaves the cluster up until {until}."));
        self.done(held, actor, "leave up", because, remark).await
    }

    /// Answers what a step asks.
    ///
    /// # Errors
    /// [`Error::Act`] when it asks nothing or that is no answer, [`Error::UnknownJob`] when there is no such job.
    pub async fn answer(
        &self,
        number: i64,
        position: i32,
        answer: Answer,
        actor: &Actor,
    ) -> Result<(), Error> {
        let mut held = self.hold(number).await?;
        may_answer(&held.job, position, &answer)?;
        let given = GivenAnswer { answer, by: actor.clone(), at: held.now };
        sqlx::query!(
            "update step set answer = $3 where job_number = $1 and position = $2",
            number,
            position,
            Json(&given) as _
        )
        .execute(&mut *held.tx)
        .await?;
        let remark = Remark::info(Some(position), format!("{actor} answered."));
        self.done(held, actor, "answer", None, remark).await
    }

    /// Accepts a job that takes the steps of an ended one from `from` on.
    ///
    /// # Errors
    /// [`Error::Act`] when it may not be resumed from there; the rest as for [`Store::accept`].
    pub async fn resume(
        &self,
        number: i64,
        from: i32,
        actor: &Actor,
        terms: &Terms,
    ) -> Result<Accepted, Error> {
        let ended = self.job(number).await?.ok_or(Error::UnknownJob(number))?;
        may_resume(&ended, from)?;
        let row = sqlx::query!(
            r#"select teardown as "teardown: Json<Vec<PlannedTeardown>>", hold_seconds, now() as "now!",
                      cloud as "cloud: Json<domain::cloud::CloudMark>", offer as "offer: Json<SizeOffer>"
                 from job where job_number = $1"#,
            number
        )
        .fetch_one(&self.pool)
        .await?;
        let order = Order {
            routine: ended.job.routine,
            cluster: ended.job.cluster,
            size: ended.job.size,
            service: ended.job.service,
            steps: ended
                .steps
                .into_iter()
                .map(|step| PlannedStep { phase: step.phase, title: step.title, action: step.action })
                .collect(),
            teardown: row.teardown.0,
            stay: ended.job.stay.anew(row.now),
            hold_seconds: u32::try_from(row.hold_seconds).unwrap_or_default(),
            time_limit_minutes: ended.job.time_limit_minutes,
            cloud: row.cloud.map(|cloud| cloud.0),
            offer: row.offer.map(|offer| offer.0),
            resumes: Some(Resumption { job: number, from }),
        };
        self.accept(&order, actor, terms).await
    }

    /// What people did to a cluster, the newest first. Who started a job stands on the job.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn acts(&self, cluster: &str, newest: i64) -> Result<Vec<Act>, Error> {
        Self::select_acts(&mut *self.pool.acquire().await?, cluster, newest).await
    }

    pub(crate) async fn select_acts(
        connection: &mut PgConnection,
        cluster: &str,
        newest: i64,
    ) -> Result<Vec<Act>, Error> {
        sqlx::query!(
            r#"select at, actor_name, channel, what, cluster_name as "cluster_name!", job_number, because
                 from act where cluster_name = $1 and not starts_with(what, 'start ')
                order by act_id desc limit $2"#,
            cluster,
            newest
        )
        .fetch_all(connection)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Act {
                at: row.at,
                actor: Actor::new(row.actor_name, crate::rows::word(&row.channel)?),
                what: row.what,
                cluster: row.cluster_name,
                job: row.job_number,
                because: row.because,
            })
        })
        .collect()
    }

    /// Locks a job's row: no worker records and nobody else acts on it meanwhile.
    pub(crate) async fn hold(&self, number: i64) -> Result<Held, Error> {
        Self::hold_in(self.pool.begin().await?, number).await
    }

    pub(crate) async fn hold_in(mut tx: PgTransaction<'static>, number: i64) -> Result<Held, Error> {
        let now = sqlx::query_scalar!(
            r#"select now() as "now!" from job where job_number = $1 for update"#,
            number
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Error::UnknownJob(number))?;
        // Through the same connection: who holds one and waits for another may wait for all the others that do.
        let job = Self::select_job(&mut tx, number).await?.ok_or(Error::UnknownJob(number))?;
        Ok(Held { tx, job, now })
    }

    pub(crate) async fn done(
        &self,
        held: Held,
        actor: &Actor,
        what: &str,
        because: Option<&str>,
        remark: Remark,
    ) -> Result<(), Error> {
        let Held { mut tx, job, .. } = held;
        let job = &job.job;
        sqlx::query!(
            "update job set version = nextval('change_version'), next_check_at = now(), is_nudged = true
              where job_number = $1",
            job.number
        )
        .execute(&mut *tx)
        .await?;
        check_in(&mut tx, job.number, &[remark]).await?;
        note(&mut tx, actor, what, &job.cluster, Some(job.number), because).await?;
        tx.commit().await?;
        self.nudge().await;
        Ok(())
    }
}

/// Writes down who started a job, and which job that one goes on with.
pub async fn note_start(
    connection: &mut PgConnection,
    actor: &Actor,
    order: &Order,
    job: i64,
) -> Result<(), Error> {
    let what = format!("start {}", title(&order.routine, order.service.as_deref(), order.size));
    let because = order.resumes.map(|resumed| format!("job #{} from step {} on", resumed.job, resumed.from));
    note(connection, actor, &what, &order.cluster, Some(job), because.as_deref()).await
}

/// Writes down who did what.
pub async fn note(
    connection: &mut PgConnection,
    actor: &Actor,
    what: &str,
    cluster: &str,
    job: Option<i64>,
    because: Option<&str>,
) -> Result<(), Error> {
    note_of(connection, actor, what, Some(cluster), job, because).await
}

/// What concerns every cluster stands in the list of none.
pub async fn note_of(
    connection: &mut PgConnection,
    actor: &Actor,
    what: &str,
    cluster: Option<&str>,
    job: Option<i64>,
    because: Option<&str>,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into act (actor_name, channel, what, cluster_name, job_number, because) values ($1, $2, $3, $4, $5, $6)",
        actor.name,
        actor.channel.as_str(),
        what,
        cluster,
        job,
        because
    )
    .execute(connection)
    .await?;
    Ok(())
}

impl From<ActError> for Error {
    fn from(error: ActError) -> Self {
        Self::Act(error)
    }
}
