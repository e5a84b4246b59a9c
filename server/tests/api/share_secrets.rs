//! S17 and S18: where the secret of a link never stands, and what looking at a link never does.

use reqwest::Method;
use serde_json::json;
use server::web::SHARE_PARTS;
use sqlx::PgPool;

use crate::share_receipts::receipt;
use crate::shares::share;
use crate::support::{CLUSTER, Events, Log, Service};

/// What can be read to its end.
fn parts() -> impl Iterator<Item = &'static str> {
    SHARE_PARTS.into_iter().filter(|part| !part.ends_with("events"))
}

/// What tells its own address to whoever reads it.
const TELLS_ITSELF: [&str; 3] = ["", "/cctray.xml", "/feed.atom"];

/// S17
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_token_of_a_share_is_in_no_log_header_error_or_page_of_ours(pool: PgPool) {
    let (log, _logging) = Log::begin();
    let service = Service::demo(pool).await;
    let fields = [("cluster", CLUSTER)];
    let answer = service.submit("/actions/create-share", &fields).send().await.unwrap();
    let cookie = crate::support::cookie_of(&answer).unwrap();
    let token = cookie.split_once('=').unwrap().1.to_owned();
    let path = format!("/s/{token}");
    for part in parts() {
        let answer = service.get(&format!("{path}{part}")).send().await.unwrap();
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer", "{part}");
        assert_eq!(answer.headers()["x-robots-tag"], "noindex, nofollow", "{part}");
        assert!(!format!("{:?}", answer.headers()).contains(&token), "{part}");
        let body = String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned();
        assert!(TELLS_ITSELF.contains(&part) || !body.contains(&token), "{part}: {body}");
    }
    let mut events = Events::open(service.get(&format!("{path}/events"))).await;
    assert!(!events.next_named("page").await.data.to_string().contains(&token));
    for wrong in [
        format!("{path}/nowhere"),
        format!("/s/{token}0"),
        format!("{path}?x={token}"),
        format!("/s//{token}"),
        format!("//s/{token}"),
        format!("/%73/{token}"),
        format!("/x/{token}/status.txt"),
    ] {
        let answer = service.get(&wrong).header("accept", "text/html").send().await.unwrap();
        let is_error = answer.status().is_client_error();
        let body = answer.text().await.unwrap();
        assert!(!is_error || !body.contains(&token), "{wrong}: {body}");
    }
    for page in ["/shares", "/clusters/iriversland2", "/", "/jobs"] {
        assert!(!service.page(page).await.1.contains(&token), "{page}");
    }
    let ours = log.of_the_service();
    assert!(ours.iter().any(|line| line.contains("path=\"/s/-\"")), "requests are logged");
    let telling: Vec<&String> = ours.iter().filter(|line| line.contains(&token)).collect();
    assert!(telling.is_empty(), "{telling:#?}");
}

/// S18
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn bots_that_make_previews_change_nothing_and_a_browser_is_counted(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let number = receipt(&service, &pool).await;
    let paths = [
        share(&service, json!({ "cluster": CLUSTER })).await.0,
        share(&service, json!({ "receipt": number })).await.0,
        share(&service, json!({ "all": true })).await.0,
    ];
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
    for (agent, method) in [
        ("Slackbot-LinkExpanding 1.0", Method::GET),
        ("Twitterbot/1.0", Method::HEAD),
        ("facebookexternalhit/1.1", Method::GET),
        ("curl/8.5.0", Method::HEAD),
    ] {
        for (path, part) in paths.iter().flat_map(|path| parts().map(move |part| (path, part))) {
            let request = service.request(method.clone(), &format!("{path}{part}"));
            let answer = request.header("user-agent", agent).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{agent} {part}");
            assert_eq!(answer.headers()["x-robots-tag"], "noindex, nofollow", "{part}");
        }
    }
    let path = &paths[2];
    let open = |part: &str, shown_in: &str| {
        let request = service.get(&format!("{path}{part}")).header("sec-fetch-dest", shown_in);
        request.header("sec-fetch-mode", "navigate")
    };
    open("", "document").header("sec-purpose", "prefetch").send().await.unwrap();
    assert_eq!(state().await, before);
    for (part, shown_in) in [("", "document"), ("/embed", "iframe"), ("/wall", "document")] {
        open(part, shown_in).send().await.unwrap();
    }
    assert_eq!(service.store.shares().await.unwrap()[0].opens, 3);
}
