//! What another site can make a browser send.

use leptos::server_fn::axum::server_fn_paths;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, ORIGIN};
use reqwest::{Method, RequestBuilder};
use sqlx::PgPool;

use crate::support::{CLUSTER, Service};

const FORM: [(&str, &str); 4] =
    [("cluster", CLUSTER), ("size", "s"), ("routine", "guide"), ("service", "slack-middleware")];

/// Every form of the service, as the operator's browser would send it.
fn forms(service: &Service, cookie: &str) -> Vec<(String, RequestBuilder)> {
    let functions = server_fn_paths().map(|(path, _)| path);
    let paths = functions.chain(["/login", "/logout"]).map(str::to_owned);
    paths
        .map(|path| {
            let request = service.post(&path).header(COOKIE, cookie).header(ACCEPT, "text/html").form(&FORM);
            (path, request)
        })
        .collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_that_another_site_sends_is_refused_at_every_address(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in().await;
    let lies: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ];
    for lie in lies {
        for (path, request) in forms(&service, &cookie) {
            let request = lie.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            assert_eq!(request.send().await.unwrap().status(), 403, "{path} with {lie:?}");
        }
    }
    assert_eq!(service.number_of_jobs().await, 0);
    assert_eq!(service.get_with(&cookie, "/jobs").await.status(), 200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_press_that_does_not_say_where_it_comes_from_is_refused(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in().await;
    for (path, _) in server_fn_paths() {
        let request = service.post(path).header(COOKIE, &cookie).form(&FORM);
        assert_eq!(request.send().await.unwrap().status(), 403, "{path}");
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn our_own_pages_may_press(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in().await;
    let by_origin = service.post("/actions/start-cluster").header(ORIGIN, &service.url).form(&FORM);
    let answer = by_origin.header(COOKIE, &cookie).header(ACCEPT, "text/html").send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/jobs/1");
    assert_eq!(service.number_of_jobs().await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn looking_changes_nothing(pool: PgPool) {
    let service = Service::demo(pool).await;
    for (path, _) in server_fn_paths() {
        for method in [Method::GET, Method::HEAD] {
            let request =
                service.request(method.clone(), &format!("{path}?cluster={CLUSTER}&size=s&routine=guide"));
            let status = request.header("x-http-method-override", "POST").send().await.unwrap().status();
            assert!(matches!(status.as_u16(), 404 | 405), "{method} {path}: {status}");
        }
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_press_in_another_content_type_starts_nothing(pool: PgPool) {
    let service = Service::demo(pool).await;
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
        for (path, _) in server_fn_paths() {
            let body = format!("cluster={CLUSTER}&size=s&routine=guide");
            let status =
                service.post(path).header(CONTENT_TYPE, kind).body(body).send().await.unwrap().status();
            assert!(status.is_client_error(), "{kind} to {path}: {status}");
        }
    }
    assert_eq!(service.number_of_jobs().await, 0);
}
