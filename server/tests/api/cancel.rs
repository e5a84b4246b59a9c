//! Cancelling a job, by its page and over the API.

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{API_TOKEN, Service};

const FORM: &str = "/actions/cancel-job";

async fn cancel(service: &Service, number: &str, body: Value) -> (u16, Value) {
    let request = service.post(&format!("/api/v1/jobs/{number}/cancel")).bearer_auth(API_TOKEN);
    let answer = request.json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_that_does_not_exist_cannot_be_cancelled(pool: PgPool) {
    let service = Service::real(pool).await;
    for number in ["999", "x", "-1", "99999999999999999999"] {
        let (status, answer) = cancel(&service, number, json!({})).await;
        assert_eq!((status, &answer["error"]["code"]), (404, &json!("not_found")), "{number}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_that_names_no_job_leads_to_the_page_that_says_so(pool: PgPool) {
    let service = Service::demo(pool).await;
    for job in ["999", "x", "", "../..//evil"] {
        let place = service.press(FORM, &[("job", job)]).await;
        assert!(place.starts_with("/jobs/"), "{place}");
        if !job.is_empty() {
            assert_eq!(service.page(&place).await.0, 404, "{job:?}");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_body_that_does_not_fit_cancels_nothing(pool: PgPool) {
    let service = Service::real(pool).await;
    let number = service.accept("up", None).await.to_string();
    for (body, code) in [
        (json!([]), "bad_field"),
        (json!({ "because": 7 }), "bad_field"),
        (json!({ "why": "x" }), "bad_field"),
        (json!({ "because": "x".repeat(301) }), "bad_field"),
    ] {
        let (status, answer) = cancel(&service, &number, body.clone()).await;
        assert_eq!((status, &answer["error"]["code"]), (422, &json!(code)), "{body}");
        assert!(answer["error"]["message"].as_str().unwrap().ends_with("Nothing was changed."), "{answer}");
    }
    let path = format!("/api/v1/jobs/{number}/cancel");
    let junk = service.post(&path).bearer_auth(API_TOKEN).header(CONTENT_TYPE, "application/json").body("{");
    assert_eq!(junk.send().await.unwrap().status(), 400);
    assert_eq!(service.post(&path).send().await.unwrap().status(), 401);
    assert_eq!(service.get(&path).bearer_auth(API_TOKEN).send().await.unwrap().status(), 405);
    let job = service.store.job(1).await.unwrap().unwrap();
    assert_eq!(job.job.cancelled, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cancelled_job_says_by_whom_and_to_ask_twice_is_no_mistake(pool: PgPool) {
    let service = Service::real(pool).await;
    let number = service.accept("up", None).await.to_string();
    let path = format!("/api/v1/jobs/{number}/cancel");
    let answer = service.post(&path).bearer_auth(API_TOKEN).send().await.unwrap();
    assert_eq!(answer.status(), 202, "nothing need be said");
    assert_eq!(answer.json::<Value>().await.unwrap()["cancelled_by"], "operator (API)");
    let (status, again) = cancel(&service, &number, json!({ "because": "again" })).await;
    assert_eq!((status, &again["cancelled_by"]), (202, &json!("operator (API)")));
    assert_eq!(service.store.acts("iriversland2", 10).await.unwrap().len(), 1, "it was done once");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_page_says_what_happens_and_its_form_leads_to_the_job_however_often_it_is_pressed(pool: PgPool) {
    let service = Service::demo(pool).await;
    let number = service.accept("guide", None).await;
    let (status, asked) = service.page(&format!("/jobs/{number}/cancel")).await;
    assert_eq!(status, 200);
    assert!(asked.contains("What stops") && asked.contains("What is destroyed"), "{asked}");
    assert!(asked.contains(">Cancel job</button>"), "{asked}");

    let job = number.to_string();
    let hostile = "<script>alert(1)</script>";
    for _ in 0..2 {
        let place = service.press(FORM, &[("job", &job), ("because", hostile)]).await;
        assert_eq!(place, format!("/jobs/{number}"));
    }
    let (_, shown) = service.page(&format!("/jobs/{number}")).await;
    assert!(shown.contains("Cancelling") && shown.contains(": operator asked for it at "), "{shown}");
    assert!(!shown.contains(hostile), "{shown}");
    let acts = service.store.acts("iriversland2", 10).await.unwrap();
    assert_eq!((acts.len(), acts[0].because.as_deref()), (1, Some(hostile)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_that_has_ended_is_not_cancelled_and_the_page_says_why(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let number = service.accept("up", None).await;
    sqlx::query("update job set state = 'failed', outcome = 'Failed.', finished_at = now()")
        .execute(&pool)
        .await
        .unwrap();
    let place = service.press(FORM, &[("job", &number.to_string()), ("because", "\"><b>")]).await;
    let (status, shown) = service.page(&place).await;
    assert_eq!(status, 409);
    assert!(shown.contains("Job #1 has ended. Nothing was changed."), "{shown}");
    assert!(!shown.contains(">Cancel job</button>") && !shown.contains("<b>"), "{shown}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_reason_without_end_comes_back_and_cancels_nothing(pool: PgPool) {
    let service = Service::demo(pool).await;
    let number = service.accept("up", None).await.to_string();
    let place = service.press(FORM, &[("job", &number), ("because", &"x".repeat(100_000))]).await;
    assert!(place.len() < 600, "{}", place.len());
    let (status, shown) = service.page(&place).await;
    assert_eq!(status, 422);
    assert!(shown.contains("Say why, in 300 characters at most."), "{shown}");
}
