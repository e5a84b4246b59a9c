//! Resuming an ended job from a step.

use reqwest::header::{ACCEPT, COOKIE};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{ADMIN_PASSWORD, API_TOKEN, PASSWORD, Service};

/// A guide that failed at step 3, with its cluster still up.
async fn failed_guide(service: &Service, pool: &PgPool) -> i64 {
    let number = service.accept("guide", None).await;
    for sql in [
        "update job set state = 'failed', outcome = 'Failed at step 3.', started_at = now(), finished_at = now()",
        "update step set state = case when position < 3 then 'succeeded' when position = 3 then 'failed' else 'skipped' end,
                started_at = case when position <= 3 then now() end",
        "update cluster set state = 'up', size = 'l'",
    ] {
        sqlx::query(sql).execute(pool).await.unwrap();
    }
    number
}

async fn resume(service: &Service, number: i64, body: Value, key: Option<&str>) -> (u16, Value) {
    let request = service.post(&format!("/api/v1/jobs/{number}/resume")).bearer_auth(API_TOKEN).json(&body);
    let request = key.into_iter().fold(request, |request, key| request.header("idempotency-key", key));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_cannot_be_resumed_says_why_and_starts_nothing(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let number = service.accept("guide", None).await;
    let (status, answer) = resume(&service, number, json!({ "from": 1 }), None).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("not_ended")));
    sqlx::query("delete from check_in").execute(&pool).await.unwrap();
    let number = failed_guide(&service, &pool).await;
    for (body, status, code) in [
        (json!({ "from": 0 }), 422, "not_resumable"),
        (json!({ "from": 4 }), 422, "not_resumable"),
        (json!({ "from": -1 }), 422, "not_resumable"),
        (json!({ "from": 2.5 }), 422, "bad_field"),
        (json!({ "from": "3" }), 422, "bad_field"),
        (json!({ "from": 99_999_999_999_i64 }), 422, "bad_field"),
        (json!([]), 422, "bad_field"),
    ] {
        let (found, answer) = resume(&service, number, body.clone(), None).await;
        assert_eq!((found, &answer["error"]["code"]), (status, &json!(code)), "{body}");
        assert!(answer["error"]["message"].as_str().unwrap().ends_with("Nothing was started."), "{answer}");
    }
    assert_eq!(resume(&service, 999, json!({}), None).await.0, 404);
    assert_eq!(service.number_of_jobs().await, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_that_is_gone_forbids_to_go_on_with_it(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let number = failed_guide(&service, &pool).await;
    sqlx::query("update cluster set state = 'down', size = null").execute(&pool).await.unwrap();
    let (status, answer) = resume(&service, number, json!({}), None).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("conflict")));
    assert_eq!(resume(&service, number, json!({ "from": 1 }), None).await.0, 201);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_rest_of_a_job_is_taken_up_once_for_each_key(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let number = failed_guide(&service, &pool).await;
    let (status, job) = resume(&service, number, json!({}), Some("k")).await;
    assert_eq!((status, &job["resumes"]), (201, &json!(number)));
    let states: Vec<_> = job["steps"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
    assert_eq!(states, ["succeeded", "succeeded", "queued", "queued", "queued", "queued"]);
    let (status, again) = resume(&service, number, json!({}), Some("k")).await;
    assert_eq!((status, &again["number"]), (200, &job["number"]));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_page_offers_the_steps_and_a_double_press_is_one_job(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let number = failed_guide(&service, &pool).await;
    let (_, page) = service.page(&format!("/jobs/{number}")).await;
    assert!(page.contains("/jobs/1/resume") && page.contains("/jobs/new?routine=guide"), "{page}");
    let (status, page) = service.page(&format!("/jobs/{number}/resume")).await;
    assert_eq!(status, 200);
    assert_eq!(page.matches(r#"name="from""#).count(), 3, "{page}");
    let key = page.split(r#"name="idempotency_key" value=""#).nth(1).unwrap().split('"').next().unwrap();

    let form = [("job", "1"), ("from", "3"), ("idempotency_key", key)];
    let (one, two) = tokio::join!(
        service.press("/actions/resume-job", &form),
        service.press("/actions/resume-job", &form)
    );
    assert_eq!((one.as_str(), two.as_str()), ("/jobs/2", "/jobs/2"));
    let (_, page) = service.page("/jobs/2").await;
    assert!(page.contains("Done before, by ") && page.contains("Resumes"), "{page}");

    let stale = [("job", "1"), ("from", "1"), ("idempotency_key", "other.1")];
    let place = service.press("/actions/resume-job", &stale).await;
    let (status, page) = service.page(&place).await;
    assert_eq!(status, 409);
    assert!(page.contains("had changed since you saw it"), "{page}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_admin_resumes_a_job_whose_cluster_has_no_end_and_an_operator_does_not(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    failed_guide(&service, &pool).await;
    sqlx::query(r#"update job set stay = '"endless"'"#).execute(&pool).await.unwrap();
    for (password, place) in
        [(PASSWORD, "/jobs/1/resume?problem=refused&from=3"), (ADMIN_PASSWORD, "/jobs/2")]
    {
        let cookie = service.sign_in_with(password).await;
        let press = service.submit("/actions/resume-job", &[("job", "1"), ("from", "3")]);
        let answer = press.header(COOKIE, &cookie).header(ACCEPT, "text/html").send().await.unwrap();
        assert_eq!(answer.headers()["location"], place);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn junk_from_a_form_starts_nothing(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    failed_guide(&service, &pool).await;
    for from in ["", "x", "0", "4", "-1", "99999999999999"] {
        let place = service.press("/actions/resume-job", &[("job", "1"), ("from", from)]).await;
        let (status, page) = service.page(&place).await;
        assert_eq!(status, 409, "{from}: {page}");
    }
    assert_eq!(service.number_of_jobs().await, 1);
}
