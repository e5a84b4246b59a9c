//! A stranger at every door. The doors are found in the sources, so that a new one cannot be forgotten here.

use std::collections::BTreeSet;

use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::generate_route_list;
use reqwest::Method;
use reqwest::header::{COOKIE, HeaderMap, HeaderValue};
use sqlx::PgPool;

use crate::support::{API_TOKEN, CLUSTER, SLACK_TOKEN, Service, routes};

/// Where a stranger gets more than a refusal: nothing there shows or changes a row.
const OPEN: [&str; 5] = ["GET /login", "POST /login", "POST /logout", "GET /healthz", "GET /readyz"];

/// Below this one needs a link that works; a login would be of no use.
const SHARED: &str = "/s/";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stranger_gets_through_no_door(pool: PgPool) {
    let service = Service::real(pool).await;
    for (what, credentials) in strangers() {
        for door in doors() {
            let (method, path) = door.split_once(' ').unwrap();
            let form = [
                ("cluster", CLUSTER),
                ("size", "s"),
                ("routine", "guide"),
                ("text", "kkk"),
                ("token", "guess"),
            ];
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer =
                service.request(method, path).headers(credentials.clone()).form(&form).send().await.unwrap();
            let status = answer.status().as_u16();
            if OPEN.contains(&door.as_str()) {
                assert!(status < 400, "{what}: {door} answered {status}");
            } else if path.starts_with(SHARED) {
                assert!(matches!(status, 404 | 429), "{what}: {door} answered {status}");
            } else {
                assert_eq!(status, 401, "{what}: {door}");
            }
        }
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stranger_with_a_browser_is_led_to_the_sign_in(pool: PgPool) {
    let service = Service::real(pool).await;
    for door in doors().into_iter().filter(|door| !OPEN.contains(&door.as_str())) {
        let (method, path) = door.split_once(' ').unwrap();
        if [SHARED, "/api/", "/slack/", "/webhooks/", "/cctray.xml", "/feed.atom", "/calendar.ics"]
            .iter()
            .any(|other| path.starts_with(other))
        {
            continue;
        }
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = service
            .request(method, path)
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 303, "{door}");
        assert!(answer.headers()["location"].to_str().unwrap().starts_with("/login"), "{door}");
    }
}

#[test]
fn the_doors_are_found() {
    let doors = doors();
    for door in [
        "GET /",
        "GET /jobs",
        "GET /clusters/iriversland2/start",
        "POST /actions/start-cluster",
        "POST /actions/destroy-cluster",
        "GET /events",
        "GET /api/v1/clusters",
        "POST /api/v1/jobs",
        "PATCH /api/v1/schedules/{id}",
        "POST /slack/provision",
    ] {
        assert!(doors.contains(door), "{door} in {doors:?}");
    }
}

/// A cookie opens no API, a token no page, and neither opens anything when it is not ours.
fn strangers() -> Vec<(&'static str, HeaderMap)> {
    let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
    let headers = |pairs: &[(&'static str, String)]| {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect()
    };
    let cookie = (COOKIE.as_str(), format!("__Host-cluster_head={}", "a".repeat(64)));
    vec![
        ("nobody", HeaderMap::new()),
        ("the word of the demo", headers(&[bearer("demo")])),
        ("half a token", headers(&[bearer(&API_TOKEN[..16])])),
        ("the token of Slack", headers(&[bearer(SLACK_TOKEN)])),
        ("an empty token", headers(&[bearer("")])),
        ("a made-up session", headers(&[cookie, ("sec-fetch-site", "same-origin".into())])),
    ]
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_opens_no_api_and_a_token_no_page(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in().await;
    assert_eq!(service.get("/api/v1/jobs").header(COOKIE, &cookie).send().await.unwrap().status(), 401);
    assert_eq!(service.get("/jobs").bearer_auth(API_TOKEN).send().await.unwrap().status(), 401);
    assert_eq!(service.get("/events?topics=jobs").bearer_auth(API_TOKEN).send().await.unwrap().status(), 401);
}

/// Every page, every server function, and every route that the sources of `web` name.
fn doors() -> BTreeSet<String> {
    let pages = generate_route_list(app::App).into_iter().map(|page| format!("GET {}", page.path()));
    let functions = server_fn_paths().map(|(path, method)| format!("{method} {path}"));
    pages.chain(functions).chain(routes::named_below("src/web")).map(|door| filled_in(&door)).collect()
}

fn filled_in(door: &str) -> String {
    door.replace("{name}", CLUSTER).replace("{number}", "1")
}
