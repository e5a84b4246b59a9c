//! Recording what a worker did: everything that belongs together in one transaction, behind the fence.

use domain::Time;
use domain::event::Remark;
use domain::record::{ObligationChange, Record};
use domain::run::Candidate;
use domain::step::{Step, Trigger};
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::transitions::{change_cluster, change_job, change_obligation};
use crate::{Claim, Error, Store, receipts, strays};

impl Store {
    /// Writes one transition, if the claim still holds.
    ///
    /// # Errors
    /// [`Error::Fenced`] when another worker has the job by now: nothing was written.
    pub async fn record(&self, claim: &Claim, record: &Record) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        let job = sqlx::query!(
            "update job
                set version = nextval('change_version'), recoveries = case when $3 then 0 else recoveries end
              where job_number = $1 and fence = $2
             returning cluster_name, size",
            claim.job,
            claim.fence,
            record.is_progress
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Error::Fenced)?;

        if let Some(step) = &record.step {
            write_step(&mut tx, claim.job, step).await?;
            if record.heeded {
                forget_answer(&mut tx, claim.job, step.position).await?;
            }
            strays::leave(&mut tx, claim.job, &job.cluster_name, step, &record.left).await?;
        }
        skip(&mut tx, claim.job, &record.skipped).await?;
        if let Some(change) = &record.cluster {
            change_cluster(&mut tx, claim.job, &job.cluster_name, job.size.as_deref(), change).await?;
        }
        if let Some(change) = &record.obligation {
            change_obligation(&mut tx, claim.job, &job.cluster_name, change).await?;
        }
        if let Some(change) = &record.job {
            change_job(&mut tx, claim.job, &job.cluster_name, change).await?;
        }
        check_in(&mut tx, claim.job, &record.remarks).await?;
        for text in &record.announcements {
            sqlx::query!("insert into announcement (job_number, text) values ($1, $2)", claim.job, text)
                .execute(&mut *tx)
                .await?;
        }
        if record.obligation == Some(ObligationChange::Settle) {
            receipts::write_for_settled(&mut tx, &job.cluster_name).await?;
        }
        tx.commit().await?;
        self.nudge().await;
        Ok(())
    }
}

impl Store {
    /// Puts the next look at a step off, when the last one brought nothing that a page would show but its time.
    ///
    /// # Errors
    /// [`Error::Fenced`] when another worker has the job by now.
    pub async fn postpone(&self, claim: &Claim, position: i32, next_check_at: Time) -> Result<(), Error> {
        let postponed = sqlx::query!(
            "update step set next_check_at = $4, failed_looks = 0, missing_looks = 0, seen_at = now()
               from job
              where job.job_number = step.job_number and step.job_number = $1 and fence = $2 and position = $3",
            claim.job,
            claim.fence,
            position,
            next_check_at
        )
        .execute(&self.pool)
        .await?;
        if postponed.rows_affected() == 0 { Err(Error::Fenced) } else { Ok(()) }
    }

    /// Those of the runs that some trigger has already, or that were left: they cannot be the lost one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn adopted_runs(&self, runs: &[Candidate]) -> Result<Vec<String>, Error> {
        let ids: Vec<String> = runs.iter().map(|found| found.run.id.clone()).collect();
        let provider = runs.first().map(|found| found.run.provider.as_str());
        Ok(sqlx::query_scalar!(
            r#"select run ->> 'id' as "id!" from trigger
                where run ->> 'provider' = $1 and run ->> 'id' = any($2)
               union
               select run ->> 'id' from stray where run ->> 'provider' = $1 and run ->> 'id' = any($2)"#,
            provider,
            &ids
        )
        .fetch_all(&self.pool)
        .await?)
    }
}

async fn write_step(connection: &mut PgConnection, job: i64, step: &Step) -> Result<(), Error> {
    sqlx::query!(
        "update step
            set state = $3, progress = $4, message = $5, started_at = $6, finished_at = $7, cancel_sent_at = $8,
                failed_looks = $9, missing_looks = $12, next_check_at = $10, attempt = $11, seen_at = $13
          where job_number = $1 and position = $2",
        job,
        step.position,
        step.state.as_str(),
        step.progress,
        step.message,
        step.started_at,
        step.finished_at,
        step.cancel_sent_at,
        step.failed_looks,
        step.next_check_at,
        step.attempt,
        step.missing_looks,
        step.seen_at
    )
    .execute(&mut *connection)
    .await?;
    match &step.trigger {
        Some(trigger) => write_trigger(connection, job, step, trigger).await,
        None => Ok(()),
    }
}

/// An answer is written by a page and goes only here: what comes in during a turn is not lost with it.
async fn forget_answer(connection: &mut PgConnection, job: i64, position: i32) -> Result<(), Error> {
    sqlx::query!("update step set answer = null where job_number = $1 and position = $2", job, position)
        .execute(connection)
        .await?;
    Ok(())
}

async fn write_trigger(
    connection: &mut PgConnection,
    job: i64,
    step: &Step,
    trigger: &Trigger,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into trigger (marker, job_number, position, attempt, state, intended_at, sent_at, tries, looks, run, candidates,
                              asked_to_stop, twins_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (marker) do update
            set state = excluded.state, sent_at = excluded.sent_at, tries = excluded.tries, looks = excluded.looks,
                run = excluded.run, candidates = excluded.candidates, asked_to_stop = excluded.asked_to_stop,
                twins_at = excluded.twins_at",
        trigger.marker,
        job,
        step.position,
        step.attempt,
        trigger.state.as_str(),
        trigger.intended_at,
        trigger.sent_at,
        trigger.tries,
        trigger.looks,
        trigger.run.as_ref().map(Json) as _,
        Json(&trigger.candidates) as _,
        trigger.asked_to_stop,
        trigger.twins_at
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn skip(connection: &mut PgConnection, job: i64, positions: &[i32]) -> Result<(), Error> {
    sqlx::query!(
        "update step set state = 'skipped' where job_number = $1 and position = any($2) and state = 'queued'",
        job,
        positions
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Appends to the job's log. The job's row is locked by the fence check, so that lines cannot collide.
pub async fn check_in(connection: &mut PgConnection, job: i64, remarks: &[Remark]) -> Result<(), Error> {
    for remark in remarks {
        sqlx::query!(
            "insert into check_in (job_number, line, level, position, text)
             select $1, coalesce(max(line), 0) + 1, $2, $3, $4 from check_in where job_number = $1",
            job,
            remark.level.as_str(),
            remark.position,
            remark.text
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
