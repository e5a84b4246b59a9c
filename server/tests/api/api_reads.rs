//! Reading over the API.

use domain::size::Size;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{API_TOKEN, CLUSTER, Service};

async fn get(service: &Service, path: &str) -> (u16, Value) {
    let answer = service.get(path).bearer_auth(API_TOKEN).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_token_the_answer_says_which_kind_is_needed(pool: PgPool) {
    let service = Service::real(pool).await;
    let answer = service.get("/api/v1/clusters").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["error"]["code"], "unauthorized");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_does_not_exist_is_a_404_with_the_known_names(pool: PgPool) {
    let service = Service::real(pool).await;
    let (status, body) = get(&service, "/api/v1/clusters/nope").await;
    assert_eq!((status, &body["error"]["known"]), (404, &json!([CLUSTER])));
    assert_eq!(body["error"]["message"], "There is no cluster \"nope\".");
    for number in ["999", "x", "-1", "99999999999999999999"] {
        let (status, body) = get(&service, &format!("/api/v1/jobs/{number}")).await;
        assert_eq!((status, &body["error"]["code"]), (404, &json!("not_found")), "{number}");
    }
    assert_eq!(get(&service, "/api/v1/nope").await.0, 404);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_list_that_cannot_be_made_is_refused_with_what_is_understood(pool: PgPool) {
    let service = Service::real(pool).await;
    for (query, code) in [
        ("state=done", "unknown_state"),
        ("cluster=nope", "unknown_cluster"),
        ("limit=0", "bad_query"),
        ("limit=101", "bad_query"),
        ("limit=ten", "bad_query"),
        ("before=-3", "bad_query"),
        ("colour=red", "bad_query"),
        ("state=failed&state=running", "bad_query"),
    ] {
        let (status, body) = get(&service, &format!("/api/v1/jobs?{query}")).await;
        assert_eq!((status, &body["error"]["code"]), (422, &json!(code)), "{query}: {body}");
    }
    let (_, body) = get(&service, "/api/v1/jobs?state=done").await;
    assert_eq!(body["error"]["known"], json!(["running", "failed", "succeeded", "cancelled"]));
    for (query, message) in
        [("colour=red", "\"colour\" means nothing here."), ("limit=2&limit=3", "\"limit\" comes twice.")]
    {
        let (_, body) = get(&service, &format!("/api/v1/jobs?{query}")).await;
        assert_eq!(body["error"]["message"], message, "{query}");
        assert_eq!(
            body["error"]["known"],
            json!(["state", "cluster", "routine", "before", "limit"]),
            "{query}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_is_shown_with_its_state(pool: PgPool) {
    let service = Service::real(pool).await;
    let (status, list) = get(&service, "/api/v1/clusters").await;
    assert_eq!((status, &list["next"]), (200, &Value::Null));
    let (_, one) = get(&service, &format!("/api/v1/clusters/{CLUSTER}")).await;
    assert_eq!(list["items"], json!([one]));
    for (field, value) in
        [("name", json!(CLUSTER)), ("state", json!("down")), ("size", json!(null)), ("services", json!([]))]
    {
        assert_eq!(one[field], value, "{field}");
    }
    assert!(one["since"].as_str().unwrap().ends_with('Z'), "{one}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_is_shown_with_its_steps(pool: PgPool) {
    let service = Service::real(pool).await;
    let number = service.accept("up", Some(Size::M)).await;
    let (status, job) = get(&service, &format!("/api/v1/jobs/{number}")).await;
    assert_eq!(status, 200);
    for (field, value) in [
        ("number", json!(number)),
        ("routine", json!("up")),
        ("cluster", json!(CLUSTER)),
        ("size", json!("m")),
        ("state", json!("queued")),
        ("by", json!("ana (Slack)")),
        ("finished_at", json!(null)),
    ] {
        assert_eq!(job[field], value, "{field}");
    }
    assert_eq!(job["steps"][0]["title"], "Create the cluster (m)");
    assert_eq!(job["steps"][0]["state"], "queued");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_long_list_goes_on_where_it_says(pool: PgPool) {
    let service = Service::real(pool).await;
    for _ in 0..5 {
        service.accept("up", None).await;
    }
    let mut numbers = Vec::new();
    let mut path = "/api/v1/jobs?limit=2".to_owned();
    loop {
        let (_, page) = get(&service, &path).await;
        numbers.extend(page["items"].as_array().unwrap().iter().map(|job| job["number"].as_i64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/jobs?limit=2&before={next}");
    }
    assert_eq!(numbers, [5, 4, 3, 2, 1]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_list_is_cut_down_to_a_state_and_a_cluster(pool: PgPool) {
    let service = Service::real(pool).await;
    service.accept("up", None).await;
    let count = async |query: &str| {
        let (_, page) = get(&service, &format!("/api/v1/jobs?{query}")).await;
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(count("state=running").await, 1);
    assert_eq!(count("state=failed").await, 0);
    assert_eq!(count(&format!("cluster={CLUSTER}")).await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_says_behind_which_other_it_waits_wherever_it_is_read(pool: PgPool) {
    let service = Service::real(pool).await;
    let first = service.accept("up", None).await;
    let ask = json!({ "routine": "guide", "cluster": CLUSTER });
    let answer = service.post("/api/v1/jobs").bearer_auth(API_TOKEN).json(&ask).send().await.unwrap();
    let accepted: Value = answer.json().await.unwrap();
    assert_eq!(accepted["waits_for"], first, "{accepted}");
    let number = accepted["number"].as_i64().unwrap();
    assert_eq!(get(&service, &format!("/api/v1/jobs/{number}")).await.1["waits_for"], first);
    let (_, list) = get(&service, "/api/v1/jobs").await;
    assert_eq!(
        (&list["items"][0]["waits_for"], &list["items"][1]["waits_for"]),
        (&json!(first), &Value::Null)
    );
    let cookie = service.sign_in().await;
    let page = service.get_with(&cookie, "/jobs").await.text().await.unwrap();
    assert!(page.contains(&format!("waits for job #{first}")), "{page}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_tells_what_is_wanted_what_the_ci_says_and_what_the_cloud_says_each_with_its_time(
    pool: PgPool,
) {
    let service = Service::real(pool.clone()).await;
    let path = format!("/api/v1/clusters/{CLUSTER}");
    let (_, shown) = get(&service, &path).await;
    assert_eq!(
        (&shown["wanted"]["state"], &shown["wanted"]["at"], &shown["ci"], &shown["cloud"]),
        (&json!("down"), &Value::Null, &Value::Null, &Value::Null)
    );
    let number = service.accept("up", None).await;
    sqlx::raw_sql(
        r#"update cluster set state = 'provisioning';
           update job set started_at = now(), state = 'running';
           update step set state = 'running', started_at = now() - interval '1 hour',
                  seen_at = '2027-01-05 10:00:00Z' where position = 1;
           insert into trigger (marker, job_number, position, attempt, state, intended_at, sent_at, tries, looks, run)
           values (gen_random_uuid(), 1, 1, 1, 'accepted', now(), now(), 1, 0,
                   '{"provider": "circleci", "id": "p", "number": "243", "url": "https://ci.example/243"}')"#,
    )
    .execute(&pool)
    .await
    .unwrap();
    service.store.observed(CLUSTER, &[], None).await.unwrap();
    let (_, shown) = get(&service, &path).await;
    let accepted = service.store.job(number).await.unwrap().unwrap().job.created_at;
    assert_eq!((&shown["wanted"]["state"], &shown["wanted"]["at"]), (&json!("up"), &json!(accepted)));
    assert_eq!(
        (&shown["ci"]["state"], &shown["ci"]["at"], &shown["ci"]["run"]["url"]),
        (&json!("running"), &json!("2027-01-05T10:00:00Z"), &json!("https://ci.example/243"))
    );
    assert!(shown["cloud"]["answered_at"].is_string(), "{shown}");
}
