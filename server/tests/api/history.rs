//! What the past says: on pages and to programs, and the chart of it.

use domain::size::Size;
use reqwest::header::ACCEPT;
use serde_json::Value;
use sqlx::PgPool;

use crate::support::{API_TOKEN, CLUSTER, Service};

/// Brings the cluster up and says that it took so many minutes, of which the first step took half.
async fn came_up(service: &Service, pool: &PgPool, minutes: i64) -> i64 {
    let number = service.accept("up", Some(Size::M)).await;
    let ended = format!(
        "update job set state = 'succeeded', outcome = 'Done.', started_at = now() - interval '{minutes} minutes',
                        finished_at = now() where job_number = {number};
         update step set state = 'succeeded', finished_at = now(),
                         started_at = now() - interval '{minutes} minutes' / 2 where job_number = {number}"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(ended)).execute(pool).await.unwrap();
    number
}

/// A job whose first step began four minutes ago.
async fn is_at_work(service: &Service, pool: &PgPool) -> i64 {
    let number = service.accept("up", Some(Size::M)).await;
    let begun = format!(
        "update job set state = 'running', fence = 1, started_at = now() - interval '4 minutes' where job_number = {number};
         update step set state = 'running', started_at = now() - interval '4 minutes'
          where job_number = {number} and position = 1"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(begun)).execute(pool).await.unwrap();
    number
}

async fn page(service: &Service, path: &str) -> String {
    service.get(path).header(ACCEPT, "text/html").send().await.unwrap().text().await.unwrap()
}

async fn json(service: &Service, path: &str) -> Value {
    service.get(path).bearer_auth(API_TOKEN).send().await.unwrap().json().await.unwrap()
}

async fn signed_in(pool: &PgPool) -> Service {
    Service::demo(pool.clone()).await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_at_work_is_compared_with_those_before_it(pool: PgPool) {
    let service = signed_in(&pool).await;
    for minutes in [10, 12, 14, 16, 18] {
        came_up(&service, &pool, minutes).await;
    }
    let number = is_at_work(&service, &pool).await;
    let text = page(&service, &format!("/jobs/{number}")).await;
    assert!(text.contains("Usually 5–8 min (last 5 successful, size m)."), "{text}");
    assert!(text.contains("Usually 10–16 min in all"), "{text}");
    assert!(text.contains("Longer than usual (95 % finish within 9 min)."), "{text}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_past_a_page_says_that_there_is_none(pool: PgPool) {
    let service = signed_in(&pool).await;
    for minutes in [10, 12, 14, 16] {
        came_up(&service, &pool, minutes).await;
    }
    let number = is_at_work(&service, &pool).await;
    let text = page(&service, &format!("/jobs/{number}")).await;
    assert!(text.contains("No past runs to compare."), "{text}");
    assert!(!text.contains("Usually"), "{text}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn programs_are_told_the_percentiles_and_what_is_left_in_seconds(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    for minutes in [10, 12, 14, 16, 18] {
        came_up(&service, &pool, minutes).await;
    }
    let number = is_at_work(&service, &pool).await;
    let job = json(&service, &format!("/api/v1/jobs/{number}")).await;
    assert_eq!(job["usual"]["median_seconds"], 14 * 60, "{job}");
    let step = &job["steps"][0]["usual"];
    assert_eq!((&step["p20_seconds"], &step["p80_seconds"]), (&Value::from(300), &Value::from(480)));
    // The first step has four of its 5 to 8 minutes behind it, the second all of them before it.
    let left = job["left"]["from_seconds"].as_i64().unwrap();
    assert!((350..=360).contains(&left), "{job}");
    let ended = json(&service, "/api/v1/jobs/1").await;
    assert!(ended["usual"].is_null() && ended["steps"][0]["usual"].is_null(), "{ended}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_last_jobs_are_a_chart_whose_bars_are_links(pool: PgPool) {
    let service = signed_in(&pool).await;
    let number = came_up(&service, &pool, 6).await;
    for path in [format!("/clusters/{CLUSTER}"), "/jobs?routine=up".to_owned()] {
        let text = page(&service, &path).await;
        assert!(text.contains(&format!("Job {number}, succeeded, 6 min<")), "{path}: {text}");
        assert!(text.contains("Show as table"), "{path}");
    }
    assert!(page(&service, "/jobs?routine=guide").await.contains("No jobs of guide."));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_sizes_say_how_long_a_cluster_takes_to_come_up(pool: PgPool) {
    let service = signed_in(&pool).await;
    for minutes in [10, 12, 14, 16, 18] {
        came_up(&service, &pool, minutes).await;
    }
    let text = page(&service, &format!("/clusters/{CLUSTER}/start")).await;
    // Two stacks, one after the other.
    assert_eq!(text.matches("up in 10–16 min").count(), 1, "{text}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_backup_destroy_is_said_on_the_page_and_to_programs(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let number = service.accept("up", Some(Size::M)).await;
    let owes = format!(
        "insert into obligation (cluster_name, state, opened_at, opened_by_job, destroys_at, teardown, next_attempt_at)
         select cluster_name, 'open', now(), job_number, now() + interval '4 hours', teardown, now() + interval '4 hours'
           from job where job_number = {number};
         insert into backup_destroy (obligation_id, position, target, state, schedule, fires_at, last_error)
         select obligation_id, 1, teardown -> 0 -> 'action' -> 'target', 'planted', 's', timestamptz '2030-01-01 20:00Z', null
           from obligation
         union all
         select obligation_id, 2, teardown -> 1 -> 'action' -> 'target', 'refused', null, null, 'CircleCI answered 401'
           from obligation"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(owes)).execute(&pool).await.unwrap();
    let cluster = json(&service, &format!("/api/v1/clusters/{CLUSTER}")).await;
    let backup = &cluster["backup_destroy"];
    assert_eq!((&backup["armed"], &backup["why_none"]), (&Value::Bool(false), &Value::Null), "{backup}");
    assert_eq!(backup["stacks"][0]["from"], "2030-01-01T20:00:00Z");
    assert_eq!(backup["stacks"][0]["to"], "2030-01-01T21:00:00Z");
    assert_eq!(backup["stacks"][1]["last_error"], "CircleCI answered 401");
    let demo = Service::demo(pool).await;
    let text = page(&demo, &format!("/clusters/{CLUSTER}")).await;
    assert!(text.contains("Backup destroy armed for "), "{text}");
    assert!(text.contains("No backup destroy (Destroy the cluster): CircleCI answered 401."), "{text}");
}
