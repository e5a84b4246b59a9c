//! Pages and files.

use reqwest::header::{ACCEPT, IF_NONE_MATCH};
use sqlx::PgPool;

use crate::support::{CLUSTER, Service};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_address_that_leads_nowhere_is_a_404_with_a_page(pool: PgPool) {
    let service = Service::demo(pool).await;
    for path in [
        "/nowhere",
        "/clusters/nope",
        "/jobs/999",
        "/jobs/x",
        "/pkg/nope.js",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
    ] {
        let answer = service.get(path).header(ACCEPT, "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("<h1"), "{path}");
        assert!(page.contains("<title>Page not found – Cluster Head</title>"), "{path}: {page}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_clusters_and_the_jobs_have_their_pages(pool: PgPool) {
    let service = Service::demo(pool).await;
    let number = service.accept("up", None).await;
    for path in
        ["/".to_owned(), format!("/clusters/{CLUSTER}"), "/jobs".to_owned(), format!("/jobs/{number}")]
    {
        let answer = service.get(&path).header(ACCEPT, "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert!(answer.text().await.unwrap().contains(CLUSTER), "{path}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_file_that_did_not_change_is_not_sent_again(pool: PgPool) {
    let service = Service::demo(pool).await;
    let first = service.get("/pkg/cluster-head.css").send().await.unwrap();
    assert_eq!(first.headers()["cache-control"], "no-cache");
    assert_eq!(first.headers()["content-type"], "text/css");
    let tag = first.headers()["etag"].clone();
    let again = service.get("/pkg/cluster-head.css").header(IF_NONE_MATCH, tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_sign_in_page_has_its_style_and_icon(pool: PgPool) {
    let service = Service::real(pool).await;
    for path in ["/pkg/cluster-head.css", "/favicon.svg"] {
        assert_eq!(service.get(path).send().await.unwrap().status(), 200, "{path}");
    }
}
