//! A whole house for one test: database, simulators, the shipped config, and an engine that can be killed.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use domain::actor::{Actor, Channel};
use domain::catalogue::Catalogue;
use domain::cloud::CloudMark;
use domain::cluster::{Cluster, ClusterState};
use domain::job::JobWithSteps;
use domain::obligation::{Obligation, ObligationState, PlannedTeardown};
use domain::order::Ask;
use domain::plan::Pace;
use domain::receipt::Receipt;
use domain::size::Size;
use domain::stay::StayLimits;
use domain::step::{Action, CiTarget, Effect, Step};
use server::engine::Engine;
use server::providers::http::Http;
use server::providers::{CiProvider, CircleCi, Patience, Providers};
use simulator::{Endpoint, LogEntry, Service, Settings, Simulator};
use sqlx::PgPool;
use store::{Adoption, ReceiptFilter, Store, Terms};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub const CLUSTER: &str = "iriversland2";
/// What a guide job makes effective, in order.
pub const GUIDE: [&str; 6] =
    ["release-cluster", "release", "release", "s3-orgs-job", "destroy-release", "destroy-cluster"];

pub struct House {
    pub pool: PgPool,
    pub store: Store,
    pub simulator: Simulator,
    pub catalogue: Catalogue,
    providers: Arc<Providers>,
}

impl House {
    pub async fn build(pool: PgPool) -> Self {
        Self::with(pool, |_| ()).await
    }

    /// The same with another config than the shipped one.
    pub async fn with(pool: PgPool, change: impl FnOnce(&mut Catalogue)) -> Self {
        Self::beside(Settings::default(), pool, change).await
    }

    /// The same where everybody outside speaks TLS.
    pub async fn behind_tls(pool: PgPool) -> Self {
        Self::beside(Settings { tls: true, ..Settings::default() }, pool, |_| ()).await
    }

    async fn beside(outside: Settings, pool: PgPool, change: impl FnOnce(&mut Catalogue)) -> Self {
        let simulator = Simulator::start(Settings { speed: 2_000.0, ..outside }).await.unwrap();
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cluster-head.toml");
        let mut catalogue = server::config::load(&config).unwrap().catalogue;
        // What stands at the CI beside the runs would spoil the counts of requests.
        catalogue.backup = None;
        // Nobody has second thoughts unless a test is about them.
        catalogue.hold_seconds = 0;
        change(&mut catalogue);
        // The same connections as in life: an engine that is killed leaves them in any state.
        let store = Store::connect_with(pool.connect_options().as_ref().clone(), 10).await.unwrap();
        store.ensure_clusters(&[CLUSTER]).await.unwrap();
        let secrets = HashMap::from([("SLK_SLACK_TOKEN_OUTGOING_LAUNCH".to_owned(), "demo".into())]);
        let patience = Patience { answer: Duration::from_millis(1_500), start: Duration::from_secs(3) };
        let url = simulator.url();
        let providers = match simulator.authority() {
            Some(authority) => Providers::simulated_behind_tls(url, authority, secrets, patience),
            None => Providers::simulated(url, secrets, patience),
        };
        Self { pool, store, catalogue, providers: Arc::new(providers.unwrap()), simulator }
    }

    /// The same with other clients than those that the product has.
    pub fn change_providers(&mut self, change: impl FnOnce(&mut Providers)) {
        change(Arc::get_mut(&mut self.providers).expect("no engine has them yet"));
    }

    pub async fn ask(&self, routine: &str, size: Option<Size>) -> i64 {
        self.ask_for(&Ask {
            routine: routine.into(),
            cluster: CLUSTER.into(),
            size,
            service: None,
            lifetime: None,
        })
        .await
    }

    pub async fn ask_for(&self, ask: &Ask) -> i64 {
        let order = self.catalogue.order(ask).unwrap();
        let operator = Actor::new("operator", Channel::Web);
        self.store.accept(&order, &operator, &Terms::default()).await.unwrap().number
    }

    pub fn start_engine(&self) -> RunningEngine {
        self.start_engine_on(self.store.clone())
    }

