//! What a first look at a link costs, what runs in it, and what a chat makes of it.

use std::path::Path;

use domain::actor::{Actor, Channel};
use domain::size::Size;
use serde_json::json;
use sqlx::PgPool;

use crate::shares::share;
use crate::support::{CLUSTER, Service};

/// Of all that goes over the wire for a first look: the page with everything in it, and its icon.
const BUDGET: usize = 15 * 1024;

/// Letters that no compression makes much shorter.
const NOISE: &str = "(select string_agg(encode(sha256((random()::text || n || part)::bytea), 'base64'), '') from generate_series(1, 20) as part)";

/// The share that weighs most: all the check-ins that a page of ours shows, as long as they may be, with what every step
/// says, five jobs of the past, money and names.
async fn worst_share(service: &Service, pool: &PgPool) -> String {
    for _ in 0..5 {
        let job = service.accept("guide", Some(Size::M)).await;
        let ended = "update job set state = 'failed', outcome = repeat('Failed. ', 40), started_at = now(), finished_at = now() where job_number = $1";
        sqlx::query(ended).bind(job).execute(pool).await.unwrap();
    }
    let job = service.accept("guide", Some(Size::M)).await;
    for sql in [
        "update job set state = 'running', started_at = now() where job_number = $1".to_owned(),
        format!(
            "insert into check_in (job_number, line, level, text) select $1, 1000 + n, 'info', {NOISE} from generate_series(1, 200) as n"
        ),
        format!(
            "update step set message = noise.text from (select n, {NOISE} as text from generate_series(1, 9) as n) as noise where job_number = $1 and position = n"
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(job).execute(pool).await.unwrap();
    }
    let body = json!({ "cluster": CLUSTER, "detail": "steps_and_log", "shows_cost": true, "shows_names": true, "label": "ä".repeat(80) });
    share(service, body).await.0
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn even_the_largest_shared_page_weighs_little_and_brings_no_wasm_and_no_cookie(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let path = worst_share(&service, &pool).await;
    let page = service.get(&path).send().await.unwrap().text().await.unwrap();
    assert!(page.matches("class=\"log-line").count() > 5 && page.contains("guide on iriversland2"), "{page}");
    assert!(
        !page.contains("wasm") && !page.contains("/pkg/") && page.matches("<script").count() == 1,
        "{page}"
    );
    let answer = service.get(&path).header("accept-encoding", "br").send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "br");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(!answer.headers().contains_key("set-cookie"));
    let compressed = answer.bytes().await.unwrap().len();
    let icon = page.split("id=\"icon\"").nth(1).and_then(|rest| rest.split("href=\"").nth(1)).unwrap();
    let icon = icon.split('"').next().unwrap();
    let icon = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public").join(icon.trim_start_matches('/'));
    let icon = std::fs::metadata(icon).unwrap().len() as usize;
    assert!(compressed + icon <= BUDGET, "{compressed} and {icon} bytes");
}

/// What stands between these two the first time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap().0
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_one_script_and_the_one_style_of_a_page_carry_the_nonce_of_its_header_and_each_answer_a_new_one(
    pool: PgPool,
) {
    let service = Service::real(pool).await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let mut seen = Vec::new();
    for part in ["", "", "/embed", "/wall"] {
        let answer = service.get(&format!("{path}{part}")).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let page = answer.text().await.unwrap();
        let nonce = between(&policy, "script-src 'nonce-", "'");
        assert!(policy.contains(&format!("style-src 'nonce-{nonce}'")), "{policy}");
        assert_eq!(between(&page, "<script nonce=\"", "\""), nonce);
        assert_eq!(between(&page, "<style nonce=\"", "\""), nonce);
        assert!(nonce.len() >= 20 && !seen.contains(&nonce.to_owned()), "{nonce} {seen:?}");
        seen.push(nonce.to_owned());
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_preview_tells_the_state_of_the_moment_and_its_picture_gets_a_new_address_with_it(pool: PgPool) {
    let service = Service::real(pool).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let (path, _) = share(&service, json!({ "job": job })).await;
    let preview = || async {
        let page = service.get(&path).send().await.unwrap().text().await.unwrap();
        let of = |property: &str| {
            between(&page, &format!("property=\"og:{property}\" content=\""), "\"").to_owned()
        };
        (of("title"), of("image"))
    };
    let (title, image) = preview().await;
    assert_eq!(title, "Queued – guide on iriversland2 – Cluster Head");
    assert!(image.starts_with(&format!("{}{path}/og.png?v=", service.url)), "{image}");
    assert_eq!(preview().await, (title, image.clone()), "as long as nothing changes");
    service.store.cancel(job, &Actor::new("ana", Channel::Web), None).await.unwrap();
    let (_, next) = preview().await;
    assert_ne!(next, image);
    let picture = service.get(next.trim_start_matches(&service.url)).send().await.unwrap();
    assert_eq!(
        (picture.status().as_u16(), &picture.headers()["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert_eq!(picture.headers()["cache-control"], "no-store");
    let png = picture.bytes().await.unwrap();
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() < 200_000, "{}", png.len());
}
