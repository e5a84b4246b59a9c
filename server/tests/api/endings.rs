//! The auto-destroy time over HTTP: chosen at the start, moved, taken back; and the hold of a destroy, whoever asks for it.

use chrono::{DateTime, Duration, Utc};
use domain::order::Ask;
use domain::stay::Stay;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{ADMIN_API_TOKEN, API_TOKEN, CLUSTER, SLACK_TOKEN, Service};

async fn send(service: &Service, token: &str, path: &str, body: Value) -> (u16, Value) {
    let answer =
        service.post(&format!("/api/v1/{path}")).bearer_auth(token).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn extend(service: &Service, token: &str, body: Value) -> (u16, Value) {
    send(service, token, &format!("clusters/{CLUSTER}/extend"), body).await
}

/// The words of a page, without what stands between them.
fn read(page: &str) -> String {
    let after_tags = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, words)| words));
    after_tags.collect()
}

/// It is up, and ends in four hours.
async fn is_up(service: &Service, pool: &PgPool) -> DateTime<Utc> {
    let number = service.accept("up", None).await;
    for sql in [
        "update job set state = 'succeeded', outcome = 'Up.', started_at = now(), finished_at = now() where job_number = $1",
        "insert into obligation (cluster_name, state, opened_at, opened_by_job, destroys_at, teardown, next_attempt_at)
         select cluster_name, 'open', now(), job_number, now() + interval '4 hours', '[]', now() + interval '4 hours'
           from job where job_number = $1",
        "update cluster set state = 'up', size = 'm' where $1 = $1",
    ] {
        sqlx::query(sql).bind(number).execute(pool).await.unwrap();
    }
    end(service).await.unwrap()
}

