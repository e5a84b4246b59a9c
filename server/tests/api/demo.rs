//! The demo: whoever is on this machine is the operator, and nobody else gets in.

use reqwest::header::HOST;
use sqlx::PgPool;

use crate::support::{CLUSTER, Service};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_foreign_name_that_points_here_gets_nothing(pool: PgPool) {
    let service = Service::demo(pool).await;
    let body = serde_json::json!({ "routine": "up", "cluster": CLUSTER });
    let page = service.get("/").header(HOST, "evil.example");
    let press =
        service.submit("/actions/start-cluster", &[("cluster", CLUSTER)]).header(HOST, "evil.example:3010");
    let call = service.post("/api/v1/jobs").bearer_auth("demo").header(HOST, "evil.example").json(&body);
    for request in [page, press, call] {
        assert_eq!(request.send().await.unwrap().status(), 421);
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_browser_is_the_operator_without_signing_in(pool: PgPool) {
    let service = Service::demo(pool).await;
    let answer = service
        .submit("/actions/start-cluster", &[("cluster", CLUSTER), ("size", "m")])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    let job = service.store.job(1).await.unwrap().unwrap().job;
    assert_eq!(job.actor.to_string(), "operator");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_program_has_to_say_the_word_of_the_demo(pool: PgPool) {
    let service = Service::demo(pool).await;
    assert_eq!(service.get("/api/v1/jobs").send().await.unwrap().status(), 401);
    assert_eq!(service.get("/api/v1/jobs").bearer_auth("demo").send().await.unwrap().status(), 200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn signing_in_to_the_demo_leads_straight_on(pool: PgPool) {
    let service = Service::demo(pool).await;
    let answer =
        service.submit("/login", &[("password", "whatever"), ("next", "/jobs")]).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/jobs");
    assert!(!answer.headers().contains_key("set-cookie"));
}
