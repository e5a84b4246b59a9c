//! How a cluster, its obligation and a job move from one state to the next, within the transaction of a record.

use domain::cluster::ClusterChange;
use sqlx::PgConnection;
use sqlx::types::Json;

use domain::record::{Evidence, JobChange, ObligationChange};

use crate::{Error, up_times};

pub async fn change_cluster(
    connection: &mut PgConnection,
    job: i64,
    cluster: &str,
    size: Option<&str>,
    change: &ClusterChange,
) -> Result<(), Error> {
    let (state, failure) = match change {
        ClusterChange::Provisioning => ("provisioning", None),
        ClusterChange::Up => ("up", None),
        ClusterChange::Destroying => ("destroying", None),
        ClusterChange::Down => ("down", None),
        ClusterChange::Failed { reason } => ("failed", Some(reason.as_str())),
        ClusterChange::Deployed { service } => {
            return deployed(connection, job, cluster, service).await;
        }
    };
    // A destroy keeps the size that is being destroyed; only a create brings a new one.
    //
    // The version is drawn when the row is ours: whoever draws it first and waits then would write an older one over a newer.
    sqlx::query!(
        "with mine as (select from cluster where cluster_name = $1 for update),
              next as (select nextval('change_version') as version from mine)
         update cluster
            set since = case when state = $2 then since else now() end,
                state = $2,
                failure = $3,
                size = case $2 when 'down' then null when 'provisioning' then coalesce($4, size) else size end,
                version = next.version,
                press_version = next.version
           from next
          where cluster_name = $1",
        cluster,
        state,
        failure,
        size
    )
    .execute(&mut *connection)
    .await?;
    if *change == ClusterChange::Provisioning {
        up_times::begin_by_job(connection, job, cluster).await?;
    }
    if *change == ClusterChange::Down {
        up_times::end(connection, cluster).await?;
        sqlx::query!("delete from deployment where cluster_name = $1", cluster).execute(connection).await?;
    }
    Ok(())
}

async fn deployed(
    connection: &mut PgConnection,
    job: i64,
    cluster: &str,
    service: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into deployment (cluster_name, service, deployed_at, job_number) values ($1, $2, now(), $3)
         on conflict (cluster_name, service) do update
            set deployed_at = excluded.deployed_at, job_number = excluded.job_number",
        cluster,
        service,
        job
    )
    .execute(&mut *connection)
    .await?;
    touch_cluster(connection, cluster).await
}

