//! S14: who guesses links finds none, is told to stop, and cannot tell a link that never was from one that has ended.

use futures::stream::{StreamExt, iter};
use serde_json::json;
use sqlx::PgPool;

use crate::shares::{revoke, share};
use crate::support::{CLUSTER, Log, Service};

pub async fn expire(pool: &PgPool, id: i64) {
    let update = "update share set created_at = now() - interval '2 h', expires_at = now() - interval '1 s' where share_id = $1";
    sqlx::query(update).bind(id).execute(pool).await.unwrap();
}

/// One that has expired, one that was revoked, and one that never was.
async fn links_that_do_not_work(service: &Service, pool: &PgPool) -> [String; 3] {
    let (expired, id) = share(service, json!({ "cluster": CLUSTER })).await;
    expire(pool, id).await;
    let (revoked, id) = share(service, json!({ "cluster": CLUSTER })).await;
    revoke(service, id).await;
    [expired, revoked, format!("/s/{}", "0".repeat(64))]
}

/// S14
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn unknown_expired_and_revoked_links_look_the_same(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let links = links_that_do_not_work(&service, &pool).await;
    for accept in ["text/html", "*/*"] {
        let mut seen = Vec::new();
        for path in &links {
            let answer = service.get(path).header("accept", accept).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{path}");
            let mut headers = answer.headers().clone();
            let nonce = headers["content-security-policy"].to_str().unwrap().to_owned();
            let nonce =
                nonce.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).map(str::to_owned);
            for own in ["x-request-id", "date", "content-security-policy"] {
                headers.remove(own);
            }
            let body = answer.text().await.unwrap();
            assert!(body.contains("This link does not work"), "{body}");
            seen.push((headers, body.replace(&nonce.unwrap_or("-".into()), "NONCE")));
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:#?}");
    }
}

/// S14
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn unknown_expired_and_revoked_links_cost_the_same_one_look(pool: PgPool) {
    let (log, _logging) = Log::begin();
    let service = Service::real(pool.clone()).await;
    let links = links_that_do_not_work(&service, &pool).await;
    for path in &links {
        log.forget();
        let answer = service.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        let looks = log.of_the_service();
        let looks: Vec<&String> = looks
            .iter()
            .filter(|line| line.contains("sqlx::query") && line.contains("from share where token_hash"))
            .collect();
        let [look] = looks.as_slice() else { panic!("{path}: {looks:#?}") };
        assert!(look.contains("rows_returned=0"), "{path}: {look}");
    }
}

/// S14
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_guesses_links_is_told_to_wait_and_others_are_not(pool: PgPool) {
    let service = Service::real(pool).await;
    let (right, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let from = |address: &'static str, path: String| {
        let request = service.get(&path).header("x-forwarded-for", format!("6.6.6.6, {address}"));
        async { request.send().await.unwrap() }
    };
    let mut refused = 0;
    for guess in 0..60 {
        let answer = from("203.0.113.9", format!("/s/{guess:064x}")).await;
        match answer.status().as_u16() {
            404 => assert_eq!(refused, 0, "once refused, it stays so"),
            429 => {
                assert_eq!(answer.headers()["retry-after"], "60");
                refused += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(refused, 40);
    assert_eq!(from("203.0.113.10", format!("/s/{:064x}", 1)).await.status(), 404);
    let same_address = from("203.0.113.9", right).await;
    assert_eq!(same_address.status(), 200, "everybody behind a proxy has one address");
}

/// S14
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn thousands_of_guesses_from_made_up_addresses_find_nothing_and_run_into_the_limit_of_all(
    pool: PgPool,
) {
    // All within one minute, also on a slow machine.
    const GUESSES: u32 = 2_200;
    const ALTOGETHER: usize = 2_000;
    let service = Service::real(pool).await;
    let (right, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let guess = |guess: u32| {
        let address = std::net::Ipv4Addr::from_bits(guess);
        let request = service.get(&format!("/s/{guess:064x}/status.txt"));
        let request = request.header("x-forwarded-for", address.to_string());
        async { request.send().await.unwrap().status().as_u16() }
    };
    let answers: Vec<u16> = iter(0..GUESSES).map(guess).buffer_unordered(32).collect().await;
    let count = |status: u16| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!((count(404), count(429)), (ALTOGETHER, GUESSES as usize - ALTOGETHER));
    assert_eq!(service.get(&right).send().await.unwrap().status(), 200);
}
