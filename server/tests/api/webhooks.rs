//! Webhooks of CircleCI at the door: who is believed, and what of it is written down.

use chrono::{TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use sqlx::PgPool;

use crate::support::{Service, WEBHOOK_SECRETS};

fn event(id: &str, kind: &str) -> Value {
    json!({
        "id": id,
        "type": kind,
        "happened_at": Utc::now(),
        "workflow": { "id": "w", "status": "success" },
        "pipeline": { "id": "5034460f-c7c4-4c43-9457-de07e2029e7b" },
    })
}

fn signature(body: &str, secret: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    format!("v1={}", hex::encode(mac.chain_update(body).finalize().into_bytes()))
}

async fn send(service: &Service, body: &str, signature: &str) -> u16 {
    let hook = service.post("/webhooks/circleci").header("content-type", "application/json");
    let sent = hook.header("circleci-signature", signature).body(body.to_owned()).send().await.unwrap();
    sent.status().as_u16()
}

async fn send_signed(service: &Service, body: &Value) -> u16 {
    let body = body.to_string();
    send(service, &body, &signature(&body, WEBHOOK_SECRETS[0])).await
}

async fn remembered(pool: &PgPool) -> Vec<String> {
    let ids = sqlx::query_scalar("select delivery_id from delivery order by delivery_id");
    ids.fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_webhook_that_nobody_signed_is_refused_and_nothing_is_written(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let body = event("1", "workflow-completed").to_string();
    let right = signature(&body, WEBHOOK_SECRETS[0]);
    let unsigned = service.post("/webhooks/circleci").body(body.clone()).send().await.unwrap();
    assert_eq!(unsigned.status(), 401);
    let wrong = signature(&body, "a secret of somebody else");
    for signature in ["", "v1=", &wrong, &right[..right.len() - 2], &right.to_uppercase()] {
        assert_eq!(send(&service, &body, signature).await, 401, "{signature}");
    }
    for changed in [body.replace('1', "2"), format!("\u{feff}{body}"), format!("{body}\n")] {
        assert_eq!(send(&service, &changed, &right).await, 401, "{changed}");
    }
    assert_eq!(remembered(&pool).await, Vec::<String>::new());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn while_the_secret_is_changed_both_are_believed(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    for (id, secret) in ["1", "2"].into_iter().zip(WEBHOOK_SECRETS) {
        let body = event(id, "workflow-completed").to_string();
        assert_eq!(send(&service, &body, &signature(&body, secret)).await, 204);
    }
    assert_eq!(remembered(&pool).await, ["1", "2"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_signed_body_that_is_no_event_is_refused_with_what_is_wrong(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let mut without_pipeline = event("1", "workflow-completed");
    without_pipeline["pipeline"] = Value::Null;
    let endless = event(&"1".repeat(101), "workflow-completed");
    for body in [json!([]), json!({ "id": 1 }), without_pipeline, endless] {
        assert_eq!(send_signed(&service, &body).await, 400, "{body}");
    }
    let large = "x".repeat(300 * 1024);
    assert_eq!(send(&service, &large, &signature(&large, WEBHOOK_SECRETS[0])).await, 413);
    assert_eq!(remembered(&pool).await, Vec::<String>::new());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_concerns_nothing_here_is_taken_and_left(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let mut old = event("2", "workflow-completed");
    old["happened_at"] = json!(Utc::now() - TimeDelta::hours(25));
    for body in [event("1", "job-completed"), old, event("3", "a kind of tomorrow")] {
        assert_eq!(send_signed(&service, &body).await, 204, "{body}");
    }
    assert_eq!(remembered(&pool).await, Vec::<String>::new());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_same_webhook_sent_again_is_remembered_once_and_for_a_day(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    for _ in 0..10 {
        assert_eq!(send_signed(&service, &event("1", "workflow-completed")).await, 204);
    }
    assert_eq!(remembered(&pool).await, ["1"]);
    sqlx::query("update delivery set received_at = received_at - interval '25 hours'")
        .execute(&pool)
        .await
        .unwrap();
    send_signed(&service, &event("2", "workflow-completed")).await;
    assert_eq!(remembered(&pool).await, ["2"]);
}
