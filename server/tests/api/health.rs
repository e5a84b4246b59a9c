//! Whether it lives and whether it is ready.

use sqlx::PgPool;

use crate::support::Service;

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
