//! Leaving a cluster up that a job would destroy.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{API_TOKEN, CLUSTER, Service};

async fn leave_up(service: &Service, number: i64, body: Value) -> (u16, Value) {
    let request = service.post(&format!("/api/v1/jobs/{number}/leave-up")).bearer_auth(API_TOKEN);
    let answer = request.json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_time_that_means_nothing_or_is_out_of_range_is_refused(pool: PgPool) {
    let service = Service::real(pool).await;
    let number = service.accept("guide", None).await;
    for (body, code) in [
        (json!({}), "bad_field"),
        (json!({ "for": "4h", "until": "2027-01-01T00:00:00Z" }), "bad_field"),
        (json!({ "for": 4 }), "bad_field"),
        (json!({ "for": "soon" }), "bad_field"),
        (json!({ "until": "tomorrow" }), "bad_field"),
        (json!({ "for": "4h", "because": "x".repeat(301) }), "bad_field"),
        (json!({ "for": "1min" }), "out_of_range"),
        (json!({ "for": "25h" }), "out_of_range"),
        (json!({ "for": "4000000000d" }), "out_of_range"),
        (json!({ "until": "2001-01-01T00:00:00Z" }), "out_of_range"),
    ] {
        let (status, answer) = leave_up(&service, number, body.clone()).await;
        assert_eq!((status, &answer["error"]["code"]), (422, &json!(code)), "{body}");
    }
    assert_eq!(leave_up(&service, 999, json!({ "for": "4h" })).await.0, 404);
    assert!(service.store.acts(CLUSTER, 10).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_that_destroys_nothing_leaves_nothing_up(pool: PgPool) {
    let service = Service::real(pool).await;
    service.accept("up", None).await;
    let deploy = json!({ "routine": "deploy", "cluster": CLUSTER, "service": "slack-middleware" });
    let answer = service.post("/api/v1/jobs").bearer_auth(API_TOKEN).json(&deploy).send().await.unwrap();
    let number = answer.json::<Value>().await.unwrap()["number"].as_i64().unwrap();
    let (status, answer) = leave_up(&service, number, json!({ "for": "4h" })).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("nothing_to_leave_up")));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_leaves_it_up_until_when_stands_in_the_job(pool: PgPool) {
    let service = Service::real(pool).await;
    let number = service.accept("guide", None).await;
    let (status, job) = leave_up(&service, number, json!({ "for": "4h", "because": "to look" })).await;
    assert_eq!((status, &job["left_up_by"]), (202, &json!("operator (API)")));
    assert!(job["left_up_until"].is_string(), "{job}");
    let (status, again) = leave_up(&service, number, json!({ "for": "4h" })).await;
    assert_eq!((status, &again["error"]["code"]), (409, &json!("asked_before")));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_page_says_what_it_costs_and_its_form_leads_to_the_job_however_often_it_is_pressed(pool: PgPool) {
    let service = Service::demo(pool).await;
    let number = service.accept("guide", None).await;
    let (status, page) = service.page(&format!("/jobs/{number}/leave-up")).await;
    assert_eq!(status, 200);
    assert!(page.contains("Nothing destroys iriversland2 before the time that you choose."), "{page}");
    assert!(page.contains("It costs $0.071/h all the while."), "{page}");

    let job = number.to_string();
    for (length, until) in
        [("", ""), ("until", ""), ("until", "2001-01-01T00:00"), ("25h", ""), ("<b>", "<b>")]
    {
        let fields = [("job", job.as_str()), ("for", length), ("until", until), ("because", "\"><b>")];
        let place = service.press("/actions/leave-cluster-up", &fields).await;
        let (status, page) = service.page(&place).await;
        assert_eq!(status, 422, "{length} {until}");
        assert!(page.contains("That time cannot be chosen.") && !page.contains("<b>\""), "{page}");
    }
    for _ in 0..2 {
        let place = service.press("/actions/leave-cluster-up", &[("job", &job), ("for", "4h")]).await;
        assert_eq!(place, format!("/jobs/{number}"));
    }
    let (_, page) = service.page(&format!("/jobs/{number}")).await;
    assert!(page.contains("The cluster is left up") && page.contains("operator wants it until"), "{page}");
    assert_eq!(service.store.acts(CLUSTER, 10).await.unwrap().len(), 1);
}
