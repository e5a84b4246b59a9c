//! Whoever has a link is told no name of anybody, in whichever form they read it, unless its maker chose so.

use domain::actor::{Actor, Channel};
use domain::size::Size;
use domain::step::Answer;
use serde_json::json;
use server::web::SHARE_PARTS;
use sqlx::PgPool;

use crate::shares::share;
use crate::support::{CLUSTER, Events, Service};

fn bob() -> Actor {
    Actor::new("bob", Channel::Slack)
}

/// Everything that a share tells, in every form that has words.
async fn told(service: &Service, path: &str) -> String {
    let mut told = String::new();
    for part in SHARE_PARTS.into_iter().filter(|part| *part != "/og.png") {
        let at = format!("{path}{part}");
        told += &if part.ends_with("events") {
            Events::open(service.get(&at)).await.next_named("page").await.data.to_string()
        } else {
            let answer = service.get(&at).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{at}");
            String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned()
        };
    }
    told
}

/// As the engine writes it down when such a job has ended.
async fn ended(pool: &PgPool, job: i64, outcome: &str) {
    let update = "update job set state = 'cancelled', outcome = $2, started_at = created_at, finished_at = now() where job_number = $1";
    sqlx::query(update).bind(job).bind(outcome).execute(pool).await.unwrap();
    sqlx::query("update step set state = 'skipped' where job_number = $1")
        .bind(job)
        .execute(pool)
        .await
        .unwrap();
}

/// A job of somebody else that bob cancelled, then so many acts of others that his is no longer among the newest.
async fn bob_cancelled(service: &Service, pool: &PgPool) -> i64 {
    let job = service.accept("guide", Some(Size::M)).await;
    service.store.cancel(job, &bob(), None).await.unwrap();
    ended(pool, job, "Cancelled by bob (Slack).").await;
    for _ in 0..11 {
        sqlx::query(
            "insert into act (actor_name, channel, what, cluster_name) values ('eve', 'web', 'extend', $1)",
        )
        .bind(CLUSTER)
        .execute(pool)
        .await
        .unwrap();
    }
    job
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_cancelled_a_job_long_ago_is_named_in_nothing_that_a_share_of_its_cluster_shows(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let job = bob_cancelled(&service, &pool).await;
    for body in [json!({ "cluster": CLUSTER }), json!({ "job": job }), json!({ "all": true })] {
        let mut shown = body.clone();
        shown["detail"] = json!("steps_and_log");
        let (path, _) = share(&service, shown.clone()).await;
        let hidden = told(&service, &path).await;
        assert!(hidden.contains("Cancelled by somebody."), "{body}: {hidden}");
        assert!(!hidden.contains("bob") && !hidden.contains("ana (Slack)"), "{body}: {hidden}");
        shown["shows_names"] = json!(true);
        let (path, _) = share(&service, shown).await;
        assert!(told(&service, &path).await.contains("Cancelled by bob (Slack)."), "{body}");
    }
}

/// Each of these stands in a row of its own kind.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_approved_chose_an_end_or_took_something_over_is_named_nowhere(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let by = |name: &str| Actor::new(name, Channel::Api);
    let given = json!({ "answer": Answer::Refuse, "by": by("Ursula"), "at": "2026-11-30T08:00:00Z" });
    for (sql, name) in [
        ("update step set answer = jsonb_set($1::jsonb, '{by,name}', to_jsonb($2::text)), message = 'refused by ' || $2 where position = 1", "Ursula"),
        ("insert into obligation (cluster_name, state, opened_at, opened_by_job, teardown, next_attempt_at, chosen_by)
          select 'iriversland2', 'open', now(), min(job_number), '[]', now() + interval '9 h', $2 from job where $1::text <> ''", "Viktor"),
        ("insert into accepted_leftover (cluster_name, kind, resource_id, name, accepted_by, because)
          select 'iriversland2', 'volume', 'v', 'pvc', $2, 'kept' where $1::text <> ''", "Wilma"),
    ] {
        sqlx::query(sql).bind(given.to_string()).bind(name).execute(&pool).await.unwrap();
    }
    ended(&pool, job, "Refused by Ursula (API), after Viktor moved the end and Wilma took the volume over at db.internal:5432.").await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER, "detail": "steps_and_log" })).await;
    let hidden = told(&service, &path).await;
    let outcome = "Refused by somebody, after somebody moved the end and somebody took the volume over at (address not shown)";
    assert!(hidden.contains(outcome), "{hidden}");
    for name in ["Ursula", "Viktor", "Wilma", "db.internal"] {
        assert!(!hidden.contains(name), "{name} in {hidden}");
    }
}
