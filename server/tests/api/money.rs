//! Budgets, costs and receipts: by the pages, over the API, from Slack.

use reqwest::header::{ACCEPT, COOKIE};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{ADMIN_API_TOKEN, ADMIN_PASSWORD, API_TOKEN, CLUSTER, PASSWORD, SLACK_TOKEN, Service};

async fn with_budget(pool: PgPool, budget: &str) -> Service {
    Service::real_with(pool, |catalogue| catalogue.budget = Some(budget.parse().unwrap())).await
}

/// Some cluster has cost thousands since the month began.
async fn is_spent(pool: &PgPool) {
    sqlx::raw_sql(
        "insert into cluster (cluster_name) values ('elsewhere');
         insert into up_time (cluster_name, size, machine, nodes, hourly, monthly, price_source, prices_of, began_at)
         values ('elsewhere', 'l', 's-4vcpu-8gb', 1, 60000, 1000000, 'config', '2026-11-20', date_trunc('month', now() at time zone 'utc') at time zone 'utc')",
    )
    .execute(pool)
    .await
    .unwrap();
}

async fn ask(service: &Service, token: &str, routine: &str) -> (u16, Value) {
    let body = json!({ "routine": routine, "cluster": CLUSTER });
    let answer = service.post("/api/v1/jobs").bearer_auth(token).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn get(service: &Service, path: &str) -> (u16, Value) {
    let answer = service.get(path).bearer_auth(API_TOKEN).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Presses Start as whoever has this password; where it leads, and that page.
async fn press(service: &Service, password: &str) -> (String, u16, String) {
    let cookie = service.sign_in_with(password).await;
    let form = service.submit("/actions/start-cluster", &[("cluster", CLUSTER), ("size", "s")]);
    let answer = form.header(COOKIE, &cookie).header(ACCEPT, "text/html").send().await.unwrap();
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    let page = service.get_with(&cookie, &place).await;
    (place, page.status().as_u16(), page.text().await.unwrap())
}

async fn say(service: &Service, word: &str) -> String {
    let form = [
        ("token", SLACK_TOKEN),
        ("trigger_word", word),
        ("text", word),
        ("timestamp", "1"),
        ("user_id", "U1"),
        ("user_name", "ana"),
        ("channel_id", "C1"),
        ("team_domain", "acme"),
    ];
    let answer = service.post("/slack/provision").form(&form).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    body["text"].as_str().unwrap_or_default().to_owned()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn over_the_budget_an_operator_starts_nothing_through_any_door_and_is_told_why(pool: PgPool) {
    let service = with_budget(pool.clone(), "15").await;
    is_spent(&pool).await;
    for routine in ["up", "guide"] {
        let (status, answer) = ask(&service, API_TOKEN, routine).await;
        assert_eq!((status, &answer["error"]["code"]), (403, &json!("over_budget")), "{answer}");
        let told = answer["error"]["message"].as_str().unwrap();
        assert!(told.starts_with("The budget of $15.00 for "), "{told}");
        assert!(told.ends_with("An admin can start all the same. Nothing was started."), "{told}");
    }
    let told = say(&service, "kkk").await;
    assert!(told.contains("is used up") && told.ends_with("Nothing was started."), "{told}");
    let (place, status, page) = press(&service, PASSWORD).await;
    assert_eq!((place.as_str(), status), ("/clusters/iriversland2/start?problem=budget&size=s", 403));
    assert!(
        page.contains("There is no budget left") && page.contains("An admin can start all the same."),
        "{page}"
    );
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_admin_may_start_over_the_budget_and_the_form_says_so(pool: PgPool) {
    let service = with_budget(pool.clone(), "15").await;
    is_spent(&pool).await;
    let cookie = service.sign_in_with(ADMIN_PASSWORD).await;
    let form = service.get_with(&cookie, &format!("/clusters/{CLUSTER}/start")).await.text().await.unwrap();
    assert!(form.contains("As an admin you can start all the same."), "{form}");
    assert_eq!(ask(&service, ADMIN_API_TOKEN, "up").await.0, 201);
    assert_eq!(press(&service, ADMIN_PASSWORD).await.0, "/jobs/2");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_budget_never_keeps_anything_from_being_destroyed_or_resumed_to_that_end(pool: PgPool) {
    let service = with_budget(pool.clone(), "15").await;
    is_spent(&pool).await;
    sqlx::query("update cluster set state = 'up', size = 'm' where cluster_name = $1")
        .bind(CLUSTER)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(ask(&service, API_TOKEN, "down").await.0, 201);
    // A job that brought something up is not taken up again from a step that does.
    let guide = service.accept("guide", None).await;
    for sql in [
        "update job set state = 'failed', outcome = 'x', started_at = now(), finished_at = now() where job_number = $1",
        "update step set state = 'failed' where job_number = $1 and position = 3",
        "update step set state = 'succeeded' where job_number = $1 and position < 3",
    ] {
        sqlx::query(sql).bind(guide).execute(&pool).await.unwrap();
    }
    let resume = async |from: i32| {
        let request = service.post(&format!("/api/v1/jobs/{guide}/resume")).bearer_auth(API_TOKEN);
        request.json(&json!({ "from": from })).send().await.unwrap().status().as_u16()
    };
    assert_eq!(resume(1).await, 403);
    assert_eq!(resume(3).await, 201);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_budget_of_zero_lets_nobody_start_anything_and_says_so(pool: PgPool) {
    let service = with_budget(pool, "0").await;
    for token in [API_TOKEN, ADMIN_API_TOKEN] {
        let (status, answer) = ask(&service, token, "up").await;
        assert_eq!(status, 403);
        let told = answer["error"]["message"].as_str().unwrap();
        assert!(
            told.starts_with("The budget is $0.00: nobody may start a cluster, not even an admin"),
            "{told}"
        );
    }
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn within_the_budget_everybody_starts_and_the_month_is_shown_with_its_limit(pool: PgPool) {
    let service = with_budget(pool.clone(), "15").await;
    assert_eq!(ask(&service, API_TOKEN, "up").await.0, 201);
    let (_, costs) = get(&service, "/api/v1/costs").await;
    assert_eq!(
        (&costs["so_far"], &costs["budget"], &costs["is_estimate"]),
        (&json!("0.00"), &json!("15"), &json!(true))
    );
    is_spent(&pool).await;
    let (_, costs) = get(&service, "/api/v1/costs").await;
    assert!(costs["so_far"].as_str().unwrap().parse::<Decimal>().unwrap() >= Decimal::from(1_000), "{costs}");
    let cookie = service.sign_in().await;
    let page = service.get_with(&cookie, "/").await.text().await.unwrap();
    assert!(page.contains(r#"id="this-month" class="notice tone-bad""#), "{page}");
    assert!(page.contains("(limit $15.00)") && page.contains("Not an invoice."), "{page}");
}

/// A middle cluster was up for an hour, and its debt stands.
pub async fn was_up(service: &Service, pool: &PgPool) -> i64 {
    let job = service.accept("up", None).await;
    for sql in [
        "update job set state = 'succeeded', outcome = 'Up.', started_at = now() - interval '1 hour', finished_at = now() - interval '55 min' where job_number = $1",
        "insert into obligation (cluster_name, state, opened_at, opened_by_job, destroys_at, teardown, next_attempt_at)
         select cluster_name, 'open', now() - interval '1 hour', job_number, now() + interval '3 hours', '[]', now() + interval '3 hours'
           from job where job_number = $1",
        "insert into up_time (cluster_name, size, machine, nodes, hourly, monthly, price_source, prices_of, job_number, began_at)
         select cluster_name, 'm', 's-2vcpu-4gb', 1, 0.6, 400, 'digitalocean', '2026-11-22', job_number, now() - interval '1 hour'
           from job where job_number = $1",
        "update cluster set state = 'up', size = 'm' where $1 = $1 and cluster_name = 'iriversland2'",
    ] {
        sqlx::query(sql).bind(job).execute(pool).await.unwrap();
    }
    job
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_and_a_job_say_what_they_cost_and_that_it_is_an_estimate(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let job = was_up(&service, &pool).await;
    let (_, cluster) = get(&service, &format!("/api/v1/clusters/{CLUSTER}")).await;
    let cost = &cluster["cost"];
    let so_far: Decimal = cost["so_far"].as_str().unwrap().parse().unwrap();
    let at_most: Decimal = cost["at_most"].as_str().unwrap().parse().unwrap();
    // The clock goes on while the test runs, so a minute more may have begun.
    assert!(["0.60", "0.61", "0.62"].iter().any(|sum| so_far == sum.parse().unwrap()), "{cost}");
    assert!(at_most > "2.39".parse().unwrap() && at_most < "2.43".parse().unwrap(), "{cost}");
    assert_eq!(
        (&cost["is_estimate"], &cost["prices_from"], &cost["prices_of"]),
        (&json!(true), &json!("digitalocean"), &json!("2026-11-22"))
    );
    let (_, shown) = get(&service, &format!("/api/v1/jobs/{job}")).await;
    assert!(["0.05", "0.06"].iter().any(|sum| shown["cost"]["so_far"] == *sum), "{shown}");
    let cookie = service.sign_in().await;
    let page = service.get_with(&cookie, &format!("/clusters/{CLUSTER}")).await.text().await.unwrap();
    assert!(page.contains(" so far<!>, at most $2.4") && page.contains(" if it is destroyed by "), "{page}");
    assert!(page.contains("list prices of 2026-11-22. Not an invoice."), "{page}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_debt_that_a_person_takes_over_ends_the_meter_and_leaves_a_receipt_that_stays(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    was_up(&service, &pool).await;
    assert_eq!(get(&service, "/api/v1/receipts").await.1["items"], json!([]));
    let close = service.post(&format!("/api/v1/clusters/{CLUSTER}/obligation/close")).bearer_auth(API_TOKEN);
    let closed = close.json(&json!({ "because": "moved away" })).send().await.unwrap();
    assert_eq!(closed.status(), 200);
    let closed: Value = closed.json().await.unwrap();
    let number = closed["receipt"].as_i64().unwrap();

    let (status, receipt) = get(&service, &format!("/api/v1/receipts/{number}")).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&receipt["closed_by"], &receipt["closed_because"]),
        (&json!("operator"), &json!("moved away"))
    );
    assert_eq!((&receipt["evidence"], &receipt["is_estimate"]), (&Value::Null, &json!(true)));
    assert_eq!(receipt["up_times"][0]["prices_from"], "digitalocean");
    assert!(
        receipt["up_times"][0]["until"].is_string() && receipt["started_by"] == "ana (Slack)",
        "{receipt}"
    );
    assert_eq!(get(&service, "/api/v1/receipts").await.1["items"], json!([receipt]));

    let cookie = service.sign_in().await;
    let page = service.get_with(&cookie, &format!("/receipts/{number}")).await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("operator took the debt over: moved away."), "{page}");
    let list = service.get_with(&cookie, "/receipts").await.text().await.unwrap();
    assert!(list.contains(&format!("href=\"/receipts/{number}\"")), "{list}");
    let cluster = service.get_with(&cookie, &format!("/clusters/{CLUSTER}")).await.text().await.unwrap();
    assert!(cluster.contains(&format!("href=\"/receipts/{number}\"")), "{cluster}");

    for change in ["update receipt set cost = 0", "delete from receipt", "truncate receipt cascade"] {
        let refused = sqlx::query(change).execute(&pool).await.unwrap_err();
        assert!(refused.to_string().contains("a receipt is never changed"), "{change}: {refused}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_receipt_or_a_filter_that_does_not_exist_is_told(pool: PgPool) {
    let service = Service::real(pool).await;
    let cookie = service.sign_in().await;
    for number in ["1", "0", "-1", "x", "99999999999999999999", "%00"] {
        let (status, answer) = get(&service, &format!("/api/v1/receipts/{number}")).await;
        assert_eq!((status, &answer["error"]["code"]), (404, &json!("not_found")), "{number}");
        assert_eq!(service.get_with(&cookie, &format!("/receipts/{number}")).await.status(), 404, "{number}");
    }
    for query in ["limit=0", "limit=101", "before=x", "cluster=nope", "state=failed"] {
        assert_eq!(get(&service, &format!("/api/v1/receipts?{query}")).await.0, 422, "{query}");
    }
    assert_eq!(service.get_with(&cookie, "/receipts?cluster=%00&before=x").await.status(), 200);
}
