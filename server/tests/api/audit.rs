//! Every accepted command is one act with the caller's name on it. The commands of the API are found in the sources, so that
//! a new one cannot be forgotten here.

use std::collections::BTreeSet;

use chrono::Datelike;
use domain::cloud::{Resource, ResourceKind};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

use crate::support::{API_TOKEN, CLUSTER, SLACK_TOKEN, Service, routes};

/// What is called by whom, and what was called so far.
struct Walk {
    service: Service,
    pool: PgPool,
    done: BTreeSet<String>,
}

/// How many acts there are, and who did the last one through which door.
type Told = (i64, Option<(String, String)>);

impl Walk {
    async fn begin(pool: PgPool) -> Self {
        Self { service: Service::real(pool.clone()).await, pool, done: BTreeSet::new() }
    }

    async fn told(&self) -> Told {
        let count = sqlx::query_scalar("select count(*) from act").fetch_one(&self.pool).await.unwrap();
        let last = sqlx::query_as("select actor_name, channel from act order by act_id desc limit 1");
        (count, last.fetch_optional(&self.pool).await.unwrap())
    }

    async fn given(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&self.pool).await.unwrap();
    }

    /// No job is unfinished, and the cluster is in this state.
    async fn rests(&self, cluster: &str) {
        self.given(&format!(
            "update job set state = 'failed', outcome = 'x', started_at = now(), finished_at = now()
              where finished_at is null;
             update cluster set state = '{cluster}', size = case '{cluster}' when 'up' then 'm' end"
        ))
        .await;
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.service.request(method.parse().unwrap(), &format!("/api/v1/{path}"));
        let request = request.bearer_auth(API_TOKEN).header("idempotency-key", path.replace('/', "-"));
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// Calls a route, and sees that it was accepted and is one act of the operator.
    async fn does(&mut self, method: &str, route: &str, path: &str, body: Value) -> Value {
        let is_of_route = route
            .split('/')
            .zip(path.split('/'))
            .all(|(named, part)| named == part || named.starts_with('{'));
        assert!(is_of_route && route.split('/').count() == path.split('/').count(), "{path} is no {route}");
        let (before, _) = self.told().await;
        let (status, answer) = self.call(method, path, &body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        let name = Some(("operator".to_owned(), "api".to_owned()));
        assert_eq!(self.told().await, (before + 1, name), "{method} {path}");
        self.done.insert(format!("{method} /api/v1/{route}"));
        answer
    }

    /// The same, which comes once more and changes nothing, however that is answered.
    async fn does_once(&mut self, method: &str, route: &str, path: &str, body: Value) -> Value {
        let answer = self.does(method, route, path, body.clone()).await;
        let before = self.told().await;
        self.call(method, path, &body).await;
        assert_eq!(self.told().await, before, "{method} {path} again");
        answer
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_accepted_command_of_the_api_is_one_act_with_the_name_of_its_caller(pool: PgPool) {
    let mut walk = Walk::begin(pool).await;
    jobs(&mut walk).await;
    debts(&mut walk).await;
    schedules(&mut walk).await;
    shares(&mut walk).await;
    let changing = |route: &String| !route.starts_with("GET ");
    let all: BTreeSet<String> = routes::named_below("src/web/api").into_iter().filter(changing).collect();
    assert_eq!(walk.done, all, "a route has no call here, or is not there any more");
    let audit = walk.service.store.verify_audit().await.unwrap();
    assert_eq!(audit.head.map(|head| head.number), Ok(audit.acts));
}

async fn jobs(walk: &mut Walk) {
    let guide = json!({ "routine": "guide", "cluster": CLUSTER });
    walk.does_once("POST", "jobs", "jobs", guide).await;
    walk.does_once("POST", "jobs/{number}/cancel", "jobs/1/cancel", Value::Null).await;
    walk.rests("down").await;
    walk.service.accept("guide", None).await;
    walk.does_once("POST", "jobs/{number}/leave-up", "jobs/2/leave-up", json!({ "for": "4h" })).await;
    walk.rests("up").await;
    walk.given(
        "update step set state = case when position < 3 then 'succeeded' when position = 3 then 'failed' else 'skipped' end,
                started_at = case when position <= 3 then now() end
          where job_number = 2",
    )
    .await;
    walk.does_once("POST", "jobs/{number}/resume", "jobs/2/resume", Value::Null).await;
    walk.given(
        r#"update job set state = 'waiting', started_at = now() where job_number = 3;
           update step set state = 'waiting', started_at = now() where job_number = 3 and position = 3;
           insert into trigger (job_number, position, marker, state, intended_at, sent_at, tries, looks, candidates)
           values (3, 3, gen_random_uuid(), 'needs_person', now(), now(), 1, 2,
                   '[{"provider": "circleci", "id": "a", "number": "1", "url": "https://example.org"}]')"#,
    )
    .await;
    let answer = json!({ "says": "adopt", "run": "a" });
    walk.does_once("POST", "jobs/{number}/steps/{position}/answer", "jobs/3/steps/3/answer", answer).await;
}

async fn debts(walk: &mut Walk) {
    walk.rests("up").await;
    walk.given(&format!(
        "insert into obligation (cluster_name, state, opened_at, opened_by_job, destroys_at, teardown, next_attempt_at)
         values ('{CLUSTER}', 'open', now(), 1, now() + interval '4 hours', '[]', now() + interval '4 hours')"
    ))
    .await;
    let at = |what: &str| format!("clusters/{CLUSTER}/{what}");
    walk.does_once("POST", "clusters/{name}/extend", &at("extend"), json!({ "by": "1h" })).await;
    walk.does_once("POST", "clusters/{name}/extend/undo", &at("extend/undo"), Value::Null).await;
    let because = json!({ "because": "by hand" });
    walk.does_once("POST", "clusters/{name}/obligation/close", &at("obligation/close"), because).await;
    walk.rests("down").await;
    let shown = [(ResourceKind::Cluster, "c1", CLUSTER), (ResourceKind::Volume, "v1", "pvc-1")];
    let shown = shown.map(|(kind, id, name)| Resource {
        kind,
        id: id.into(),
        name: name.into(),
        tags: Vec::new(),
        created_at: None,
        daily: None,
        machine: None,
    });
    walk.service.store.observed(CLUSTER, &shown, None).await.unwrap();
    let volume = json!({ "kind": "volume", "id": "v1", "because": "kept" });
    walk.does_once("POST", "clusters/{name}/leftovers/accept", &at("leftovers/accept"), volume).await;
    walk.does_once("POST", "clusters/{name}/adopt", &at("adopt"), json!({ "for": "4h" })).await;
}

async fn schedules(walk: &mut Walk) {
    walk.rests("down").await;
    let schedule =
        json!({ "name": "nights", "routine": "up", "cluster": CLUSTER, "cron": "30 2 * * *", "zone": "UTC" });
    let schedule = walk.does_once("POST", "schedules", "schedules", schedule).await;
    let path = format!("schedules/{}", schedule["id"]);
    walk.does_once("PATCH", "schedules/{id}", &path, json!({ "cron": "0 9 * * *" })).await;
    walk.does_once("POST", "schedules/{id}/pause", &format!("{path}/pause"), Value::Null).await;
    walk.does_once("POST", "schedules/{id}/resume", &format!("{path}/resume"), Value::Null).await;
    walk.does_once("POST", "schedules/{id}/run", &format!("{path}/run"), Value::Null).await;
    walk.does_once("DELETE", "schedules/{id}", &path, Value::Null).await;
    let year = walk.service.store.now().await.unwrap().year() + 1;
    let freeze =
        json!({ "from": format!("{year}-12-24"), "until": format!("{year}-12-26"), "because": "Christmas" });
    let freeze = walk.does_once("POST", "freezes", "freezes", freeze).await;
    walk.does_once("DELETE", "freezes/{id}", &format!("freezes/{}", freeze["id"]), Value::Null).await;
}

async fn shares(walk: &mut Walk) {
    // The same ask again is another link.
    let share = walk.does("POST", "shares", "shares", json!({ "cluster": CLUSTER })).await;
    walk.does_once("DELETE", "shares/{id}", &format!("shares/{}", share["id"]), Value::Null).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_refused_command_is_no_act(pool: PgPool) {
    let walk = Walk::begin(pool).await;
    for (path, body) in [
        ("jobs", json!({ "routine": "deploy", "cluster": CLUSTER, "service": "slack-middleware" })),
        ("jobs", json!({ "routine": "guide", "cluster": "moon" })),
        ("jobs/1/cancel", Value::Null),
    ] {
        let (status, answer) = walk.call("POST", path, &body).await;
        assert!(status >= 400, "{path}: {answer}");
    }
    assert_eq!(walk.told().await, (0, None));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_and_a_word_in_slack_are_acts_too_and_the_page_tells_none_of_the_starts(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    let place = service.press("/actions/start-cluster", &[("cluster", CLUSTER), ("size", "s")]).await;
    assert_eq!(place, "/jobs/1");
    let said = [
        ("token", SLACK_TOKEN),
        ("trigger_word", "ddd"),
        ("text", "ddd"),
        ("user_id", "U1"),
        ("user_name", "ana"),
        ("channel_id", "C1"),
        ("timestamp", "1"),
    ];
    for _ in 0..2 {
        assert_eq!(service.post("/slack/provision").form(&said).send().await.unwrap().status(), 200);
    }
    let acts: Vec<(String, String, String, i64)> =
        sqlx::query_as("select actor_name, channel, what, job_number from act order by act_id")
            .fetch_all(&pool)
            .await
            .unwrap();
    let told = acts.iter().map(|(name, channel, what, job)| format!("{name} {channel} {what} {job}"));
    assert_eq!(told.collect::<Vec<_>>(), ["operator web start up (s) 1", "ana slack start down 2"]);
    let (_, page) = service.page(&format!("/clusters/{CLUSTER}")).await;
    assert!(!page.contains("Who did what"), "{page}");
}