    /// The same with connections of its own.
    pub fn start_engine_on(&self, store: Store) -> RunningEngine {
        RunningEngine::start(self.engine_on(store))
    }

    /// An engine that does nothing by itself.
    pub fn engine_on(&self, store: Store) -> Engine {
        let pace = Pace {
            poll: TimeDelta::milliseconds(20),
            settle: TimeDelta::milliseconds(300),
            look: TimeDelta::milliseconds(100),
            stop: TimeDelta::seconds(2),
            observe: TimeDelta::milliseconds(100),
        };
        Engine::new(store, Arc::clone(&self.providers), pace)
            .with_marks(&self.catalogue)
            .with_backup(self.catalogue.backup)
            .with_schedules(Arc::new(self.catalogue.clone()))
            .with_lease(Duration::from_millis(600))
    }

    /// Runs an engine until the job is over and what it destroyed is proved.
    pub async fn play(&self, job: i64) -> JobWithSteps {
        let engine = self.start_engine();
        let over = self.over(job).await;
        self.is_proved().await;
        engine.stop().await;
        over
    }

    /// Waits while a destroy is reported but not proved.
    pub async fn is_proved(&self) {
        self.until("what was destroyed is proved", async || {
            let owed = self.store.obligation_of(CLUSTER).await.unwrap();
            owed.is_none_or(|owed| owed.state != ObligationState::Verifying).then_some(())
        })
        .await;
    }

    pub async fn owed(&self) -> Option<Obligation> {
        self.store.obligation_of(CLUSTER).await.unwrap()
    }

    /// A cluster beside ours that is to be destroyed now, by a run of the branch `destroy-NAME`.
    pub async fn owes(&self, name: &str) {
        self.store.ensure_clusters(&[name]).await.unwrap();
        let mut target = self.catalogue.cluster(CLUSTER).unwrap().down.last().unwrap().clone();
        target.branch = format!("destroy-{name}");
        let action = Action::Trigger { target, effect: Effect::DestroysCluster };
        let adoption = Adoption {
            offer: None,
            cluster: name.to_owned(),
            size: None,
            destroys_at: self.store.now().await.unwrap() + TimeDelta::milliseconds(1),
            limits: StayLimits::default(),
            teardown: vec![PlannedTeardown { title: "Destroy".into(), action }],
            cloud: CloudMark { name: name.to_owned(), tag: None },
        };
        self.store.adopt_cluster(&adoption, &Actor::new("anna", Channel::Web)).await.unwrap();
    }

    /// Waits until nothing is owed for that cluster any more.
    pub async fn is_paid_for(&self, name: &str) {
        let debt = "select state in ('settled', 'closed') from obligation where cluster_name = $1";
        self.until(&format!("the debt of {name} is paid"), async || {
            let is_paid: bool = sqlx::query_scalar(debt).bind(name).fetch_one(&self.pool).await.unwrap();
            is_paid.then_some(())
        })
        .await;
    }

    /// Whatever people were told by us.
    pub async fn told(&self) -> Vec<String> {
        let texts = sqlx::query_scalar("select text from announcement order by announcement_id");
        texts.fetch_all(&self.pool).await.unwrap()
    }

    pub async fn receipts(&self) -> Vec<Receipt> {
        let all = ReceiptFilter { cluster: None, before: None, limit: 100 };
        self.store.receipts(&all).await.unwrap()
    }

    /// The newest debt, settled or not.
    pub async fn debt_of(&self, job: i64) -> Obligation {
        self.store.obligation_of_job(job).await.unwrap().unwrap()
    }

    pub async fn over(&self, number: i64) -> JobWithSteps {
        self.until(&format!("job #{number} is over"), async || {
            let job = self.store.job(number).await.unwrap().unwrap();
            job.job.state.is_final().then_some(job)
        })
        .await
    }

    /// Waits until the condition gives something; a test that waits too long says for what.
    pub async fn until<T>(&self, what: &str, condition: impl AsyncFn() -> Option<T>) -> T {
        let waited = tokio::time::timeout(Duration::from_secs(120), async {
            let mut often = tokio::time::interval(Duration::from_millis(10));
            loop {
                if let Some(found) = condition().await {
                    return found;
                }
                often.tick().await;
            }
        });
        match waited.await {
            Ok(found) => found,
            Err(_) => panic!("waited in vain until {what}; {}", self.story().await),
        }
    }