pub async fn change_obligation(
    connection: &mut PgConnection,
    job: i64,
    cluster: &str,
    change: &ObligationChange,
) -> Result<(), Error> {
    // First, as everybody who changes a debt takes the row of its cluster first.
    touch_cluster(connection, cluster).await?;
    match change {
        ObligationChange::Open { destroys_at, chosen_by, limits, warnings, teardown, cloud } => {
            sqlx::query!(
                "insert into obligation
                        (cluster_name, state, opened_at, opened_by_job, destroys_at, teardown, next_attempt_at, cloud,
                         longest_minutes, grace_minutes, idle_minutes, active_at, warnings, chosen_by)
                 values ($1, 'open', now(), $2, $3, $4, coalesce($3, now()), $5, $6, $7, $8, now(), $9, $10)
                 on conflict (cluster_name) where state not in ('settled', 'closed') do update
                    set state = 'open', opened_at = excluded.opened_at, opened_by_job = excluded.opened_by_job,
                        destroys_at = excluded.destroys_at, teardown = excluded.teardown, cloud = excluded.cloud,
                        next_attempt_at = excluded.next_attempt_at, failed_attempts = 0, last_error = null,
                        due_since = null, alarms = 0, verifying_since = null,
                        longest_minutes = excluded.longest_minutes, grace_minutes = excluded.grace_minutes,
                        idle_minutes = excluded.idle_minutes, active_at = excluded.active_at,
                        warnings = excluded.warnings, chosen_by = excluded.chosen_by",
                cluster,
                job,
                *destroys_at,
                Json(teardown) as _,
                cloud.as_ref().map(Json) as _,
                minutes(limits.longest_minutes),
                minutes(limits.grace_minutes),
                limits.idle_minutes.map(minutes),
                warnings,
                chosen_by.as_deref()
            )
            .execute(&mut *connection)
            .await?;
        }
        ObligationChange::Destroying => {
            sqlx::query!(
                "update obligation set state = 'destroying', due_since = coalesce(due_since, now())
                  where cluster_name = $1 and state not in ('settled', 'closed')",
                cluster
            )
            .execute(&mut *connection)
            .await?;
        }
        ObligationChange::Verify => {
            sqlx::query!(
                "update obligation set state = 'verifying', verifying_since = now(), settled_by_job = $2
                  where cluster_name = $1 and state not in ('settled', 'closed')",
                cluster,
                job
            )
            .execute(&mut *connection)
            .await?;
            // What the cloud showed before the destroy ended proves nothing.
            sqlx::query!("update observation set clean_looks = 0 where cluster_name = $1", cluster)
                .execute(&mut *connection)
                .await?;
        }
        ObligationChange::Settle => {
            sqlx::query!(
                "update obligation set state = 'settled', settled_at = now(), settled_by_job = $2, evidence = $3
                  where cluster_name = $1 and state not in ('settled', 'closed')",
                cluster,
                job,
                Evidence::Ci.as_str()
            )
            .execute(&mut *connection)
            .await?;
        }
        ObligationChange::Due { failed, error, next_attempt_at } => {
            sqlx::query!(
                "update obligation
                    set state = 'due', last_error = $3, next_attempt_at = $4, due_since = coalesce(due_since, now()),
                        failed_attempts = failed_attempts + case when $2 then 1 else 0 end
                  where cluster_name = $1 and state not in ('settled', 'closed')",
                cluster,
                failed,
                error,
                next_attempt_at
            )
            .execute(&mut *connection)
            .await?;
        }
        ObligationChange::LeaveUp { until, by, warnings } => {
            sqlx::query!(
                "update obligation
                    set state = 'open', destroys_at = $2, next_attempt_at = $2, due_since = null, alarms = 0,
                        chosen_by = $3, warnings = $4, active_at = now()
                  where cluster_name = $1 and state not in ('settled', 'closed')",
                cluster,
                until,
                by,
                warnings
            )
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}

pub async fn change_job(
    connection: &mut PgConnection,
    job: i64,
    cluster: &str,
    change: &JobChange,
) -> Result<(), Error> {
    match change {
        JobChange::Goes(state) => {
            sqlx::query!(
                "update job set state = $2, started_at = coalesce(started_at, now()) where job_number = $1",
                job,
                state.as_str()
            )
            .execute(connection)
            .await?;
            Ok(())
        }
        JobChange::Ends { state, outcome } => {
            sqlx::query!("update step set state = 'skipped' where job_number = $1 and state = 'queued'", job)
                .execute(&mut *connection)
                .await?;
            sqlx::query!(
                "update job set state = $2, outcome = $3, finished_at = now() where job_number = $1",
                job,
                state.as_str(),
                outcome
            )
            .execute(&mut *connection)
            .await?;
            // The next job on the cluster waits for nothing any more, and the page says so.
            touch_cluster(connection, cluster).await?;
            show_queue(connection, cluster).await?;
            sqlx::query!(
                "update obligation set active_at = now()
                  where cluster_name = $1 and state not in ('settled', 'closed')
                    and exists (select from job where job_number = $2 and started_at is not null)",
                cluster,
                job
            )
            .execute(connection)
            .await?;
            Ok(())
        }
    }
}

/// As a row keeps it.
pub fn minutes(minutes: u32) -> i32 {
    i32::try_from(minutes).unwrap_or(i32::MAX)
}

/// Gives the cluster a new version: what a page shows has changed, and so has what a press is decided on.
pub async fn touch_cluster(connection: &mut PgConnection, cluster: &str) -> Result<(), Error> {
    sqlx::query!(
        // Drawn when the row is ours, as above.
        "with mine as (select from cluster where cluster_name = $1 for update),
              next as (select nextval('change_version') as version from mine)
         update cluster set version = next.version, press_version = next.version
           from next
          where cluster_name = $1",
        cluster
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives the jobs that wait for their turn a new version: behind which one they wait has changed. Whoever acts on one of
/// them now does the same, and is not waited for: he may wait for the row of the cluster himself.
pub async fn show_queue(connection: &mut PgConnection, cluster: &str) -> Result<(), Error> {
    sqlx::query!(
        "update job set version = nextval('change_version')
          where job_number in (select job_number from job
                                where cluster_name = $1 and state = 'queued' and started_at is null
                                  for update skip locked)",
        cluster
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// Gives the cluster a new version, though nothing changed that a press is decided on.
pub async fn show_cluster(connection: &mut PgConnection, cluster: &str) -> Result<(), Error> {
    sqlx::query!("update cluster set version = nextval('change_version') where cluster_name = $1", cluster)
        .execute(connection)
        .await?;
    Ok(())
}
