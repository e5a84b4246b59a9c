//! Who somebody is follows from what was shown: the operator's keys or an admin's.

use reqwest::header::{ACCEPT, COOKIE};
use sqlx::PgPool;

use crate::support::{ADMIN_API_TOKEN, ADMIN_PASSWORD, API_TOKEN, CLUSTER, PASSWORD, Service};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_password_decides_whether_one_is_the_operator_or_an_admin(pool: PgPool) {
    let service = Service::real(pool).await;
    for (password, name) in [(PASSWORD, "operator"), (ADMIN_PASSWORD, "admin")] {
        let cookie = service.sign_in_with(password).await;
        let page = service.get_with(&cookie, "/jobs").await.text().await.unwrap();
        assert!(page.contains(&format!("<span class=\"chip\">{name}</span>")), "{name}: {page}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_act_has_the_name_of_its_role_on_it(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in_with(ADMIN_PASSWORD).await;
    let press = service.submit("/actions/start-cluster", &[("cluster", CLUSTER), ("size", "s")]);
    let answer = press.header(COOKIE, &cookie).header(ACCEPT, "text/html").send().await.unwrap();
    assert_eq!(answer.headers()["location"], "/jobs/1");
    let body = serde_json::json!({ "routine": "down", "cluster": CLUSTER });
    for token in [ADMIN_API_TOKEN, API_TOKEN] {
        let answer = service.post("/api/v1/jobs").bearer_auth(token).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
    }
    let mut names = Vec::new();
    for number in 1..=3 {
        names.push(service.store.job(number).await.unwrap().unwrap().job.actor.to_string());
    }
    assert_eq!(names, ["admin", "admin (API)", "operator (API)"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_session_of_an_admin_opens_no_api(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in_with(ADMIN_PASSWORD).await;
    assert_eq!(service.get("/api/v1/jobs").header(COOKIE, &cookie).send().await.unwrap().status(), 401);
    assert_eq!(service.get("/jobs").bearer_auth(ADMIN_API_TOKEN).send().await.unwrap().status(), 401);
}
