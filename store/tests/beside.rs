//! Databases beside the real one.

use sqlx::PgPool;
use store::Store;
use uuid::Uuid;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_database_beside_is_dropped_although_we_are_connected_to_it_still(pool: PgPool) {
    let store = Store::new(pool);
    let name = format!("cluster_head_drill_{}", Uuid::new_v4().simple());
    let beside = store.create_beside(&name).await.unwrap();
    beside.migrate().await.unwrap();
    let at_work = beside.snapshot().await.unwrap();
    store.drop_beside(&name).await.unwrap();
    drop(at_work);
    assert!(beside.ping().await.is_err());
    store.drop_beside(&name).await.unwrap();
}
