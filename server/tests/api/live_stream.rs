//! The live stream.

use std::time::Duration;

use domain::size::Size;
use domain::standing::Doubt;
use reqwest::header::COOKIE;
use serde_json::Value;
use sqlx::PgPool;
use store::Store;
use tokio::time::timeout;

use crate::money::was_up;
use crate::support::{CLUSTER, Events, Service};

/// A ping comes every ten seconds.
const BEFORE_THE_NEXT_PING: Duration = Duration::from_secs(6);

async fn open(service: &Service, query: &str) -> Events {
    let mut events = Events::open(service.get(&format!("/events?{query}"))).await;
    let hello = events.next().await.unwrap();
    assert_eq!((hello.name.as_str(), hello.retry), ("hello", Some(2_000)));
    assert_eq!(hello.data["build"], env!("CARGO_PKG_VERSION"));
    assert!(hello.data["now"].as_str().unwrap().ends_with('Z'));
    events
}

fn is_row_of(row: &Value, job: i64) -> bool {
    row["pieces"][0]["id"] == format!("job-row-{job}")
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_unknown_topic_is_refused_with_the_known_ones(pool: PgPool) {
    let service = Service::demo(pool).await;
    for query in ["", "?topics=", "?topics=nope", "?topics=clusters,job:x"] {
        let answer = service.get(&format!("/events{query}")).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{query}");
        let text = answer.text().await.unwrap();
        assert!(text.ends_with("Known: clusters, jobs, job:<number>.\n"), "{text}");
    }
}

/// Whoever waits for a connection that fell silent, or for a row that somebody holds, would otherwise look live for ever.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stream_to_which_the_database_does_not_answer_ends_so_that_its_browser_comes_again(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let mut streams = [open(&service, "topics=clusters").await, open(&service, "topics=clusters").await];
    for events in &mut streams {
        events.next_named("cluster").await;
    }
    let mut holder = pool.begin().await.unwrap();
    sqlx::query("lock table deployment in access exclusive mode").execute(&mut *holder).await.unwrap();
    sqlx::query("update cluster set version = nextval('change_version')").execute(&pool).await.unwrap();
    for events in &mut streams {
        while let Some(event) = events.next().await {
            assert_ne!(event.name, "cluster");
        }
    }
    holder.rollback().await.unwrap();
    open(&service, "topics=clusters").await.next_named("cluster").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stream_is_neither_kept_nor_held_back_on_its_way(pool: PgPool) {
    let service = Service::demo(pool).await;
    let events =
        Events::open(service.get("/events?topics=clusters").header("accept-encoding", "br, gzip")).await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    assert_eq!(events.header("cache-control"), "no-cache");
    assert_eq!(events.header("x-accel-buffering"), "no");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stream_begins_with_everything_that_the_page_shows(pool: PgPool) {
    let service = Service::demo(pool).await;
    let first = service.accept("up", Some(Size::M)).await;
    let second = service.accept("down", None).await;
    let mut events = open(&service, &format!("topics=clusters,jobs,job:{second}")).await;
    let cluster = events.next_named("cluster").await.data;
    assert!(cluster["pieces"][0]["html"].as_str().unwrap().contains(CLUSTER));
    assert!(is_row_of(&events.next_named("job_row").await.data, second));
    assert!(is_row_of(&events.next_named("job_row").await.data, first));
    let job = events.next_named("job").await.data;
    assert!(job["pieces"][0]["html"].as_str().unwrap().contains("Accepted from ana (Slack)."));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_comes_is_told_how_old_our_facts_from_each_provider_are(pool: PgPool) {
    Store::new(pool.clone()).note_contact("CircleCI", None).await.unwrap();
    let service = Service::demo(pool).await;
    let mut earlier = open(&service, "topics=jobs").await;
    let number = service.accept("up", None).await;
    // Once this is told as a change, the service has looked at the database.
    earlier.next_where("job_row", |row| is_row_of(row, number)).await;
    let mut events = Events::open(service.get("/events?topics=jobs")).await;
    let contacts = events.next_named("hello").await.data["contacts"].clone();
    assert_eq!(contacts["id"], "contact-ages");
    assert!(contacts["html"].as_str().is_some_and(|html| html.contains("CircleCI answered ")), "{contacts}");
}

/// The piece of this id in what goes along with the time.
fn piece(event: &Value, id: &str) -> Option<String> {
    let pieces = event["pieces"].as_array().unwrap();
    let piece = pieces.iter().find(|piece| piece["id"] == id)?;
    Some(piece["html"].as_str().unwrap().to_owned())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_up_costs_more_on_an_open_page_though_no_row_has_changed(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let job = was_up(&service, &pool).await;
    let begin = "update job set state = 'running', finished_at = null, started_at = now() - interval '1 hour' where job_number = $1";
    sqlx::query(begin).bind(job).execute(&pool).await.unwrap();
    let (of_job, of_cluster) = (format!("job-money-{job}"), format!("cluster-money-{CLUSTER}"));
    let mut alone = Events::open(service.get(&format!("/events?topics=job:{job}"))).await;
    let mut all = Events::open(service.get("/events?topics=clusters")).await;
    let first = [
        piece(&alone.next_named("hello").await.data, &of_job).unwrap(),
        piece(&all.next_named("hello").await.data, &of_cluster).unwrap(),
    ];
    for html in &first {
        assert!(
            html.contains("$0.6") && html.contains(" so far") && html.contains("Not an invoice."),
            "{html}"
        );
    }
    // As if an hour had passed: written past the store, so that no version tells of it.
    for sql in [
        "update up_time set began_at = began_at - interval '1 hour'",
        "update job set started_at = started_at - interval '1 hour'",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let has_grown = |id: &str, event: &Value| {
        piece(event, id).is_some_and(|html| html.contains("$1.2") && html.contains(id))
    };
    alone.next_where("ping", |ping| has_grown(&of_job, ping)).await;
    all.next_where("ping", |ping| has_grown(&of_cluster, ping)).await;
    let end = "update job set state = 'succeeded', finished_at = now(), version = nextval('change_version') where job_number = $1";
    sqlx::query(end).bind(job).execute(&pool).await.unwrap();
    alone.next_where("ping", |ping| piece(ping, &of_job).is_none()).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_looks_at_clusters_is_told_what_needs_attention_with_the_time(pool: PgPool) {
    let service = Service::demo(pool).await;
    let pieces = async |topics: &str| {
        let mut events = Events::open(service.get(&format!("/events?topics={topics}"))).await;
        events.next_named("hello").await.data["pieces"].clone()
    };
    let told = pieces("clusters").await;
    assert_eq!(told[0]["id"], "attention");
    assert_eq!(told[1]["id"], "this-month");
    assert_eq!(told[2]["id"], format!("cloud-age-{CLUSTER}"));
    assert_eq!(pieces("jobs").await, serde_json::json!([]));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_comes_to_need_attention_is_told_at_once(pool: PgPool) {
    let service = Service::demo(pool).await;
    let mut events = open(&service, "topics=clusters").await;
    let doubt = Doubt::Silence { who: "DigitalOcean".into(), since: chrono::Utc::now() };
    service.store.set_doubt(CLUSTER, Some(&doubt)).await.unwrap();
    let is_told = |ping: &Value| {
        ping["pieces"][0]["html"].as_str().is_some_and(|html| html.contains("DigitalOcean has not answered"))
    };
    let told = timeout(BEFORE_THE_NEXT_PING, events.next_where("ping", is_told)).await;
    assert!(told.is_ok(), "it did not wait for the next ping");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_changes_is_told_to_every_stream_whole_and_with_its_version(pool: PgPool) {
    let service = Service::demo(pool).await;
    let mut one = open(&service, "topics=clusters,jobs").await;
    let mut two = open(&service, "topics=jobs").await;
    let number = service.accept("up", Some(Size::M)).await;
    for events in [&mut one, &mut two] {
        let row = events.next_where("job_row", |row| is_row_of(row, number)).await;
        assert!(row.data["pieces"][0]["html"].as_str().unwrap().contains("Queued"));
        assert!(row.id.unwrap() >= row.data["version"].as_i64().unwrap());
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_change_of_which_no_hint_comes_is_told_all_the_same(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let number = service.accept("up", Some(Size::M)).await;
    let mut events = open(&service, "topics=jobs").await;
    events.next_where("job_row", |row| is_row_of(row, number)).await;
    // As if the listening connection were dead: written past the store, which would have sent a hint.
    sqlx::query("update job set outcome = 'by hand', finished_at = now(), state = 'failed', version = nextval('change_version')")
        .execute(&pool)
        .await
        .unwrap();
    let is_told =
        |row: &Value| row["pieces"][0]["html"].as_str().is_some_and(|html| html.contains("by hand"));
    let told = timeout(BEFORE_THE_NEXT_PING, events.next_where("job_row", is_told)).await;
    assert!(told.is_ok(), "the slow read found it");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_comes_back_gets_only_what_is_new(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let old = service.accept("up", None).await;
    let mut earlier = open(&service, "topics=jobs").await;
    earlier.next_where("job_row", |row| is_row_of(row, old)).await;
    // Further than a read looks back.
    sqlx::query("select setval('change_version', 5000)").execute(&pool).await.unwrap();
    let last = service.accept("up", None).await;
    // Once this is told as a change, the service knows everything before it.
    earlier.next_where("job_row", |row| is_row_of(row, last)).await;
    let seen = service.store.latest_version().await.unwrap();
    let missed = service.accept("up", None).await;
    let mut events = Events::open(service.get("/events?topics=jobs").header("last-event-id", seen)).await;
    events.next_where("job_row", |row| is_row_of(row, missed)).await;
    let after = service.accept("up", None).await;
    let row = events.next_where("job_row", |row| is_row_of(row, after) || is_row_of(row, old)).await;
    assert!(is_row_of(&row.data, after), "what was seen long ago is not told again");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_id_that_means_nothing_gets_everything(pool: PgPool) {
    let service = Service::demo(pool).await;
    let number = service.accept("up", None).await;
    for after in ["garbage", "-5", "9223372036854775807", "99999999999999999999999", ""] {
        let mut events = open(&service, &format!("topics=jobs&after={after}")).await;
        assert!(is_row_of(&events.next_named("job_row").await.data, number), "{after:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_has_ten_streams_and_a_place_is_free_again_when_one_is_closed(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in().await;
    let request = || service.get("/events?topics=jobs").header(COOKIE, &cookie);
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(Events::open(request()).await);
    }
    let refused = request().send().await.unwrap();
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "10");
    let other = service.sign_in().await;
    let allowed = service.get("/events?topics=jobs").header(COOKIE, &other).send().await.unwrap();
    assert_eq!(allowed.status(), 200);
    drop(streams);
    while request().send().await.unwrap().status() != 200 {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_signs_out_is_told_and_then_nothing_more(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in().await;
    let mut events = Events::open(service.get("/events?topics=jobs").header(COOKIE, &cookie)).await;
    service.submit("/logout", &[]).header(COOKIE, &cookie).send().await.unwrap();
    events.next_named("signed_out").await;
    service.accept("up", None).await;
    assert_eq!(events.next().await, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn at_the_end_of_the_process_every_stream_is_sent_away(pool: PgPool) {
    let service = Service::demo(pool).await;
    let mut events = open(&service, "topics=jobs").await;
    service.closing.cancel();
    let mut last = None;
    while let Some(event) = events.next().await {
        last = Some(event);
    }
    let pause = last.unwrap().retry.unwrap();
    assert!((1_000..5_000).contains(&pause), "{pause}");
}
