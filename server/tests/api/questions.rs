//! Answering what a job asks, by its buttons and over the API.

use domain::actor::{Actor, Channel};
use domain::order::{Ask, PlannedStep};
use domain::step::{Action, Phase, Verdict};
use serde_json::{Value, json};
use sqlx::PgPool;
use store::Terms;

use crate::support::{API_TOKEN, CLUSTER, Service};

const FORM: &str = "/actions/answer-question";

/// A job that waits at step 1 for somebody to approve.
async fn asks_for_approval(service: &Service, pool: &PgPool, question: &str) -> i64 {
    let ask =
        Ask { routine: "up".into(), cluster: CLUSTER.into(), size: None, service: None, lifetime: None };
    let mut order = service.catalogue.order(&ask).unwrap();
    let action = Action::Approval {
        question: question.into(),
        time_limit_minutes: 60,
        without_answer: Verdict::Refuse,
    };
    order.steps.insert(0, PlannedStep { phase: Phase::Forward, title: question.into(), action });
    sqlx::query("update cluster set state = 'up', size = 'l'").execute(pool).await.unwrap();
    let ana = Actor::new("ana", Channel::Slack);
    let number = service.store.accept(&order, &ana, &Terms::default()).await.unwrap().number;
    waits(pool, number).await;
    number
}

/// A job that waits at step 1 for somebody to say which run is ours.
async fn asks_which_run(service: &Service, pool: &PgPool, title: &str) -> i64 {
    let number = service.accept("up", None).await;
    waits(pool, number).await;
    let run =
        |id: &str| json!({ "provider": "circleci", "id": id, "number": title, "url": "javascript:alert(1)" });
    sqlx::query(
        "insert into trigger (job_number, position, marker, state, intended_at, sent_at, tries, looks, candidates)
         values ($1, 1, gen_random_uuid(), 'needs_person', now(), now(), 1, 2, $2)",
    )
    .bind(number)
    .bind(json!([run("a"), run("b")]))
    .execute(pool)
    .await
    .unwrap();
    number
}

async fn waits(pool: &PgPool, number: i64) {
    for sql in [
        "update job set state = 'waiting', started_at = now() where job_number = $1",
        "update step set state = 'waiting', started_at = now() where job_number = $1 and position = 1",
    ] {
        sqlx::query(sql).bind(number).execute(pool).await.unwrap();
    }
}

async fn answer(service: &Service, path: &str, body: Value) -> (u16, Value) {
    let request = service.post(&format!("/api/v1/jobs/{path}/answer")).bearer_auth(API_TOKEN);
    let answer = request.json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_asks_nothing_takes_no_answer(pool: PgPool) {
    let service = Service::real(pool).await;
    let number = service.accept("up", None).await;
    for (path, status, code) in [
        ("999/steps/1".to_owned(), 404, "not_found"),
        (format!("{number}/steps/99"), 404, "not_found"),
        (format!("{number}/steps/x"), 404, "not_found"),
        (format!("{number}/steps/1"), 409, "nothing_asked"),
    ] {
        let (found, answer) = answer(&service, &path, json!({ "says": "approve" })).await;
        assert_eq!((found, &answer["error"]["code"]), (status, &json!(code)), "{path}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_no_answer_to_the_question_is_refused(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let path = format!("{}/steps/1", asks_for_approval(&service, &pool, "Go on?").await);
    for (body, code) in [
        (json!({}), "bad_field"),
        (json!({ "says": 1 }), "bad_field"),
        (json!({ "says": "yes" }), "no_answer"),
        (json!({ "says": "adopt" }), "no_answer"),
        (json!({ "says": "give_up" }), "no_answer"),
        (json!({ "says": "adopt", "run": "a" }), "no_answer"),
    ] {
        let (status, answer) = answer(&service, &path, body.clone()).await;
        assert_eq!((status, &answer["error"]["code"]), (422, &json!(code)), "{body}");
        assert!(answer["error"]["message"].as_str().unwrap().ends_with("Nothing was changed."), "{answer}");
    }
    assert!(service.store.acts(CLUSTER, 10).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_open_question_is_shown_with_its_candidates_and_is_answered_once(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let number = asks_which_run(&service, &pool, "243").await;
    let shown = service.get(&format!("/api/v1/jobs/{number}")).bearer_auth(API_TOKEN).send().await.unwrap();
    let job: Value = shown.json().await.unwrap();
    let question = &job["steps"][0]["question"];
    assert_eq!((&question["asks"], &question["text"]), (&json!("which_run"), &Value::Null));
    assert_eq!(question["candidates"][1]["id"], "b");
    assert_eq!(job["steps"][1]["question"], Value::Null);
    assert_eq!(job["steps"][0]["attempt"], 1);

    let path = format!("{number}/steps/1");
    let (status, _) = answer(&service, &path, json!({ "says": "adopt", "run": "c" })).await;
    assert_eq!(status, 422, "no such candidate");
    let (status, job) = answer(&service, &path, json!({ "says": "adopt", "run": "b" })).await;
    assert_eq!((status, &job["steps"][0]["question"]), (202, &Value::Null));
    let (status, again) = answer(&service, &path, json!({ "says": "give_up" })).await;
    assert_eq!((status, &again["error"]["code"]), (409, &json!("nothing_asked")));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_question_stands_on_the_job_and_on_the_cluster_with_its_buttons(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let hostile = "<script>alert(1)</script>";
    let number = asks_for_approval(&service, &pool, hostile).await;
    for path in [format!("/jobs/{number}"), "/".to_owned(), format!("/clusters/{CLUSTER}")] {
        let page = service.page(&path).await.1;
        assert!(page.contains("Waits for an answer") && page.contains(">Approve</button>"), "{path}: {page}");
        assert!(!page.contains(hostile), "{path}");
    }
    let job = number.to_string();
    for _ in 0..2 {
        let place = service.press(FORM, &[("job", &job), ("step", "1"), ("says", "approve")]).await;
        assert_eq!(place, format!("/jobs/{number}"), "to press twice is no mistake");
    }
    let place = service.press(FORM, &[("job", &job), ("step", "1"), ("says", "refuse")]).await;
    let (status, page) = service.page(&place).await;
    assert_eq!(status, 409);
    assert!(page.contains("Step 1 of job #1 asks nothing, or was answered before."), "{page}");
    assert_eq!(service.store.acts(CLUSTER, 10).await.unwrap().len(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn each_run_has_a_button_and_an_address_that_is_none_is_no_link(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let number = asks_which_run(&service, &pool, "\"><img src=x>").await;
    let (_, page) = service.page(&format!("/jobs/{number}")).await;
    assert_eq!(page.matches(r#"name="run""#).count(), 2, "{page}");
    assert!(!page.contains("javascript:") && !page.contains("<img"), "{page}");
    let place = service.press(FORM, &[("job", &number.to_string()), ("step", "1"), ("run", "b")]).await;
    assert_eq!(place, format!("/jobs/{number}"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn junk_from_a_form_answers_nothing(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let number = asks_for_approval(&service, &pool, "Go on?").await.to_string();
    for (step, says) in [("1", "yes"), ("1", ""), ("x", "approve"), ("-1", "approve"), ("99", "approve")] {
        let place = service.press(FORM, &[("job", &number), ("step", step), ("says", says)]).await;
        assert!(place.starts_with("/jobs/1?problem=answer"), "{step} {says}: {place}");
    }
    assert!(service.store.acts(CLUSTER, 10).await.unwrap().is_empty());
}
