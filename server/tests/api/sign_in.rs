//! Signing in and out.

use reqwest::header::{COOKIE, SET_COOKIE};
use sqlx::PgPool;

use crate::support::{PASSWORD, Service};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_wrong_password_opens_nothing_and_leads_back_to_the_form(pool: PgPool) {
    let service = Service::real(pool).await;
    for wrong in ["", "guess", "correct horse batter"] {
        let answer =
            service.submit("/login", &[("password", wrong), ("next", "/jobs")]).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], "/login?problem=password&next=%2Fjobs");
        assert!(!answer.headers().contains_key(SET_COOKIE));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn after_ten_wrong_passwords_not_even_the_right_one_is_listened_to(pool: PgPool) {
    let service = Service::real(pool).await;
    for _ in 0..10 {
        service.submit("/login", &[("password", "guess")]).send().await.unwrap();
    }
    let answer = service.submit("/login", &[("password", PASSWORD)]).send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/login?problem=wait");
    assert!(!answer.headers().contains_key(SET_COOKIE));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_right_password_opens_a_session_in_a_careful_cookie(pool: PgPool) {
    let service = Service::real(pool).await;
    let answer = service.submit("/login", &[("password", PASSWORD), ("next", "/jobs")]).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/jobs");
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    for part in ["__Host-cluster_head=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let page = service.get_with(cookie.split(';').next().unwrap(), "/jobs").await;
    assert_eq!(page.status(), 200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn after_signing_in_one_never_leaves_for_another_site(pool: PgPool) {
    let service = Service::real(pool).await;
    for next in
        ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/", "/a\r\nX-A: b"]
    {
        let answer =
            service.submit("/login", &[("password", PASSWORD), ("next", next)]).send().await.unwrap();
        assert_eq!(answer.headers()["location"], "/", "{next:?}");
        assert!(!answer.headers().contains_key("x-a"));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn each_sign_in_is_a_new_session_and_ends_the_one_before(pool: PgPool) {
    let service = Service::real(pool).await;
    let first = service.sign_in().await;
    let again =
        service.submit("/login", &[("password", PASSWORD)]).header(COOKIE, &first).send().await.unwrap();
    let second = again.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_ne!(first, second);
    assert_eq!(service.get_with(&first, "/jobs").await.status(), 303);
    assert_eq!(service.get_with(&second, "/jobs").await.status(), 200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cookie_that_somebody_made_up_is_not_taken_over(pool: PgPool) {
    let service = Service::real(pool).await;
    let made_up = format!("__Host-cluster_head={}", "0".repeat(64));
    let answer =
        service.submit("/login", &[("password", PASSWORD)]).header(COOKIE, &made_up).send().await.unwrap();
    assert!(!answer.headers()[SET_COOKIE].to_str().unwrap().starts_with(&made_up));
    assert_eq!(service.get_with(&made_up, "/jobs").await.status(), 303);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn after_signing_out_the_cookie_opens_nothing(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in().await;
    let answer = service.submit("/logout", &[]).header(COOKIE, &cookie).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (303, &"/login".parse().unwrap()));
    assert!(answer.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(service.get_with(&cookie, "/jobs").await.status(), 303);
    assert_eq!(
        service.get("/events?topics=jobs").header(COOKIE, &cookie).send().await.unwrap().status(),
        401
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_page_that_was_asked_for_is_come_back_to(pool: PgPool) {
    let service = Service::real(pool).await;
    let answer = service.get("/jobs?state=failed").header("accept", "text/html").send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/login?next=%2Fjobs%3Fstate%3Dfailed");
}
