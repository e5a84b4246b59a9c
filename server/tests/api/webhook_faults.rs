//! Webhooks of CircleCI on the whole way, from the simulator to the end of a job: what comes of them when they are lost,
//! repeated, late, early or made up. The CI is looked at once an hour here, unless a test says otherwise, so that only a
//! webhook can make a job go on.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use simulator::{Answer, Endpoint, Fault, FaultKind, LogEntry, Settings, Simulator};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::support::CLUSTER;
use crate::whole_way::demo_settings;

const ONCE_AN_HOUR: TimeDelta = TimeDelta::hours(1);
const OFTEN: TimeDelta = TimeDelta::milliseconds(100);
/// What brings a cluster up.
const UP: [&str; 2] = ["release-cluster", "release"];
const PATIENCE: Duration = Duration::from_secs(60);

struct Whole {
    pool: PgPool,
    simulator: Simulator,
    url: String,
    client: reqwest::Client,
    _stops_when_dropped: oneshot::Sender<()>,
}

impl Whole {
    async fn start(pool: PgPool, speed: f64, poll: TimeDelta) -> Self {
        let simulator = Simulator::start(Settings { speed, ..Settings::default() }).await.unwrap();
        let (mut settings, catalogue) = demo_settings(&pool, &simulator);
        settings.pace.poll = poll;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        simulator.send_hooks_to(&format!("{url}/webhooks/circleci"), "demo");
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server::serve(settings, catalogue, listener, async {
            let _ = stopped.await;
        }));
        Self { pool, simulator, url, client: reqwest::Client::new(), _stops_when_dropped: stop }
    }

    async fn up(&self) {
        let body = json!({ "routine": "up", "cluster": CLUSTER, "size": "s" });
        let asked = self.client.post(format!("{}/api/v1/jobs", self.url)).bearer_auth("demo").json(&body);
        assert_eq!(asked.send().await.unwrap().status(), 201);
    }

    /// Brings the cluster up while this strikes every webhook, and sees that everything was done once.
    async fn up_with(&self, kind: FaultKind) {
        self.simulator.inject(Fault::on(Endpoint::CircleciHook, kind).every()).unwrap();
        self.up().await;
        self.is_up().await;
        self.each_is_done_once().await;
    }

    async fn each_is_done_once(&self) {
        let done = self.simulator.effective_runs().into_iter().filter_map(|run| run.branch);
        assert_eq!(done.collect::<Vec<_>>(), UP);
        let ends = "select count(*) from check_in where text like '%succeeded%' and position is not null";
        assert_eq!(self.count(ends).await, 2, "each step ends once");
    }

    async fn is_up(&self) {
        self.until("the cluster is up", async || {
            let job = self.client.get(format!("{}/api/v1/jobs/1", self.url)).bearer_auth("demo");
            let job: Value = job.send().await.unwrap().json().await.unwrap();
            (job["state"] == "succeeded").then_some(())
        })
        .await;
    }

    async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }

    fn log_of(&self, endpoint: Endpoint) -> Vec<LogEntry> {
        let is_of = |entry: &LogEntry| entry.endpoint == Some(endpoint.name());
        self.simulator.log().into_iter().filter(is_of).collect()
    }

    async fn until<T>(&self, what: &str, condition: impl AsyncFn() -> Option<T>) -> T {
        let waited = tokio::time::timeout(PATIENCE, async {
            let mut often = tokio::time::interval(Duration::from_millis(20));
            loop {
                if let Some(found) = condition().await {
                    return found;
                }
                often.tick().await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn webhooks_that_never_come_cost_only_time(pool: PgPool) {
    let whole = Whole::start(pool, 3_600.0, OFTEN).await;
    whole.up_with(FaultKind::HookLost).await;
    assert_eq!(whole.log_of(Endpoint::CircleciHook).len(), 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn forged_webhooks_are_refused_and_change_nothing(pool: PgPool) {
    let whole = Whole::start(pool, 3_600.0, OFTEN).await;
    whole.up_with(FaultKind::HookForged).await;
    let hooks = whole
        .until("the webhooks were answered", async || {
            let hooks = whole.log_of(Endpoint::CircleciHook);
            (hooks.len() == 3).then_some(hooks)
        })
        .await;
    assert!(hooks.iter().all(|hook| hook.answer == Answer::Status(401)), "{hooks:?}");
    assert_eq!(whole.count("select count(*) from delivery").await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn webhooks_that_come_ten_times_make_a_job_go_on_once(pool: PgPool) {
    let whole = Whole::start(pool, 3_600.0, ONCE_AN_HOUR).await;
    whole.up_with(FaultKind::HookTenTimes).await;
    let deliveries = "select count(*) from delivery";
    whole
        .until("all were answered", async || (whole.log_of(Endpoint::CircleciHook).len() == 30).then_some(()))
        .await;
    assert_eq!(whole.count(deliveries).await, 3, "one for each workflow");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn webhooks_that_say_that_it_is_tomorrow_are_hints_like_others(pool: PgPool) {
    Whole::start(pool, 3_600.0, ONCE_AN_HOUR).await.up_with(FaultKind::HookFromTomorrow).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn webhooks_that_come_out_of_order_are_hints_like_others(pool: PgPool) {
    let whole = Whole::start(pool, 3_600.0, ONCE_AN_HOUR).await;
    // Of the two workflows of the second step, the one that ends first is told last.
    let late = Fault::on(Endpoint::CircleciHook, FaultKind::HookLate).branch("release").seconds(0.5);
    whole.simulator.inject(late).unwrap();
    whole.up().await;
    whole.is_up().await;
    whole
        .until("the late one has come too", async || {
            (whole.log_of(Endpoint::CircleciHook).len() == 3).then_some(())
        })
        .await;
    whole.each_is_done_once().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_webhook_that_comes_before_the_answer_of_its_trigger_is_heeded_once_the_run_is_named(pool: PgPool) {
    // Nothing ends before the test says so.
    let whole = Whole::start(pool, 0.0, ONCE_AN_HOUR).await;
    whole.simulator.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::HookEarly)).unwrap();
    whole.up().await;
    whole
        .until("the run is looked at", async || {
            let is_heeded =
                whole.count("select count(*) from delivery where heeded_at is not null").await == 1;
            is_heeded.then_some(())
        })
        .await;
    assert!(!whole.log_of(Endpoint::CircleciWorkflows).is_empty());
    let ended = whole.count("select count(*) from step where finished_at is not null").await;
    assert_eq!(ended, 0, "that it has ended is what only the webhook says");

    for branch in UP {
        whole
            .until("the run has begun", async || {
                let runs = whole.simulator.effective_runs();
                runs.iter().any(|run| run.branch.as_deref() == Some(branch)).then_some(())
            })
            .await;
        whole.simulator.advance(Duration::from_secs(400));
    }
    whole.is_up().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_webhook_does_not_shorten_the_pause_that_the_ci_asked_for(pool: PgPool) {
    let whole = Whole::start(pool, 3_600.0, OFTEN).await;
    let limited = Fault::on(Endpoint::CircleciWorkflows, FaultKind::RateLimited).seconds(3_600.0).every();
    whole.simulator.inject(limited).unwrap();
    whole.up().await;
    whole
        .until("the webhook has come", async || {
            let came = whole.count("select count(*) from delivery").await == 1;
            let is_limited = whole.count("select count(*) from step where failed_looks > 0").await == 1;
            (came && is_limited).then_some(())
        })
        .await;
    let store = store::Store::new(whole.pool.clone());
    let job = store.job(1).await.unwrap().unwrap();
    let pause = job.steps[0].next_check_at - store.now().await.unwrap();
    assert!(pause > TimeDelta::minutes(50), "{pause}");
    assert_eq!(whole.log_of(Endpoint::CircleciWorkflows).len(), 1);
}
