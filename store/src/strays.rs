//! Runs that no step follows any more, until their provider says that they have ended.

use std::time::Duration;

use domain::Time;
use domain::run::RunRef;
use domain::step::{Action, CiTarget, Step};
use domain::stray::{Left, Stray, Watched};
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::record::check_in;
use crate::{Error, Store};

/// How many are looked at in one round, so that none waits for all others.
const AT_ONCE: i64 = 8;

struct Row {
    stray_id: i64,
    job_number: i64,
    position: i32,
    target: Json<CiTarget>,
    run: Json<RunRef>,
    is_ours: bool,
    looks: i32,
    missing_looks: i32,
    ended_at: Option<Time>,
}

impl From<Row> for Stray {
    fn from(row: Row) -> Self {
        Self {
            id: row.stray_id,
            job: row.job_number,
            position: row.position,
            target: row.target.0,
            run: row.run.0,
            is_ours: row.is_ours,
            looks: row.looks,
            missing_looks: row.missing_looks,
            ended_at: row.ended_at,
        }
    }
}

impl Store {
    /// Takes those that are due for so long: no other replica takes them meanwhile.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn take_strays(&self, hold: Duration) -> Result<Vec<Stray>, Error> {
        let rows = sqlx::query_as!(
            Row,
            r#"update stray set next_check_at = now() + make_interval(secs => $1)
                where stray_id in (select stray_id from stray where ended_at is null and next_check_at <= now()
                                    order by next_check_at limit $2 for update skip locked)
               returning stray_id, job_number, position, target as "target: Json<CiTarget>",
                         run as "run: Json<RunRef>", is_ours, looks, missing_looks, ended_at"#,
            hold.as_secs_f64(),
            AT_ONCE
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Stray::from).collect())
    }

    /// Writes down what a look at one brought, with what the log of its job and Slack are told.
    ///
    /// # Errors
    /// When the database does not answer: it is looked at again.
    pub async fn watched(&self, stray: &Stray, watched: &Watched) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        sqlx::query!(
            "update stray
                set looks = $2, missing_looks = $3, next_check_at = now() + make_interval(secs => $4), ended_at = case when $5 then now() end
              where stray_id = $1 and ended_at is null",
            stray.id,
            watched.looks,
            watched.missing_looks,
            watched.pause.as_seconds_f64(),
            watched.has_ended
        )
        .execute(&mut *tx)
        .await?;
        if watched.remark.is_some() {
            // Locks the job, so that lines of its log cannot collide.
            sqlx::query!(
                "update job set version = nextval('change_version') where job_number = $1",
                stray.job
            )
            .execute(&mut *tx)
            .await?;
            check_in(&mut tx, stray.job, watched.remark.as_slice()).await?;
        }
        if let Some(text) = &watched.announcement {
            sqlx::query!("insert into announcement (job_number, text) values ($1, $2)", stray.job, text)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        self.nudge().await;
        Ok(())
    }

    /// Those that may create something on the cluster, or might have since `since`.
    pub(crate) async fn strays_beside(
        &self,
        cluster: &str,
        since: Option<Time>,
    ) -> Result<Vec<Stray>, Error> {
        let rows = sqlx::query_as!(
            Row,
            r#"select stray_id, job_number, position, target as "target: Json<CiTarget>",
                      run as "run: Json<RunRef>", is_ours, looks, missing_looks, ended_at
                 from stray
                where cluster_name = $1 and may_create and (ended_at is null or ended_at >= $2)
                order by stray_id"#,
            cluster,
            since
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Stray::from).collect())
    }
}

/// Within the transaction of a record.
pub async fn leave(
    connection: &mut PgConnection,
    job: i64,
    cluster: &str,
    step: &Step,
    left: &[Left],
) -> Result<(), Error> {
    let Action::Trigger { target, .. } = &step.action else { return Ok(()) };
    for Left { run, is_ours } in left {
        sqlx::query!(
            "insert into stray (job_number, position, cluster_name, target, run, is_ours, may_create)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict do nothing",
            job,
            step.position,
            cluster,
            Json(target) as _,
            Json(run) as _,
            *is_ours,
            step.action.creates_cluster()
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
