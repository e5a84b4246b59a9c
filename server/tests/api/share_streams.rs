//! S15: a link that is revoked or expires takes its open streams with it, on every replica, and until then a stream on one
//! replica tells what happens through another.

use domain::actor::{Actor, Channel};
use domain::size::Size;
use serde_json::json;
use server::web::SHARE_PARTS;
use sqlx::PgPool;

use crate::share_guesses::expire;
use crate::shares::{revoke, share};
use crate::support::{CLUSTER, Events, Service};

/// A stream pings every ten seconds and looks every second: in so many events it has ended long before a minute is over.
const MOST_EVENTS: usize = 3;

/// Reads until the stream ends, and makes sure that it says so and says little before.
async fn ends(mut events: Events) {
    let mut before = 0;
    while events.next().await.expect("it says that it ends").name != "ended" {
        before += 1;
        assert!(before <= MOST_EVENTS);
    }
    assert_eq!(events.next().await, None);
}

async fn open(service: &Service, path: &str) -> Events {
    let mut events = Events::open(service.get(&format!("{path}/events"))).await;
    events.next_named("page").await;
    events
}

/// S15
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_open_streams_of_a_revoked_or_expired_share_end(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    for ends_by_itself in [false, true] {
        let (path, id) = share(&service, json!({ "cluster": CLUSTER })).await;
        assert_eq!(service.page(&path).await.0, 200);
        let mut all = Vec::new();
        for stream in ["", "", "/embed", "/wall"] {
            all.push(open(&service, &format!("{path}{stream}")).await);
        }
        if ends_by_itself {
            expire(&pool, id).await
        } else {
            revoke(&service, id).await
        }
        for events in all {
            ends(events).await;
        }
        for part in SHARE_PARTS {
            let request = service.get(&format!("{path}{part}"));
            // Each round from an address of its own: so many wrong links from one are too many.
            let answer = request.header("x-forwarded-for", format!("203.0.113.{id}")).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{part}");
        }
    }
}

/// S15
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_revoked_on_one_replica_ends_on_the_other(pool: PgPool) {
    let (one, other) = (Service::real(pool.clone()).await, Service::real(pool).await);
    let (path, id) = share(&one, json!({ "cluster": CLUSTER })).await;
    let (here, there) = (open(&one, &path).await, open(&other, &path).await);
    revoke(&one, id).await;
    ends(there).await;
    ends(here).await;
    assert_eq!(other.page(&path).await.0, 404);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stream_on_one_replica_tells_what_happens_through_the_other(pool: PgPool) {
    let (one, other) = (Service::real(pool.clone()).await, Service::real(pool).await);
    let job = one.accept("guide", Some(Size::M)).await;
    let (path, _) = share(&one, json!({ "job": job })).await;
    let mut there = open(&other, &path).await;
    one.store.cancel(job, &Actor::new("ana", Channel::Web), None).await.unwrap();
    there.next_where("page", |data| data["html"].as_str().unwrap().contains("Cancel")).await;
}
