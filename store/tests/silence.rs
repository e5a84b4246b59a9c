//! A link to Postgres that falls silent: nothing arrives, and nobody is told.

mod link;

use sqlx::PgPool;
use store::Store;

use link::Link;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn connections_that_fell_silent_are_given_up_whoever_had_them(pool: PgPool) {
    let database = pool.connect_options().as_ref().clone();
    let link = Link::to(database.get_port()).await;
    let store = Store::connect_with(database.host("127.0.0.1").port(link.address.port()), 2).await.unwrap();
    let (one, other) = (store.snapshot().await.unwrap(), store.snapshot().await.unwrap());
    link.falls_silent();
    drop((one, other));
    store.ping().await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_free_connection_that_fell_silent_is_replaced(pool: PgPool) {
    let database = pool.connect_options().as_ref().clone();
    let link = Link::to(database.get_port()).await;
    let store = Store::connect_with(database.host("127.0.0.1").port(link.address.port()), 1).await.unwrap();
    store.ping().await.unwrap();
    link.falls_silent();
    store.ping().await.unwrap();
}
