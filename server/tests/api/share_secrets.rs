//! S14 to S18: what a link opens, and what nothing opens. Each name says the promise.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use domain::size::Size;
use reqwest::Method;
use serde_json::json;
use sqlx::PgPool;
use tracing_subscriber::fmt::MakeWriter;

use crate::shares::{ask, revoke, share};
use crate::support::{CLUSTER, Events, Service};

const PARTS: [&str; 10] = [
    "",
    "/events",
    "/embed",
    "/status.txt",
    "/status.json",
    "/badge.svg",
    "/badge.json",
    "/wall",
    "/calendar.ics",
    "/og.png",
];

async fn expire(pool: &PgPool, id: i64) {
    let update = "update share set created_at = now() - interval '2 h', expires_at = now() - interval '1 s' where share_id = $1";
    sqlx::query(update).bind(id).execute(pool).await.unwrap();
}

/// S14
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn unknown_expired_and_revoked_links_look_the_same(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let (expired, id) = share(&service, json!({ "cluster": CLUSTER })).await;
    expire(&pool, id).await;
    let (revoked, id) = share(&service, json!({ "cluster": CLUSTER })).await;
    revoke(&service, id).await;
    let unknown = format!("/s/{}", "0".repeat(64));
    for accept in ["text/html", "*/*"] {
        let mut seen = Vec::new();
        for path in [&expired, &revoked, &unknown] {
            let answer = service.get(path).header("accept", accept).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{path}");
            let mut headers = answer.headers().clone();
            let nonce = headers["content-security-policy"].to_str().unwrap().to_owned();
            let nonce =
                nonce.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).map(str::to_owned);
            for own in ["x-request-id", "date", "content-security-policy"] {
                headers.remove(own);
            }
            let body = answer.text().await.unwrap();
            assert!(body.contains("This link does not work"), "{body}");
            seen.push((headers, body.replace(&nonce.unwrap_or("-".into()), "NONCE")));
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:#?}");
    }
}

