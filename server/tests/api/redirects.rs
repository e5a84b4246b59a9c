//! Where a press leads.

use domain::size::Size;
use leptos::server_fn::axum::server_fn_paths;
use reqwest::header::REFERER;
use sqlx::PgPool;

use crate::support::{CLUSTER, Service};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_press_leads_with_303_to_a_page_of_ours_wherever_it_says_it_comes_from(pool: PgPool) {
    let service = Service::demo(pool).await;
    let forms: [&[(&str, &str)]; 3] =
        [&[("cluster", CLUSTER), ("size", "m")], &[("cluster", "nope"), ("size", "xl")], &[]];
    for form in forms {
        for (path, _) in server_fn_paths() {
            let request = service.submit(path, form).header(REFERER, "https://evil.example/?a=b");
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 303, "{path} with {form:?}");
            let location = answer.headers()["location"].to_str().unwrap();
            assert!(location.starts_with('/') && !location.starts_with("//"), "{path}: {location}");
            assert!(!location.contains("evil"), "{path}: {location}");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_that_cannot_be_read_leads_nowhere_else(pool: PgPool) {
    let service = Service::demo(pool).await;
    for (path, _) in server_fn_paths() {
        let request = service
            .submit(path, &[])
            .header(REFERER, "https://evil.example/")
            .body("cluster=a&cluster=b&%ff=%");
        let answer = request.send().await.unwrap();
        if let Some(location) = answer.headers().get("location") {
            assert!(location.to_str().unwrap().starts_with('/'), "{path}: {location:?}");
        }
        assert!(answer.status().is_client_error() || answer.status() == 303, "{path}: {}", answer.status());
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_double_press_is_one_job(pool: PgPool) {
    let service = Service::demo(pool).await;
    let form =
        [("cluster", CLUSTER), ("size", "m"), ("idempotency_key", "8c7b2a7e-0000-4000-8000-000000000000")];
    let press = || service.submit("/actions/start-cluster", &form).send();
    let (one, two) = tokio::join!(press(), press());
    assert_eq!(one.unwrap().headers()["location"], "/jobs/1");
    assert_eq!(two.unwrap().headers()["location"], "/jobs/1");
    assert_eq!(service.number_of_jobs().await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_form_that_starts_a_routine_is_good_for_each_cluster_that_can_be_chosen_in_it(pool: PgPool) {
    let service = Service::demo_with_second(pool, "second").await;
    service.accept_on("second", "up", Some(Size::S)).await;
    let (_, page) = service.page("/jobs/new").await;
    let key = page.split("name=\"idempotency_key\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let key = key.expect("the form has a key");
    assert!(page.contains(&format!("<option value=\"{CLUSTER}\" selected")), "{page}");
    let form = [("routine", "guide"), ("cluster", "second"), ("size", "s"), ("idempotency_key", key)];
    assert_eq!(service.press("/actions/start-routine", &form).await, "/jobs/2");
    // Another press with what the page knew, now that the second cluster is in another state.
    let later = key.replacen('-', "", 1);
    let form = [("routine", "guide"), ("cluster", "second"), ("size", "s"), ("idempotency_key", &later)];
    let stale = service.press("/actions/start-routine", &form).await;
    assert!(stale.contains("problem=stale"), "{stale}");
    assert_eq!(service.number_of_jobs().await, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_key_of_a_start_says_on_which_cluster_it_was_decided(pool: PgPool) {
    let service = Service::demo(pool).await;
    let version = async || service.store.cluster(CLUSTER).await.unwrap().unwrap().version;
    let before = version().await;
    service.accept("up", Some(Size::S)).await;
    let version = version().await;
    let press = async |key: String| {
        let form = [("routine", "guide"), ("cluster", CLUSTER), ("size", "s"), ("idempotency_key", &key)];
        let answer = service.submit("/actions/start-routine", &form).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    };
    let stale = press(format!("a-page-of-before.{before}")).await;
    assert!(stale.starts_with("/jobs/new?") && stale.contains("problem=stale"), "{stale}");
    assert_eq!(press(format!("a-page-of-now.{version}")).await, "/jobs/2");
    assert_eq!(press(format!("a-page-of-now.{version}")).await, "/jobs/2");
    assert_eq!(service.number_of_jobs().await, 2);
}
