//! How long things took: the newest successes of the same cluster in the same size.

// The helpers of tests fail like the tests themselves.
#![allow(
    clippy::unwrap_used,
    reason = "clippy knows a test by its attribute, and not the functions that tests share"
)]

use domain::job::JobState;
use domain::size::Size;
use sqlx::PgPool;
use store::Store;

/// Jobs of which the nth took n minutes, its one step half of that; every third one failed.
async fn history(pool: &PgPool, jobs: i64) -> Store {
    let store = Store::new(pool.clone());
    store.ensure_clusters(&["a", "b"]).await.unwrap();
    sqlx::query(
        "with made as (
            insert into job (routine, cluster_name, size, state, actor_name, channel, teardown, lifetime_minutes,
                             started_at, finished_at)
            select case when n % 2 = 0 then 'up' else 'guide' end, 'a', case when n % 5 = 0 then 'l' else 'm' end,
                   case when n % 3 = 0 then 'failed' else 'succeeded' end, 'operator', 'web', '[]', 240,
                   now(), now() + make_interval(mins => n::int)
              from generate_series(1, $1) as n order by n
            returning job_number, state, finished_at)
         insert into step (job_number, position, phase, title, action, state, started_at, finished_at)
         select job_number, 1, 'forward', 'Create',
                jsonb_build_object('kind', 'trigger', 'target', jsonb_build_object('name', 'release')), state,
                now(), now() + (finished_at - now()) / 2
           from made",
    )
    .bind(jobs)
    .execute(pool)
    .await
    .unwrap();
    store
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_successes_of_the_same_cluster_and_size_count_the_newest_first(pool: PgPool) {
    let store = history(&pool, 60).await;
    let durations = store.step_durations("a", Some(Size::M)).await.unwrap();
    let newest = &durations.0["target:release"];
    // 60 is of size l, 57 failed.
    assert_eq!(newest[..4], [59 * 30, 58 * 30, 56 * 30, 53 * 30]);
    assert_eq!(newest.len(), 20);
    assert!(store.step_durations("b", Some(Size::M)).await.unwrap().0.is_empty());
    assert!(store.step_durations("a", None).await.unwrap().0.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn jobs_are_compared_with_those_of_their_routine(pool: PgPool) {
    let store = history(&pool, 60).await;
    let up = store.job_durations("up", "a", Some(Size::M)).await.unwrap();
    assert_eq!(up[..3], [58 * 60, 56 * 60, 52 * 60]);
    assert!(store.job_durations("down", "a", Some(Size::M)).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_that_did_only_the_rest_of_another_says_nothing_of_the_whole(pool: PgPool) {
    let store = history(&pool, 60).await;
    sqlx::query("update job set resumes = 56 where job_number = 58").execute(&pool).await.unwrap();
    let up = store.job_durations("up", "a", Some(Size::M)).await.unwrap();
    assert_eq!(up[..2], [56 * 60, 52 * 60]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_jobs_that_ended_last_are_counted_by_those_that_ended(pool: PgPool) {
    let store = history(&pool, 60).await;
    for sql in [
        "update job set state = 'running', finished_at = null where job_number in (60, 58)",
        "update job set started_at = null where job_number = 59",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let ended = store.ended_jobs(Some("a"), None, 30).await.unwrap();
    assert_eq!(ended.len(), 30, "what goes on or never began takes the place of none");
    assert_eq!((ended[0].number, ended[0].state, ended[0].seconds), (57, JobState::Failed, 57 * 60));
    let of_routine = store.ended_jobs(None, Some("up"), 30).await.unwrap();
    assert!(of_routine.iter().all(|job| job.number % 2 == 0) && of_routine[0].number == 56);
    assert_eq!(store.ended_jobs(Some("b"), None, 30).await.unwrap(), []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_long_history_is_not_read_as_a_whole(pool: PgPool) {
    history(&pool, 20_000).await;
    sqlx::query("analyze job, step").execute(&pool).await.unwrap();
    let plan: Vec<String> = sqlx::query_scalar(
        "explain select job_number from job where cluster_name = 'a' and coalesce(size, '') = 'l'
          order by job_number desc limit 500",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains("job_of_cluster_and_size") && !plan.contains("Sort"), "{plan}");
}
