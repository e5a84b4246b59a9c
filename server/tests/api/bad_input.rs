//! What comes in broken, huge or of the wrong kind.

use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use sqlx::PgPool;

use crate::support::{API_TOKEN, SLACK_TOKEN, Service};

const JSON: &str = "application/json";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_body_that_is_no_json_is_refused_as_json(pool: PgPool) {
    let service = Service::real(pool).await;
    let deep = "[".repeat(10_000);
    let keys = format!("{{{}}}", (0..5_000).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(","));
    let cases: [(&str, Vec<u8>, u16, &str); 9] = [
        (JSON, b"".to_vec(), 400, "malformed_json"),
        (JSON, b"{\"routine\":".to_vec(), 400, "malformed_json"),
        (JSON, b"not json".to_vec(), 400, "malformed_json"),
        (JSON, deep.into_bytes(), 422, "bad_field"),
        (JSON, keys.into_bytes(), 422, "bad_field"),
        (JSON, b"{\"routine\":\"up\",\"routine\":\"down\",\"cluster\":\"c\"}".to_vec(), 422, "bad_field"),
        (JSON, b"{\"routine\":\"\xff\",\"cluster\":\"c\"}".to_vec(), 400, "malformed_json"),
        ("text/plain", b"{}".to_vec(), 415, "not_json"),
        ("application/x-www-form-urlencoded", b"routine=up".to_vec(), 415, "not_json"),
    ];
    for (kind, body, status, code) in cases {
        let start = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let request =
            service.post("/api/v1/jobs").bearer_auth(API_TOKEN).header(CONTENT_TYPE, kind).body(body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{kind} {start}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"]["code"], code, "{kind} {start}: {answer}");
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_body_that_is_too_large_is_refused_everywhere(pool: PgPool) {
    let service = Service::demo(pool).await;
    let large = "x".repeat(300 * 1024);
    for path in ["/login", "/slack/provision", "/actions/start-cluster"] {
        let answer = service.submit(path, &[("text", large.as_str())]).send().await.unwrap();
        assert_eq!(answer.status(), 413, "{path}");
    }
    let request = service.post("/api/v1/jobs").bearer_auth("demo").header(CONTENT_TYPE, JSON).body(large);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], "too_large");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_body_without_a_length_is_cut_off_too(pool: PgPool) {
    let service = Service::demo(pool).await;
    let chunks = (0..100).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 10 * 1024]));
    let body = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
    let request = service.post("/api/v1/jobs").bearer_auth("demo").header(CONTENT_TYPE, JSON).body(body);
    // The service may close the connection before all of it is sent.
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), 413);
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_message_from_slack_has_a_few_kilobytes_at_most(pool: PgPool) {
    let service = Service::demo(pool).await;
    let long = "k".repeat(17 * 1024);
    let form = [("token", SLACK_TOKEN), ("text", long.as_str())];
    assert_eq!(service.post("/slack/provision").form(&form).send().await.unwrap().status(), 413);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_failure_of_ours_tells_its_number_and_nothing_else(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    sqlx::raw_sql("alter table job rename to lost").execute(&pool).await.unwrap();
    let answer = service
        .get("/api/v1/jobs")
        .bearer_auth("demo")
        .header("x-request-id", "find-me-1")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 500);
    let error = answer.json::<Value>().await.unwrap()["error"].clone();
    assert_eq!(error["message"], "There is a problem with the service.");
    assert_eq!(error["request_id"], "find-me-1");
    assert_eq!(error.as_object().unwrap().len(), 3, "{error}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_method_that_an_address_does_not_take_is_named(pool: PgPool) {
    let service = Service::demo(pool).await;
    let answer =
        service.request(reqwest::Method::DELETE, "/api/v1/jobs").bearer_auth("demo").send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["allow"], "GET,HEAD,POST");
    assert_eq!(answer.json::<Value>().await.unwrap()["error"]["code"], "method_not_allowed");
}
