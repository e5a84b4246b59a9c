//! Words from Slack.

use server::web::auth::Access;
use sqlx::PgPool;

use crate::support::{SLACK_TOKEN, Service};

const TYPED: [(&str, &str); 6] = [
    ("token", SLACK_TOKEN),
    ("trigger_word", "kkk"),
    ("user_id", "U1"),
    ("user_name", "ana"),
    ("channel_id", "C1"),
    ("team_domain", "acme"),
];

async fn say(service: &Service, text: &str, timestamp: &str) -> (u16, String) {
    let mut form = TYPED.to_vec();
    form.extend([("text", text), ("timestamp", timestamp)]);
    let answer = service.post("/slack/provision").form(&form).send().await.unwrap();
    let status = answer.status().as_u16();
    let body: serde_json::Value = answer.json().await.unwrap();
    (status, body["text"].as_str().unwrap_or_default().to_owned())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_does_not_know_the_token_gets_401_and_nothing_is_done(pool: PgPool) {
    let service = Service::real(pool).await;
    for token in ["", "wrong", &SLACK_TOKEN[..8], "demo"] {
        let form = [("token", token), ("text", "kkk")];
        assert_eq!(
            service.post("/slack/provision").form(&form).send().await.unwrap().status(),
            401,
            "{token}"
        );
    }
    assert_eq!(service.post("/slack/provision").form(&[("text", "kkk")]).send().await.unwrap().status(), 401);
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_configured_token_no_token_is_right(pool: PgPool) {
    let service = Service::start(pool, Access::Demo { api_token: "demo".into() }, None).await;
    for token in ["", SLACK_TOKEN, "demo"] {
        let form = [("token", token), ("text", "kkk")];
        assert_eq!(
            service.post("/slack/provision").form(&form).send().await.unwrap().status(),
            401,
            "{token:?}"
        );
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_word_that_is_not_known_is_answered_with_the_known_ones(pool: PgPool) {
    let service = Service::real(pool).await;
    let (status, text) = say(&service, "<!channel> & co", "1").await;
    assert_eq!(status, 200);
    assert!(text.starts_with("There is no command \"&lt;!channel&gt; &amp; co\"."), "{text}");
    assert!(text.contains("kkk[:s|m|l]") && text.contains("guide"), "{text}");
    assert!(text.ends_with("Nothing was started."), "{text}");
    let (_, text) = say(&service, "kkk:xl", "2").await;
    assert_eq!(text, "In \"kkk\": \"xl\" is no size; known: s, m, l. Nothing was started.");
    let (_, text) = say(&service, "ddd", "3").await;
    assert_eq!(text, "iriversland2 is already down. Nothing was started.");
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_word_becomes_a_job_with_the_name_of_who_typed_it(pool: PgPool) {
    let service = Service::real(pool).await;
    let (status, text) = say(&service, " KKK : M ", "1").await;
    assert_eq!(status, 200);
    let accepted = format!("Job #1 accepted: up (m) on iriversland2. {}/jobs/1", service.url);
    let end = text.strip_prefix(&accepted).unwrap_or_else(|| panic!("{text}"));
    assert!(
        end.starts_with(" It is destroyed at ") && end.ends_with(" UTC at the latest (in 4 h)."),
        "{text}"
    );
    let job = service.store.job(1).await.unwrap().unwrap().job;
    assert_eq!(job.actor.to_string(), "ana (Slack)");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_slack_sends_again_is_the_same_job(pool: PgPool) {
    let service = Service::real(pool).await;
    let (first, again) = tokio::join!(say(&service, "kkk:m", "1"), say(&service, "kkk:m", "1"));
    assert_eq!(first, again);
    assert_eq!(service.number_of_jobs().await, 1);
    say(&service, "kkk:m", "2").await;
    assert_eq!(service.number_of_jobs().await, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_word_that_has_to_wait_is_told_for_what(pool: PgPool) {
    let service = Service::real(pool).await;
    let first = service.accept("up", None).await;
    let (_, text) = say(&service, "guide", "1").await;
    let wait = format!(" It waits for job #{first}: only one job at a time is at work on a cluster.");
    assert!(
        text.starts_with("Job #2 accepted: guide (l) on iriversland2.") && text.ends_with(&wait),
        "{text}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn slacks_own_messages_are_not_answered(pool: PgPool) {
    let service = Service::real(pool).await;
    let form = [("token", SLACK_TOKEN), ("text", "kkk"), ("user_id", "USLACKBOT")];
    let answer = service.post("/slack/provision").form(&form).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, "{}"));
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_as_curl_sends_it_is_understood_too(pool: PgPool) {
    let service = Service::real(pool).await;
    let part = |name: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body =
        format!("{}{}{}--x--\r\n", part("token", SLACK_TOKEN), part("text", ""), part("trigger_word", "kkk"));
    let request =
        service.post("/slack/provision").header("content-type", "multipart/form-data; boundary=x").body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("Job #1 accepted: up (l) on iriversland2."));
}