    pub async fn cluster(&self) -> Cluster {
        self.store.cluster(CLUSTER).await.unwrap().unwrap()
    }

    pub async fn cluster_is(&self, state: ClusterState) {
        self.until(&format!("the cluster is {state}"), async || {
            (self.cluster().await.state == state).then_some(())
        })
        .await;
    }

    /// What the outside world was made to do, in order: branches and batch jobs.
    pub fn effective(&self) -> Vec<String> {
        self.simulator.effective_runs().into_iter().map(|run| run.branch.unwrap_or(run.project)).collect()
    }

    /// The same pipeline as ours in size s, started by somebody else at the same time.
    pub async fn somebody_else_starts(&self, branch: &str) {
        let target = self.target_of(branch);
        self.providers.ci(target.provider).unwrap().trigger(&target, Uuid::new_v4()).await.unwrap();
    }

    fn target_of(&self, branch: &str) -> CiTarget {
        let ask = Ask {
            routine: "up".into(),
            cluster: CLUSTER.into(),
            size: Some(Size::S),
            service: None,
            lifetime: None,
        };
        let steps = self.catalogue.order(&ask).unwrap().steps;
        let target = steps.into_iter().find_map(|step| match step.action {
            Action::Trigger { target, .. } if target.branch == branch => Some(target),
            _ => None,
        });
        target.unwrap()
    }

    /// The same by somebody whose token is another user's.
    pub async fn a_stranger_starts(&self, branch: &str) -> String {
        let at = |path: &str| format!("{}/circleci{path}", self.simulator.url());
        let http = Http::new(Duration::from_secs(10)).unwrap();
        let token = "token-of-a-stranger".into();
        let theirs =
            CircleCi::new(&http, &at("/api/v2"), &at("/app"), token, Duration::from_secs(2)).unwrap();
        theirs.trigger(&self.target_of(branch), Uuid::new_v4()).await.unwrap().id
    }

    /// The trigger of the step arrives a second time, with the same marker.
    pub async fn sends_again(&self, step: &Step) {
        let (Action::Trigger { target, .. }, Some(trigger)) = (&step.action, &step.trigger) else {
            panic!("step {} has no trigger", step.position);
        };
        self.providers.ci(target.provider).unwrap().trigger(target, trigger.marker).await.unwrap();
    }

    /// In the provider's words, what became of each CircleCI pipeline and Travis build on this branch.
    pub fn states(&self, branch: &str) -> Vec<&'static str> {
        let runs = self.simulator.effective_runs().into_iter();
        runs.filter(|run| run.branch.as_deref() == Some(branch)).map(|run| run.state).collect()
    }

    /// How often this endpoint was called.
    pub fn calls_of(&self, endpoint: Endpoint) -> usize {
        let is_of = |entry: &&LogEntry| {
            entry.service == endpoint.service() && entry.endpoint == Some(endpoint.name())
        };
        self.simulator.log().iter().filter(is_of).count()
    }

    /// How often something was asked for a job: by its turns, and not by the loops beside them.
    pub fn ci_requests(&self) -> usize {
        let is_beside = |service| matches!(service, Service::Digitalocean | Service::Slack);
        self.simulator.log().iter().filter(|entry| !is_beside(entry.service)).count()
    }

    /// The log of every job, for a test that fails.
    pub async fn story(&self) -> String {
        let mut told = String::new();
        for job in self.store.jobs(&store::JobFilter::default()).await.unwrap_or_default() {
            told.push_str(&format!("\n#{} {} {}\n", job.number, job.title(), job.state));
            for line in self.store.check_ins(job.number, 200).await.unwrap_or_default() {
                told.push_str(&format!("  {} {}\n", line.level, line.text));
            }
        }
        told
    }
}

pub struct RunningEngine {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl RunningEngine {
    pub fn start(engine: Engine) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(engine.run(stop.clone()));
        Self { stop, task }
    }

    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Ends it at whatever it is waiting for, as a kill would: nothing is released, nothing recorded.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}
