//! Shares on the real tables: what a token opens, and what no longer does.

// The helpers of tests fail like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use domain::actor::{Actor, Channel};
use domain::share::{ShareDraft, SharePolicy, ShareState, ShareView, Shared};
use sqlx::PgPool;
use store::{Error, ShareToken, Store};

async fn store(pool: &PgPool) -> Store {
    let store = Store::new(pool.clone());
    store.ensure_clusters(&["one", "two"]).await.unwrap();
    store
}

fn ana() -> Actor {
    Actor::new("ana", Channel::Web)
}

fn draft(what: Shared) -> ShareDraft {
    let length = "7d".parse().unwrap();
    ShareDraft::new(what, "for the board", ShareView::default(), length, &SharePolicy::default()).unwrap()
}

fn of(cluster: &str) -> ShareDraft {
    draft(Shared::Cluster(cluster.into()))
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_token_opens_its_own_share_and_stands_in_no_column(pool: PgPool) {
    let store = store(&pool).await;
    let (share, token) = store.create_share(&of("one"), &ana()).await.unwrap();
    let (_, other) = store.create_share(&of("two"), &ana()).await.unwrap();
    assert_eq!(token.reveal().len(), 64);
    assert_ne!(token.reveal(), other.reveal());
    let found = store.share_of(&ShareToken::given(token.reveal())).await.unwrap();
    assert_eq!(found, Some(share));
    let rows: String =
        sqlx::query_scalar("select string_agg(share::text, ' ') from share").fetch_one(&pool).await.unwrap();
    assert!(!rows.contains(token.reveal()), "{rows}");
    assert_eq!(format!("{token:?}"), "ShareToken(…)");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_no_token_opens_nothing(pool: PgPool) {
    let store = store(&pool).await;
    let (_, token) = store.create_share(&of("one"), &ana()).await.unwrap();
    let right = token.reveal();
    let wrong = [
        "".to_owned(),
        "\0".into(),
        right.to_uppercase() + "0",
        right[1..].into(),
        format!("{right}0"),
        "'".into(),
    ];
    for given in wrong {
        assert_eq!(store.share_of(&ShareToken::given(&given)).await.unwrap(), None, "{given:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_revoked_share_opens_nothing_and_says_who_revoked_it_first(pool: PgPool) {
    let store = store(&pool).await;
    let (share, token) = store.create_share(&of("one"), &ana()).await.unwrap();
    store.revoke_share(share.id, &ana()).await.unwrap();
    store.revoke_share(share.id, &Actor::new("ben", Channel::Web)).await.unwrap();
    assert_eq!(store.share_of(&token).await.unwrap(), None);
    assert!(!store.share_works(share.id).await.unwrap());
    let listed = store.shares().await.unwrap().remove(0);
    assert_eq!(listed.state(store.now().await.unwrap()), ShareState::Revoked);
    assert_eq!(listed.revoked.unwrap().0, "ana");
    let missing = store.revoke_share(share.id + 1, &ana()).await.unwrap_err();
    assert!(matches!(missing, Error::UnknownShare(_)), "{missing}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_expired_share_opens_nothing_and_cannot_be_revoked_any_more(pool: PgPool) {
    let store = store(&pool).await;
    let (share, token) = store.create_share(&of("one"), &ana()).await.unwrap();
    sqlx::query(
        "update share set created_at = now() - interval '2 days', expires_at = now() - interval '1 second'",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(store.share_of(&token).await.unwrap(), None);
    store.revoke_share(share.id, &ana()).await.unwrap();
    let listed = store.shares().await.unwrap().remove(0);
    assert_eq!(listed.state(store.now().await.unwrap()), ShareState::Expired);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn all_are_revoked_at_once_or_those_of_one_cluster(pool: PgPool) {
    let store = store(&pool).await;
    for cluster in ["one", "one", "two"] {
        store.create_share(&of(cluster), &ana()).await.unwrap();
    }
    assert_eq!(store.revoke_shares(Some("one"), &ana()).await.unwrap(), 2);
    assert_eq!(store.revoke_shares(None, &ana()).await.unwrap(), 1);
    assert_eq!(store.revoke_shares(None, &ana()).await.unwrap(), 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_share_of_all_clusters_is_about_none_alone_and_ends_only_with_all_others(pool: PgPool) {
    let store = store(&pool).await;
    let (share, token) = store.create_share(&draft(Shared::AllClusters), &ana()).await.unwrap();
    assert_eq!((&share.what, &share.cluster), (&Shared::AllClusters, &None));
    assert_eq!(store.share_of(&token).await.unwrap(), Some(share.clone()));
    assert_eq!(store.revoke_shares(Some("one"), &ana()).await.unwrap(), 0);
    assert_eq!(store.revoke_shares(None, &ana()).await.unwrap(), 1);
    let acts: Vec<String> =
        sqlx::query_scalar("select what from act where cluster_name is null order by act_id")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(acts, ["share all clusters".to_owned(), format!("revoke share {}", share.id)]);
    let mixed = "update share set job_number = 1";
    assert!(sqlx::query(mixed).execute(&pool).await.is_err());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_share_is_found_by_its_number_also_long_after_its_end(pool: PgPool) {
    let store = store(&pool).await;
    let (share, _) = store.create_share(&of("one"), &ana()).await.unwrap();
    let long_ago =
        "update share set created_at = now() - interval '1 year', expires_at = now() - interval '11 months'";
    sqlx::query(long_ago).execute(&pool).await.unwrap();
    assert_eq!(store.shares().await.unwrap(), []);
    assert_eq!(store.share(share.id).await.unwrap().unwrap().label, share.label);
    assert_eq!(store.share(share.id + 1).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn creating_and_revoking_are_acts_with_a_name(pool: PgPool) {
    let store = store(&pool).await;
    let (share, _) = store.create_share(&of("one"), &ana()).await.unwrap();
    store.revoke_share(share.id, &ana()).await.unwrap();
    let acts = store.acts("one", 10).await.unwrap();
    let told: Vec<_> = acts.iter().map(|act| (act.actor.name.as_str(), act.what.as_str())).collect();
    assert_eq!(told[0], ("ana", format!("revoke share {}", share.id).as_str()));
    assert_eq!(told[1], ("ana", "share one"));
    assert!(acts[1].because.as_deref().unwrap().starts_with("for the board, until "), "{acts:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_not_there_is_not_shared(pool: PgPool) {
    let store = store(&pool).await;
    for what in [Shared::Cluster("three".into()), Shared::Job(1), Shared::Receipt(1)] {
        let error = store.create_share(&draft(what), &ana()).await.unwrap_err();
        assert!(error.is_meant_for_people(), "{error}");
    }
    assert_eq!(store.shares().await.unwrap(), []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_opening_is_counted(pool: PgPool) {
    let store = store(&pool).await;
    let (share, token) = store.create_share(&of("one"), &ana()).await.unwrap();
    assert_eq!((share.opens, share.last_opened_at), (0, None));
    store.share_opened(share.id).await.unwrap();
    let share = store.share_of(&token).await.unwrap().unwrap();
    assert!(share.opens == 1 && share.last_opened_at.is_some(), "{share:?}");
}
