//! Whether it lives and whether it is ready.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::support::{CLUSTER, Service};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn it_lives_and_is_ready_and_anybody_may_know(pool: PgPool) {
    let service = Service::real(pool).await;
    let alive = service.get("/healthz").send().await.unwrap();
    assert_eq!((alive.status().as_u16(), alive.text().await.unwrap().as_str()), (200, "ok\n"));
    assert_eq!(service.get("/readyz").send().await.unwrap().status(), 200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_its_database_it_lives_and_is_not_ready(pool: PgPool) {
    let service = Service::real(pool).await;
    service.store.close().await;
    assert_eq!(service.get("/healthz").send().await.unwrap().status(), 200);
    let ready = service.get("/readyz").send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert_eq!(ready.text().await.unwrap(), "The database does not answer.\n");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_without_a_connection_says_so_and_comes_back(pool: PgPool) {
    let few = PgPoolOptions::new().max_connections(3).acquire_timeout(Duration::from_millis(1_500));
    let few = few.connect_with(pool.connect_options().as_ref().clone()).await.unwrap();
    let service = Service::demo(few.clone()).await;
    let mut held = Vec::new();
    while let Ok(connection) = few.acquire().await {
        held.push(connection);
    }
    let ask = async || {
        let body = json!({ "routine": "up", "cluster": CLUSTER });
        service.post("/api/v1/jobs").bearer_auth("demo").json(&body).send().await.unwrap()
    };
    let refused = ask().await;
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    let error = refused.json::<Value>().await.unwrap()["error"].clone();
    assert_eq!(error["message"], "The database does not answer. Try again in a moment.");
    let (status, page) = service.page("/").await;
    assert_eq!(status, 503);
    assert!(page.contains("Jobs that were accepted go on."), "{page}");
    let form = [("cluster", CLUSTER), ("size", "s")];
    let pressed = service.submit("/actions/start-cluster", &form).send().await.unwrap();
    assert_eq!(pressed.status(), 503);
    assert!(pressed.text().await.unwrap().contains("The database does not answer."));
    assert_eq!(service.get("/readyz").send().await.unwrap().status(), 503);
    drop(held);
    assert_eq!(ask().await.status(), 201);
    assert_eq!(service.page("/").await.0, 200);
}
