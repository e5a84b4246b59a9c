//! Asking for jobs over the API.

use reqwest::Response;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{API_TOKEN, CLUSTER, Service};

async fn ask(service: &Service, body: Value, key: Option<&str>) -> Response {
    let request = service.post("/api/v1/jobs").bearer_auth(API_TOKEN).json(&body);
    let request = key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
    request.send().await.unwrap()
}

fn up(size: &str) -> Value {
    json!({ "routine": "up", "cluster": CLUSTER, "size": size })
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_not_known_is_refused_with_what_is(pool: PgPool) {
    let service = Service::real(pool).await;
    for (body, code, known) in [
        (json!({ "routine": "nope", "cluster": CLUSTER }), "unknown_routine", "guide"),
        (json!({ "routine": "up", "cluster": "nope" }), "unknown_cluster", CLUSTER),
        (json!({ "routine": "up", "cluster": CLUSTER, "size": "xl" }), "unknown_size", "m"),
        (
            json!({ "routine": "deploy", "cluster": CLUSTER, "service": "nope" }),
            "unknown_service",
            "slack-middleware",
        ),
        (json!({ "routine": "deploy", "cluster": CLUSTER }), "service_missing", "slack-middleware"),
        (json!({ "routine": "up", "cluster": CLUSTER, "colour": "red" }), "bad_field", "service"),
        (json!({ "cluster": CLUSTER }), "bad_field", "routine"),
        (json!({ "routine": 1, "cluster": CLUSTER }), "bad_field", "routine"),
        (json!([]), "bad_field", "routine"),
    ] {
        let answer = ask(&service, body.clone(), None).await;
        assert_eq!(answer.status(), 422, "{body}");
        let error: Value = answer.json::<Value>().await.unwrap()["error"].clone();
        assert_eq!(error["code"], code, "{body}: {error}");
        assert!(error["known"].as_array().unwrap().contains(&json!(known)), "{body}: {error}");
        assert!(error["message"].as_str().unwrap().ends_with("Nothing was started."), "{error}");
    }
    for (body, code) in [
        (json!({ "routine": "down", "cluster": CLUSTER, "size": "m" }), "size_not_taken"),
        (json!({ "routine": "up", "cluster": CLUSTER, "service": "slack-middleware" }), "service_not_taken"),
    ] {
        let answer = ask(&service, body, None).await;
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], code);
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_body_that_does_not_fit_is_told_what_would_in_words_of_the_api(pool: PgPool) {
    let service = Service::real(pool).await;
    let whole = "The body has to be an object with the fields \"routine\" and \"cluster\", \
                 and with \"size\", \"service\", \"lifetime\" or \"until\" where the routine takes one. Nothing was started.";
    for (body, message) in [
        (json!(["up", CLUSTER, "m", null]), whole),
        (json!([]), whole),
        (json!("up"), whole),
        (json!(7), whole),
        (json!(null), whole),
        (json!({ "cluster": CLUSTER }), "The field \"routine\" is missing. Nothing was started."),
        (
            json!({ "routine": "up", "cluster": null }),
            "The field \"cluster\" is missing. Nothing was started.",
        ),
        (
            json!({ "routine": ["up"], "cluster": CLUSTER }),
            "The field \"routine\" has to be a text. Nothing was started.",
        ),
        (
            json!({ "routine": "up", "cluster": CLUSTER, "colour": "red" }),
            "\"colour\" means nothing here. Nothing was started.",
        ),
    ] {
        let answer = ask(&service, body.clone(), None).await;
        assert_eq!(answer.status(), 422, "{body}");
        let error = answer.json::<Value>().await.unwrap()["error"].clone();
        assert_eq!(error["message"], message, "{body}");
        assert_eq!(
            error["known"],
            json!(["routine", "cluster", "size", "service", "lifetime", "until"]),
            "{body}"
        );
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_the_state_of_the_cluster_forbids_is_a_conflict(pool: PgPool) {
    let service = Service::real(pool).await;
    let answer = ask(&service, json!({ "routine": "down", "cluster": CLUSTER }), None).await;
    assert_eq!(answer.status(), 409);
    let error = answer.json::<Value>().await.unwrap()["error"].clone();
    assert_eq!(error["code"], "conflict");
    assert_eq!(error["message"], "iriversland2 is already down. Nothing was started.");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_accepted_ask_is_answered_with_its_job(pool: PgPool) {
    let service = Service::real(pool).await;
    let answer = ask(&service, json!({ "routine": "guide", "cluster": CLUSTER, "size": "l" }), None).await;
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["location"], "/api/v1/jobs/1");
    let job: Value = answer.json().await.unwrap();
    assert_eq!((&job["number"], &job["routine"], &job["size"]), (&json!(1), &json!("guide"), &json!("l")));
    assert_eq!(job["by"], "operator (API)");
    assert_eq!(job["steps"].as_array().unwrap().len(), 6);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_same_key_gets_the_same_job_and_never_another_one(pool: PgPool) {
    let service = Service::real(pool).await;
    let (one, two) = tokio::join!(ask(&service, up("m"), Some("k-1")), ask(&service, up("m"), Some("k-1")));
    let mut statuses = [one.status().as_u16(), two.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
    let other = ask(&service, up("l"), Some("k-1")).await;
    assert_eq!(other.status(), 409);
    assert_eq!(other.json::<Value>().await.unwrap()["error"]["code"], "idempotency_key_reused");
    assert_eq!(service.number_of_jobs().await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_key_that_is_no_key_is_refused(pool: PgPool) {
    let service = Service::real(pool).await;
    for key in ["", "a b", "ключ", &"k".repeat(201)] {
        let answer = ask(&service, up("m"), Some(key)).await;
        assert_eq!(answer.status(), 400, "{key:?}");
        assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], "bad_idempotency_key");
    }
    assert_eq!(ask(&service, up("m"), Some(&"k".repeat(200))).await.status(), 201);
}