/// S14
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_guesses_links_is_told_to_wait_and_others_are_not(pool: PgPool) {
    let service = Service::real(pool).await;
    let (right, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let from = |address: &'static str, path: String| {
        let request = service.get(&path).header("x-forwarded-for", format!("6.6.6.6, {address}"));
        async { request.send().await.unwrap() }
    };
    let mut refused = 0;
    for guess in 0..60 {
        let answer = from("203.0.113.9", format!("/s/{guess:064x}")).await;
        match answer.status().as_u16() {
            404 => assert_eq!(refused, 0, "once refused, it stays so"),
            429 => {
                assert_eq!(answer.headers()["retry-after"], "60");
                refused += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(refused, 40);
    assert_eq!(from("203.0.113.9", right.clone()).await.status(), 429, "a right guess is not told apart");
    assert_eq!(from("203.0.113.10", right).await.status(), 200);
}

/// S15
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_open_streams_of_a_revoked_or_expired_share_end(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    for ends_by_itself in [false, true] {
        let (path, id) = share(&service, json!({ "cluster": CLUSTER })).await;
        let mut all = Vec::new();
        for _ in 0..3 {
            let mut events = Events::open(service.get(&format!("{path}/events"))).await;
            events.next_named("page").await;
            all.push(events);
        }
        if ends_by_itself {
            expire(&pool, id).await
        } else {
            revoke(&service, id).await
        }
        for mut events in all {
            events.next_named("ended").await;
            assert_eq!(events.next().await, None);
        }
        for part in PARTS {
            assert_eq!(service.get(&format!("{path}{part}")).send().await.unwrap().status(), 404, "{part}");
        }
    }
}

/// S16
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_parameter_topic_or_id_leads_out_of_a_share(pool: PgPool) {
    let service = Service::real(pool).await;
    let own = service.accept("guide", Some(Size::M)).await;
    let other = service.accept("up", Some(Size::L)).await;
    let (path, _) = share(&service, json!({ "job": own, "detail": "summary" })).await;
    let page = |path: String| {
        let request = service.get(&path);
        async { request.send().await.unwrap().text().await.unwrap() }
    };
    let plain: serde_json::Value = serde_json::from_str(&page(format!("{path}/status.json")).await).unwrap();
    for query in [
        format!("?job={other}"),
        "?cluster=iriversland2&detail=steps_and_log&cost=on&names=on".into(),
        "?topics=clusters,jobs&after=1".into(),
        "?view=admin".into(),
    ] {
        let widened: serde_json::Value =
            serde_json::from_str(&page(format!("{path}/status.json{query}")).await).unwrap();
        assert_eq!((&widened["title"], &widened["steps"]), (&plain["title"], &plain["steps"]), "{query}");
        let shown = page(format!("{path}{query}")).await;
        assert!(
            !shown.contains("class=\"shared-steps\"") && !shown.contains("slack-middleware"),
            "{query}: {shown}"
        );
    }
    let token = path.trim_start_matches("/s/");
    for elsewhere in [
        format!("{path}/jobs/{other}"),
        format!("{path}/../jobs/{other}"),
        format!("{path}/status.xml"),
        format!("/s/{token}%2f..%2fjobs"),
        format!("/s/{CLUSTER}"),
        format!("/s/{own}"),
    ] {
        let status = service.get(&elsewhere).send().await.unwrap().status().as_u16();
        assert!(matches!(status, 401 | 404), "{elsewhere}: {status}");
    }
    // A link is no login: neither as a cookie, nor as a bearer token, nor in the address.
    for path in ["/events?topics=jobs", "/api/v1/jobs", "/"] {
        let request = service
            .get(path)
            .bearer_auth(token)
            .header("cookie", format!("session={token}; new_share={token}"));
        let status = request.send().await.unwrap().status().as_u16();
        assert!(matches!(status, 401 | 303), "{path}: {status}");
    }
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let status = service.request(method.clone(), &path).send().await.unwrap().status();
        assert!(status.is_client_error(), "{method}: {status}");
    }
}

/// What is logged while a test runs, in every thread of it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// S17
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_token_of_a_share_is_in_no_log_header_error_or_page_of_ours(pool: PgPool) {
    let log = Log::default();
    let lines = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false);
    let _logging = tracing::subscriber::set_default(lines.finish());
    let service = Service::demo(pool).await;
    let fields = [("cluster", CLUSTER)];
    let answer = service.submit("/actions/create-share", &fields).send().await.unwrap();
    let cookie = crate::support::cookie_of(&answer).unwrap();
    let token = cookie.split_once('=').unwrap().1.to_owned();
    let path = format!("/s/{token}");
    for part in PARTS.iter().filter(|part| !part.ends_with("events")) {
        let answer = service.get(&format!("{path}{part}")).send().await.unwrap();
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer", "{part}");
        assert_eq!(answer.headers()["x-robots-tag"], "noindex, nofollow", "{part}");
        assert!(!format!("{:?}", answer.headers()).contains(&token), "{part}");
        let body = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
        assert!(part.is_empty() || !body.contains(&token), "{part}: {body}");
    }
    let mut events = Events::open(service.get(&format!("{path}/events"))).await;
    assert!(!events.next_named("page").await.data.to_string().contains(&token));
    for wrong in [
        format!("{path}/nowhere"),
        format!("/s/{token}0"),
        format!("{path}?x={token}"),
        format!("/s//{token}"),
    ] {
        let answer = service.get(&wrong).header("accept", "text/html").send().await.unwrap();
        let is_error = answer.status().is_client_error();
        let body = answer.text().await.unwrap();
        assert!(!is_error || !body.contains(&token), "{wrong}: {body}");
    }
    for page in ["/shares", "/clusters/iriversland2", "/", "/jobs"] {
        assert!(!service.page(page).await.1.contains(&token), "{page}");
    }
    let log = log.text();
    let ours = ours(&log);
    assert!(ours.contains("path=\"/s/-\""), "requests are logged");
    let telling: Vec<&str> = ours.lines().filter(|line| line.contains(&token)).collect();
    assert!(telling.is_empty(), "{telling:#?}");
}

/// What the service logs; the client of the tests speaks in the same process.
fn ours(log: &str) -> String {
    let foreign = ["hyper_util::client", "reqwest"];
    let is_ours = |line: &&str| !foreign.iter().any(|name| line.contains(&format!(" {name}")));
    log.lines().filter(is_ours).collect::<Vec<_>>().join("\n")
}

/// S18
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn bots_that_make_previews_change_nothing_and_a_browser_is_counted(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let state = || async {
        let rows: String = sqlx::query_scalar(
            "select concat((select string_agg(s::text, ' ') from share s), (select string_agg(a::text, ' ') from act a),
                           (select count(*) from job), (select string_agg(c::text, ' ') from cluster c))",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
        rows
    };
    let before = state().await;
    for agent in ["Slackbot-LinkExpanding 1.0", "Twitterbot/1.0", "facebookexternalhit/1.1", "curl/8.5.0"] {
        for part in PARTS.iter().filter(|part| !part.ends_with("events")) {
            for method in [Method::GET, Method::HEAD] {
                let request = service.request(method, &format!("{path}{part}")).header("user-agent", agent);
                assert_eq!(request.send().await.unwrap().status(), 200, "{agent} {part}");
            }
        }
    }
    let prefetch =
        service.get(&path).header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
    prefetch.header("sec-purpose", "prefetch").send().await.unwrap();
    assert_eq!(state().await, before);
    let browser =
        service.get(&path).header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
    browser.send().await.unwrap();
    assert_eq!(service.store.shares().await.unwrap()[0].opens, 1);
}

/// Of all that goes over the wire for a first look.
const BUDGET: usize = 15 * 1024;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_shared_page_weighs_little_and_brings_no_wasm_and_no_cookie(pool: PgPool) {
    let service = Service::real(pool).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let (path, _) = share(&service, json!({ "job": job, "detail": "steps_and_log" })).await;
    let answer = service.get(&path).header("accept-encoding", "br").send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "br");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(!answer.headers().contains_key("set-cookie"));
    let compressed = answer.bytes().await.unwrap().len();
    assert!(compressed <= BUDGET, "{compressed} bytes");
    let page = service.get(&path).send().await.unwrap().text().await.unwrap();
    assert!(
        !page.contains("wasm") && !page.contains("/pkg/") && page.matches("<script").count() == 1,
        "{page}"
    );
    let asked = ask(&service, json!({ "receipt": 1 })).await;
    assert_eq!(asked.status(), 404);
}