async fn end(service: &Service) -> Option<DateTime<Utc>> {
    service.store.obligation_of(CLUSTER).await.unwrap().unwrap().destroys_at
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_end_that_may_not_be_had_is_refused_with_the_range_and_nothing_moves(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let before = is_up(&service, &pool).await;
    let until = |end: DateTime<Utc>| json!({ "until": end.to_rfc3339() });
    for (body, status, says) in [
        (until(Utc::now() - Duration::hours(1)), 422, "may be from"),
        (until(Utc::now() + Duration::minutes(4)), 422, "may be from"),
        (until(Utc::now() + Duration::hours(25)), 422, "may be from"),
        (json!({ "by": "21h" }), 422, "may be from"),
        (json!({ "until": "none" }), 403, "admin"),
        (json!({ "by": "4 weeks" }), 422, "whole number and a unit"),
        (json!({ "until": "tonight" }), 422, "time"),
        (json!({ "by": "1h", "until": "none" }), 422, "Either"),
        (json!({}), 422, "Either"),
        (json!({ "by": "1h", "colour": "red" }), 422, "colour"),
    ] {
        let (found, answer) = extend(&service, API_TOKEN, body.clone()).await;
        let message = answer["error"]["message"].as_str().unwrap();
        assert_eq!(found, status, "{body}: {message}");
        assert!(message.contains(says) && message.ends_with("Nothing was changed."), "{body}: {message}");
    }
    assert_eq!(end(&service).await, Some(before));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_that_is_down_or_unknown_has_no_end_to_move(pool: PgPool) {
    let service = Service::real(pool).await;
    let (status, answer) = extend(&service, API_TOKEN, json!({ "by": "1h" })).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("not_up")), "{answer}");
    let (status, _) = send(&service, API_TOKEN, "clusters/nope/extend", json!({ "by": "1h" })).await;
    assert_eq!(status, 404);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_end_is_moved_from_the_present_one_once_and_taken_back(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let before = is_up(&service, &pool).await;
    let present = json!({ "by": "1h", "from": before.to_rfc3339() });
    let (status, cluster) = extend(&service, API_TOKEN, present.clone()).await;
    assert_eq!(status, 200, "{cluster}");
    let told = cluster["destroys_at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert_eq!(told, before + Duration::hours(1));

    let (status, answer) = extend(&service, API_TOKEN, present).await;
    assert_eq!(status, 409, "who decided on another end than the present one moves nothing: {answer}");
    let undo = format!("clusters/{CLUSTER}/extend/undo");
    let (status, _) = send(&service, API_TOKEN, &undo, json!({})).await;
    assert_eq!((status, end(&service).await), (200, Some(before)));
    let (status, answer) = send(&service, API_TOKEN, &undo, json!({})).await;
    assert_eq!(status, 409, "{answer}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_an_admin_takes_the_end_away_and_the_pages_warn_of_it(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    is_up(&service, &pool).await;
    let (status, cluster) = extend(&service, ADMIN_API_TOKEN, json!({ "until": "none" })).await;
    assert_eq!((status, &cluster["destroys_at"]), (200, &Value::Null), "{cluster}");
    let cookie = service.sign_in().await;
    for page in ["/".to_owned(), format!("/clusters/{CLUSTER}")] {
        let shown = service.get_with(&cookie, &page).await.text().await.unwrap();
        let tag = shown.split("<section").find(|part| part.contains(r#"aria-label="Auto-destroy time""#));
        let (tag, within) = tag.and_then(|part| part.split_once('>')).unwrap();
        assert!(tag.contains(r#"class="stack notice tone-warn""#), "{page}: {tag}");
        assert!(within.contains("<strong>No automatic destroy</strong>"), "{page}: {within}");
        assert!(shown.contains("<strong>no automatic destroy</strong>"), "the line under the name: {page}");
    }
    let first = service.get_with(&cookie, "/").await.text().await.unwrap();
    assert!(first.contains("until somebody destroys it."), "it needs attention: {first}");
    let schedules = service.get_with(&cookie, "/schedules").await.text().await.unwrap();
    let (_, ends) = schedules.split_once(r#"id="ends""#).unwrap();
    assert!(ends.contains("<strong>No automatic destroy</strong>"), "{ends}");
    assert!(!schedules.contains("No cluster is up."), "{schedules}");
    // No backup is planted for it, and both say so.
    let page = service.get_with(&cookie, &format!("/clusters/{CLUSTER}")).await.text().await.unwrap();
    assert!(page.contains("No backup destroy: the cluster has no auto-destroy time."), "{page}");
    let why = &cluster["backup_destroy"]["why_none"];
    assert_eq!(why, &json!("the cluster has no auto-destroy time"), "{cluster}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_scheduled_destroy_is_told_as_the_end_and_rests_while_a_person_keeps_the_cluster(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    is_up(&service, &pool).await;
    let schedule = json!({ "name": "evenings", "routine": "down", "cluster": CLUSTER, "cron": "0 0 1 1 *" });
    assert_eq!(send(&service, API_TOKEN, "schedules", schedule).await.0, 201);
    let soon = "update schedule set next_run_at = date_trunc('minute', now()) + interval '2 hours'";
    sqlx::query(soon).execute(&pool).await.unwrap();
    let cookie = service.sign_in().await;
    let shown = async |page: &str| read(&service.get_with(&cookie, page).await.text().await.unwrap());
    for page in [format!("/clusters/{CLUSTER}"), "/".to_owned(), "/schedules".to_owned()] {
        let page = shown(&page).await;
        assert!(page.contains(" by schedule evenings, else "), "{page}");
        assert!(!page.contains("Rests"), "{page}");
    }
    let kept = json!({ "by": "1h" });
    let (_, cluster) = extend(&service, API_TOKEN, kept).await;
    assert_eq!(cluster["scheduled_destroy"], Value::Null, "{cluster}");
    for page in [format!("/clusters/{CLUSTER}"), "/schedules".to_owned()] {
        let page = shown(&page).await;
        assert!(page.contains("Rests: kept up until ") && page.contains(" by operator"), "{page}");
        assert!(!page.contains(" by schedule "), "{page}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_lifetime_for_a_routine_on_a_cluster_that_is_up_is_refused_and_said(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    is_up(&service, &pool).await;
    let ask = json!({ "routine": "guide", "cluster": CLUSTER, "size": "m" });
    let mut chosen = ask.clone();
    chosen["lifetime"] = json!("8h");
    let (status, answer) = send(&service, API_TOKEN, "jobs", chosen).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("up_already")), "{answer}");
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("is up already and is destroyed at ") && message.contains("extend it"),
        "{message}"
    );
    let cookie = service.sign_in().await;
    let form = [("routine", "guide"), ("cluster", CLUSTER), ("size", "m"), ("lifetime", "8h")];
    let press = service.submit("/actions/start-routine", &form);
    let press = press.header(reqwest::header::COOKIE, &cookie).header(reqwest::header::ACCEPT, "text/html");
    let answer = press.send().await.unwrap();
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    let page = service.get_with(&cookie, &place).await;
    assert_eq!(page.status(), 409, "{place}");
    let page = page.text().await.unwrap();
    assert!(page.contains("is up already and is destroyed at "), "{page}");
    assert_eq!(service.number_of_jobs().await, 1);
    assert_eq!(send(&service, API_TOKEN, "jobs", ask).await.0, 201);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_page_before_a_job_says_when_its_cluster_ends_and_what_becomes_of_it_then(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    is_up(&service, &pool).await;
    let cookie = service.sign_in().await;
    let deploy = format!("/clusters/{CLUSTER}/deploy");
    for page in [deploy, format!("/jobs/new?cluster={CLUSTER}&routine=deploy")] {
        let shown = service.get_with(&cookie, &page).await.text().await.unwrap();
        assert!(shown.contains("aria-label=\"The present end\""), "{page}: {shown}");
        assert!(shown.contains("A job that is at work at its auto-destroy time "), "{page}: {shown}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_lifetime_is_chosen_at_the_start_or_refused_with_the_range(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let ask = |lifetime: Value| json!({ "routine": "up", "cluster": CLUSTER, "lifetime": lifetime });
    for (lifetime, status, says) in [
        (json!("4min"), 422, "may be from"),
        (json!("25h"), 422, "may be from"),
        (json!("long"), 422, "whole number and a unit"),
        (json!("none"), 403, "admin"),
        (json!(2), 422, "text"),
    ] {
        let (found, answer) = send(&service, API_TOKEN, "jobs", ask(lifetime.clone())).await;
        let message = answer["error"]["message"].as_str().unwrap();
        assert_eq!(found, status, "{lifetime}: {message}");
        assert!(message.contains(says) && message.ends_with("Nothing was started."), "{lifetime}: {message}");
    }
    assert_eq!(service.number_of_jobs().await, 0);
    let (status, job) = send(&service, API_TOKEN, "jobs", ask(json!("2h"))).await;
    assert_eq!(status, 201, "{job}");
    let stay: Value = sqlx::query_scalar("select stay from job").fetch_one(&pool).await.unwrap();
    assert_eq!(stay, json!(Stay::hours(2)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_destroy_is_held_for_second_thoughts_whoever_asks_for_it(pool: PgPool) {
    let service = Service::real_with(pool.clone(), |catalogue| catalogue.hold_seconds = 10).await;
    is_up(&service, &pool).await;
    let body = json!({ "routine": "down", "cluster": CLUSTER });
    let (status, by_api) = send(&service, API_TOKEN, "jobs", body).await;
    assert!(status == 201 && by_api["held_until"].is_string(), "{by_api}");

    let form = [
        ("token", SLACK_TOKEN),
        ("trigger_word", "ddd"),
        ("text", "ddd"),
        ("timestamp", "1"),
        ("user_id", "U1"),
        ("user_name", "ana"),
    ];
    let answer = service.post("/slack/provision").form(&form).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    let told = answer["text"].as_str().unwrap();
    assert!(told.contains("Nothing is destroyed in the first 10 s: stop it there."), "{told}");

    let cookie = service.sign_in().await;
    let press = service.submit("/actions/destroy-cluster", &[("cluster", CLUSTER), ("typed_name", CLUSTER)]);
    let press = press.header(reqwest::header::COOKIE, &cookie).header(reqwest::header::ACCEPT, "text/html");
    assert_eq!(press.send().await.unwrap().status(), 303);

    let held: Vec<bool> = sqlx::query_scalar(
        "select held_until > created_at from job where routine = 'down' order by job_number",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(held, [true; 3]);
    let down = Ask { routine: "down".into(), cluster: CLUSTER.into(), ..Ask::default() };
    assert_eq!(service.catalogue.order(&down).unwrap().hold_seconds, 10);
}
