//! Making and ending shares, and what a stranger can read with one.

use domain::size::Size;
use reqwest::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{API_TOKEN, CLUSTER, Events, Service, cookie_of};

pub async fn ask(service: &Service, body: Value) -> Response {
    let request = service.post("/api/v1/shares").header(AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    request.json(&body).send().await.unwrap()
}

/// The path of a new share and its id.
pub async fn share(service: &Service, body: Value) -> (String, i64) {
    let answer = ask(service, body).await;
    assert_eq!(answer.status(), 201);
    let made: Value = answer.json().await.unwrap();
    let url = made["url"].as_str().unwrap();
    (url[url.find("/s/").unwrap()..].to_owned(), made["id"].as_i64().unwrap())
}

pub async fn revoke(service: &Service, id: i64) {
    let path = format!("/api/v1/shares/{id}");
    let request = service.request(Method::DELETE, &path).header(AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    assert_eq!(request.send().await.unwrap().status(), 204);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_is_told_once_and_opens_without_a_login(pool: PgPool) {
    let service = Service::real(pool).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let answer = ask(&service, json!({ "job": job, "expires_in": "7d" })).await;
    let made: Value = answer.json().await.unwrap();
    let url = made["url"].as_str().unwrap();
    let (origin, token) = url.split_once("/s/").unwrap();
    assert!(url.starts_with(&service.url) && token.len() == 64, "{url} {origin}");
    let (status, page) = service.page(&format!("/s/{token}")).await;
    assert_eq!(status, 200);
    assert!(page.contains("guide on iriversland2") && page.contains("Queued"), "{page}");
    let read = async |path: String| {
        let request = service.get(&path).header(AUTHORIZATION, format!("Bearer {API_TOKEN}"));
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (_, listed) = read("/api/v1/shares".into()).await;
    assert!(listed.contains("\"state\":\"active\"") && !listed.contains(token), "{listed}");
    let (status, one) = read(format!("/api/v1/shares/{}", made["id"])).await;
    assert!(status == 200 && !one.contains(token), "{one}");
    let one: Value = serde_json::from_str(&one).unwrap();
    assert_eq!((&one["id"], &one["job"], &one["state"]), (&made["id"], &json!(job), &json!("active")));
    for missing in ["999", "x", "-1", "99999999999999999999"] {
        assert_eq!(read(format!("/api/v1/shares/{missing}")).await.0, 404, "{missing}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_makes_a_share_and_the_next_page_alone_tells_the_link(pool: PgPool) {
    let service = Service::demo(pool).await;
    let fields =
        [("cluster", CLUSTER), ("label", "for the board"), ("detail", "steps"), ("expires_in", "1d")];
    let answer = service.submit("/actions/create-share", &fields).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(answer.status() == 303 && location.starts_with("/shares?made="), "{location}");
    let set = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(
        set.contains("HttpOnly") && set.contains("Path=/shares") && set.contains("SameSite=Strict"),
        "{set}"
    );
    let cookie = cookie_of(&answer).unwrap();
    let token = cookie.split_once('=').unwrap().1;
    assert!(!location.contains(token));
    let told = service.get(&location).header(COOKIE, cookie.clone()).send().await.unwrap();
    assert!(told.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    let told = told.text().await.unwrap();
    assert!(told.contains(&format!("{}/s/{token}", service.url)) && told.contains("for the board"), "{told}");
    let (_, again) = service.page(&location).await;
    assert!(!again.contains(token) && again.contains("cannot be shown again"), "{again}");
    assert_eq!(service.page(&format!("/s/{token}")).await.0, 200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_preview_is_what_a_stranger_sees(pool: PgPool) {
    let service = Service::demo(pool).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let (status, page) = service.page(&format!("/shares/new?job={job}&detail=steps")).await;
    assert!(
        status == 200 && page.contains("shared-steps") && page.contains("What a stranger will see"),
        "{page}"
    );
    let (_, brief) = service.page(&format!("/shares/new?job={job}&detail=summary")).await;
    assert!(!brief.contains("shared-steps"), "{brief}");
    assert_eq!(service.page("/shares/new?job=999").await.0, 404);
    assert_eq!(service.page("/shares/new").await.0, 404);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_cannot_be_shared_is_refused_with_what_can(pool: PgPool) {
    let service = Service::real_with(pool, |catalogue| {
        catalogue.share.longest = "30d".parse().unwrap();
    })
    .await;
    let job = service.accept("guide", Some(Size::M)).await;
    let refused = [
        (json!({}), 422, "one cluster, or one job, or one receipt"),
        (json!({ "job": job, "cluster": CLUSTER }), 422, "one cluster, or one job, or one receipt"),
        (json!({ "job": job, "expires_in": "31d" }), 422, "from 1h to 30d"),
        (json!({ "job": job, "expires_in": "59min" }), 422, "from 1h to 30d"),
        (json!({ "job": job, "expires_in": 7 }), 422, "has to be a text"),
        (json!({ "job": job, "detail": "all" }), 422, "known: summary, steps, steps_and_log"),
        (json!({ "job": job, "shows_cost": "yes" }), 422, "has to be true or false"),
        (json!({ "job": job, "label": "ä".repeat(81) }), 422, "80 characters at most"),
        (json!({ "job": 999 }), 404, "There is no job #999."),
        (json!({ "cluster": "nope" }), 404, "There is no cluster"),
        (json!({ "cluster": "\0" }), 422, "one cluster, or one job, or one receipt"),
        (json!({ "receipt": 1 }), 404, "There is no receipt 1."),
        (json!({ "all": true, "job": job }), 422, "or all clusters"),
        (json!({ "all": "yes" }), 422, "has to be true or false"),
    ];
    for (body, status, words) in refused {
        let answer = ask(&service, body.clone()).await;
        assert_eq!(answer.status().as_u16(), status, "{body}");
        let told: Value = answer.json().await.unwrap();
        assert!(told["error"]["message"].as_str().unwrap().contains(words), "{body}: {told}");
    }
    assert_eq!(service.store.shares().await.unwrap(), []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_policy_can_switch_sharing_off(pool: PgPool) {
    let service = Service::real_with(pool, |catalogue| catalogue.share.allowed = false).await;
    let answer = ask(&service, json!({ "cluster": CLUSTER })).await;
    assert_eq!(answer.status(), 403);
    let cookie = service.sign_in().await;
    let page =
        service.get_with(&cookie, &format!("/shares/new?cluster={CLUSTER}")).await.text().await.unwrap();
    assert!(page.contains("switched off") && !page.contains("Create link"), "{page}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_shares_or_revokes_without_signing_in(pool: PgPool) {
    let service = Service::real(pool).await;
    let (path, id) = share(&service, json!({ "cluster": CLUSTER })).await;
    for page in ["/shares", "/shares/new?cluster=iriversland2", "/shares/revoke"] {
        let answer = service.get(page).header("accept", "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 303, "{page}");
    }
    let id = id.to_string();
    for (action, fields) in [
        ("/actions/create-share", vec![("cluster", CLUSTER)]),
        ("/actions/revoke-share", vec![("id", id.as_str())]),
        ("/actions/revoke-shares", vec![("typed", "revoke all")]),
    ] {
        let answer = service.submit(action, &fields).send().await.unwrap();
        assert!(answer.headers()["location"].to_str().unwrap().starts_with("/login"), "{action}");
    }
    assert_eq!(service.store.shares().await.unwrap().len(), 1);
    assert_eq!(service.page(&path).await.0, 200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn all_links_are_revoked_only_by_whoever_types_so(pool: PgPool) {
    let service = Service::demo(pool).await;
    service.press("/actions/create-share", &[("cluster", CLUSTER)]).await;
    let back = service.press("/actions/revoke-shares", &[("typed", "yes")]).await;
    assert_eq!(back, "/shares/revoke?problem=words");
    assert_eq!(service.page(&back).await.0, 422);
    assert_eq!(service.press("/actions/revoke-shares", &[("typed", "revoke all")]).await, "/shares");
    let shares = service.store.shares().await.unwrap();
    assert!(shares[0].revoked.is_some(), "{shares:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_links_of_one_cluster_are_revoked_by_whoever_types_its_name_and_others_go_on(pool: PgPool) {
    let service = Service::demo_with_second(pool, "other").await;
    for fields in [("cluster", CLUSTER), ("cluster", "other"), ("all", "on")] {
        service.press("/actions/create-share", &[fields]).await;
    }
    let page = service.page("/shares").await.1;
    assert!(page.contains("/shares/revoke?cluster=other") && page.contains("all clusters"), "{page}");
    let back =
        service.press("/actions/revoke-shares", &[("cluster", "other"), ("typed", "revoke all")]).await;
    assert_eq!(back, "/shares/revoke?problem=words&cluster=other");
    let (status, form) = service.page(&back).await;
    assert!(
        status == 422 && form.contains("Revoke all shares of other?") && form.contains("1 link stops"),
        "{form}"
    );
    assert_eq!(
        service.press("/actions/revoke-shares", &[("cluster", "other"), ("typed", "other")]).await,
        "/shares"
    );
    let shares = service.store.shares().await.unwrap();
    let ended: Vec<_> =
        shares.iter().filter(|share| share.revoked.is_some()).map(|share| &share.what).collect();
    assert_eq!(ended, [&domain::share::Shared::Cluster("other".into())]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_wall_is_shared_by_a_form_and_shows_every_cluster_without_a_login(pool: PgPool) {
    let service = Service::demo_with_second(pool, "other").await;
    let clusters = service.page("/").await.1;
    assert!(
        clusters.contains("href=\"/wall\"") && clusters.contains("href=\"/shares/new?all=on\""),
        "{clusters}"
    );
    let (status, form) = service.page("/shares/new?all=on").await;
    assert!(
        status == 200 && form.contains("Share all clusters") && form.contains("name=\"all\" value=\"on\""),
        "{form}"
    );
    let answer = service.submit("/actions/create-share", &[("all", "on")]).send().await.unwrap();
    let cookie = cookie_of(&answer).unwrap();
    let (status, wall) = service.page(&format!("/s/{}/wall", cookie.split_once('=').unwrap().1)).await;
    assert!(status == 200 && wall.contains(">iriversland2</h2>") && wall.contains(">other</h2>"), "{wall}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn command_lines_and_programs_read_the_same(pool: PgPool) {
    let service = Service::real(pool).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let (path, _) = share(&service, json!({ "job": job, "label": "board" })).await;
    let text = service.get(&format!("{path}/status.txt")).send().await.unwrap();
    assert!(text.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    let text = text.text().await.unwrap();
    assert!(text.starts_with("guide on iriversland2: Queued\n") && text.lines().count() <= 24, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let status: Value =
        service.get(&format!("{path}/status.json")).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&status["version"], &status["what"], &status["state"]),
        (&json!(1), &json!("job"), &json!("queued"))
    );
    assert_eq!((&status["label"], &status["is_over"]), (&json!("board"), &json!(false)));
    assert_eq!(status["steps"].as_array().unwrap().len(), 6);
    let badge = service.get(&format!("{path}/badge.svg")).send().await.unwrap();
    assert_eq!(badge.headers()["content-type"], "image/svg+xml");
    assert_eq!(badge.headers()["cache-control"], "private, max-age=60");
    assert!(badge.text().await.unwrap().contains("<title>guide on iriversland2: queued</title>"));
    let shields: Value =
        service.get(&format!("{path}/badge.json")).send().await.unwrap().json().await.unwrap();
    assert_eq!((&shields["schemaVersion"], &shields["message"]), (&json!(1), &json!("queued")));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_listed_sites_may_frame_the_embedded_view_and_no_site_the_page(pool: PgPool) {
    let service = Service::real_with(pool, |catalogue| {
        catalogue.share.frame_origins = vec!["https://wiki.example".into()];
    })
    .await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let policy = |path: String| {
        let request = service.get(&path);
        async {
            let answer = request.send().await.unwrap();
            answer.headers()["content-security-policy"].to_str().unwrap().to_owned()
        }
    };
    assert!(policy(format!("{path}/embed")).await.contains("frame-ancestors https://wiki.example"));
    assert!(policy(path).await.contains("frame-ancestors 'none'"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_shared_page_follows_what_happens(pool: PgPool) {
    let service = Service::real(pool).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let (path, _) = share(&service, json!({ "job": job })).await;
    let mut events = Events::open(service.get(&format!("{path}/events"))).await;
    let first = events.next_named("page").await;
    assert!(first.data["html"].as_str().unwrap().contains("Queued"), "{first:?}");
    let ana = domain::actor::Actor::new("ana", domain::actor::Channel::Web);
    service.store.cancel(job, &ana, Some("not needed")).await.unwrap();
    let next = events.next_where("page", |data| data["html"].as_str().unwrap().contains("Cancel")).await;
    assert!(!next.data["html"].as_str().unwrap().contains("ana"), "{next:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_wall_shows_every_cluster_to_whoever_is_signed_in_and_one_to_a_link(pool: PgPool) {
    let service = Service::demo_with_second(pool, "other").await;
    let (status, wall) = service.page("/wall").await;
    assert!(status == 200 && wall.contains(">iriversland2</h2>") && wall.contains(">other</h2>"), "{wall}");
    assert!(!wall.contains("<form") && !wall.contains("<a ") && !wall.contains("/pkg/"), "{wall}");
    let fields = [("cluster", CLUSTER)];
    let answer = service.submit("/actions/create-share", &fields).send().await.unwrap();
    let cookie = cookie_of(&answer).unwrap();
    let path = format!("/s/{}/wall", cookie.split_once('=').unwrap().1);
    let (status, shared) = service.page(&path).await;
    assert!(
        status == 200 && shared.contains(">iriversland2</h2>") && !shared.contains(">other<"),
        "{shared}"
    );
    let mut events = Events::open(service.get(&format!("{path}/events"))).await;
    assert!(!events.next_named("page").await.data.to_string().contains(">other<"));
    let mut events = Events::open(service.get("/wall/events")).await;
    assert!(events.next_named("page").await.data.to_string().contains(">other<"));
    service.accept_on("other", "guide", Some(Size::M)).await;
    events.next_where("page", |data| data["html"].as_str().unwrap().contains("guide on other")).await;
}
