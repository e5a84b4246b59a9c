//! Many who look at what is shared: seats for them, and connections that are no longer HTTP.

use domain::size::Size;
use reqwest::header::COOKIE;
use serde_json::{Value, json};
use server::web::ViewerLimits;
use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::shares::share;
use crate::support::{CLUSTER, Events, Service, cookie_of};

const LIMITS: ViewerLimits = ViewerLimits { altogether: 3, per_share: 2, per_client: 1 };

/// The path of a link to the cluster, made by a form.
async fn link(service: &Service) -> String {
    let answer = service.submit("/actions/create-share", &[("cluster", CLUSTER)]).send().await.unwrap();
    format!("/s/{}", cookie_of(&answer).unwrap().split_once('=').unwrap().1)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_client_and_one_link_leave_seats_for_others_and_the_refusal_says_when_to_come_back(pool: PgPool) {
    let service = Service::demo_with_seats(pool, LIMITS).await;
    let (first, second, third) = (link(&service).await, link(&service).await, link(&service).await);
    let from = |client: u8, path: &str| {
        service.get(&format!("{path}/events")).header("x-forwarded-for", format!("203.0.113.{client}"))
    };
    let one = Events::open(from(1, &first)).await;
    let refused = from(1, &second).send().await.unwrap();
    assert_eq!(refused.status(), 429, "the client has its seat");
    assert_eq!(refused.headers()["retry-after"], "30");
    assert!(refused.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert!(refused.text().await.unwrap().starts_with("Too many people look at this live"));
    let _two = Events::open(from(2, &first)).await;
    assert_eq!(from(3, &first).send().await.unwrap().status(), 429, "the link has its seats");
    let _three = Events::open(from(3, &second)).await;
    assert_eq!(from(4, &third).send().await.unwrap().status(), 429, "all seats are taken");
    assert_eq!(service.page(&third).await.0, 200, "the page itself is there for everybody");
    drop(one);
    while from(4, &third).send().await.unwrap().status() != 200 {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn strangers_take_no_seat_from_the_wall_of_those_who_are_signed_in(pool: PgPool) {
    let none = ViewerLimits { altogether: 0, per_share: 0, per_client: 0 };
    let service = Service::demo_with_seats(pool, none).await;
    let path = link(&service).await;
    assert_eq!(service.get(&format!("{path}/wall/events")).send().await.unwrap().status(), 429);
    let mut wall = Events::open(service.get("/wall/events")).await;
    assert!(wall.next_named("page").await.data.to_string().contains(CLUSTER));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_asks_for_the_head_alone_takes_no_seat(pool: PgPool) {
    let service = Service::demo_with_seats(pool, ViewerLimits { per_client: 1, ..LIMITS }).await;
    let path = format!("{}/events", link(&service).await);
    let head = service.request(reqwest::Method::HEAD, &path).send().await.unwrap();
    assert_eq!(head.headers()["content-type"], "text/event-stream");
    while service.get(&path).send().await.unwrap().status() != 200 {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_signs_out_is_sent_away_from_the_wall(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in().await;
    let mut wall = Events::open(service.get("/wall/events").header(COOKIE, &cookie)).await;
    wall.next_named("page").await;
    service.submit("/logout", &[]).header(COOKIE, &cookie).send().await.unwrap();
    assert_eq!(wall.next().await, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn at_the_end_of_the_process_viewers_are_sent_away(pool: PgPool) {
    let service = Service::real(pool).await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let mut events = Events::open(service.get(&format!("{path}/events"))).await;
    events.next_named("page").await;
    service.closing.cancel();
    assert_eq!(events.next().await, None);
}

/// Some proxies speak it to what stands behind them.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_client_of_http_1_0_gets_the_same_events_without_chunks(pool: PgPool) {
    let service = Service::real(pool).await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let mut stream = TcpStream::connect(service.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(format!("GET {path}/events HTTP/1.0\r\n\r\n").as_bytes()).await.unwrap();
    let mut told = Vec::new();
    while !told.ends_with(b"\n\n") {
        assert_ne!(stream.read_buf(&mut told).await.unwrap(), 0, "the stream goes on");
    }
    let told = String::from_utf8(told).unwrap();
    let (head, rest) = told.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200") && !head.contains("transfer-encoding"), "{head}");
    let data = rest.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    assert!(rest.starts_with("event: page\n"), "{rest}");
    assert!(serde_json::from_str::<Value>(data).unwrap()["html"].as_str().unwrap().contains(CLUSTER));
}

/// Each is sent to thousands.
const BUDGET: usize = 8 * 1024;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_each_viewer_is_sent_for_a_change_weighs_little(pool: PgPool) {
    let service = Service::real(pool).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let (path, _) = share(&service, json!({ "job": job, "detail": "steps" })).await;
    let mut events = Events::open(service.get(&format!("{path}/events"))).await;
    let bytes = events.next_named("page").await.data.to_string().len();
    assert!(bytes <= BUDGET, "{bytes} bytes");
}
