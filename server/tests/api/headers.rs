//! What every answer tells the browser.

use reqwest::header::{ACCEPT, ACCEPT_ENCODING};
use sqlx::PgPool;

use crate::support::Service;

const EVERY_KIND: [&str; 7] =
    ["/", "/login", "/nowhere", "/pkg/cluster-head.css", "/healthz", "/api/v1/jobs", "/events?topics=nope"];

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_answer_is_careful_errors_and_files_included(pool: PgPool) {
    let service = Service::demo(pool).await;
    for path in EVERY_KIND {
        let answer = service.get(path).header(ACCEPT, "text/html").send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
        assert_eq!(header("referrer-policy").as_deref(), Some("same-origin"), "{path}");
        assert_eq!(header("cross-origin-opener-policy").as_deref(), Some("same-origin"), "{path}");
        let policy = header("content-security-policy").unwrap_or_default();
        for rule in ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(rule), "{path}: {rule} in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert!(header("x-request-id").is_some_and(|id| id.len() >= 8), "{path}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_scripts_of_a_page_carry_a_nonce_that_is_new_each_time(pool: PgPool) {
    let service = Service::demo(pool).await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let answer = service.get("/").header(ACCEPT, "text/html").send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let nonce = policy.split("script-src 'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        let page = answer.text().await.unwrap();
        for script in page.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}>");
        }
        seen.push(nonce);
    }
    assert_ne!(seen[0], seen[1]);
    assert!(seen[0].len() >= 22, "{}", seen[0]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_outside_of_the_demo_tls_is_insisted_on(pool: PgPool) {
    let real = Service::real(pool.clone()).await.get("/login").send().await.unwrap();
    assert_eq!(real.headers()["strict-transport-security"], "max-age=31536000");
    let demo = Service::demo(pool).await.get("/login").send().await.unwrap();
    assert!(!demo.headers().contains_key("strict-transport-security"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn pages_are_compressed_and_files_come_as_they_were_compressed_before(pool: PgPool) {
    let service = Service::demo(pool).await;
    let page = service.get("/").header(ACCEPT_ENCODING, "br").send().await.unwrap();
    assert_eq!(page.headers()["content-encoding"], "br");
    let style = service.get("/pkg/cluster-head.css").header(ACCEPT_ENCODING, "br").send().await.unwrap();
    assert_eq!(style.headers()["content-encoding"], "br");
    assert_eq!(style.text().await.unwrap(), "stands in for brotli\n");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_request_id_from_the_router_in_front_is_kept_unless_it_could_forge_the_log(pool: PgPool) {
    let service = Service::demo(pool).await;
    let id_for = |given: &'static str| {
        let request = service.get("/healthz").header("x-request-id", given);
        async { request.send().await.unwrap().headers()["x-request-id"].to_str().unwrap().to_owned() }
    };
    assert_eq!(id_for("8f0c2b9e-heroku").await, "8f0c2b9e-heroku");
    for forged in ["short", "level=ERROR all is lost", "<script>alert(1)</script>"] {
        assert_ne!(id_for(forged).await, forged);
    }
}
