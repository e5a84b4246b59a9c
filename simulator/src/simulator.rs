//! The simulator inside a test: started on a free port, told what to do in the words of the domain, asked what came of
//! it, and gone when it is dropped.

use std::io;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::faults::{Fault, FaultError, FaultKind};
use crate::hooks::Receiver;
use crate::judge::Judgement;
use crate::live;
use crate::log::{EffectiveRun, LogEntry};
use crate::outside::Outside;
use crate::service::Endpoint;
use crate::settings::Settings;
use crate::testimony::{Fact, TooMuchSaid};
use crate::tls::Tls;
use crate::world::{Cluster, Stacks};

pub struct Simulator {
    url: String,
    outside: Outside,
    _stops_when_dropped: oneshot::Sender<()>,
}

impl Simulator {
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let outside = Outside::new(settings)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let scheme = if outside.tls().is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel();
        let served = live(listener, outside.clone(), async {
            let _ = stopped.await;
        });
        tokio::spawn(async {
            if let Err(error) = served.await {
                tracing::error!(%error, "the simulator cannot accept connections any more");
            }
        });
        Ok(Self { url, outside, _stops_when_dropped: stop })
    }

    /// `http://127.0.0.1:40123`, without a slash at its end; with TLS `https://…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate, in PEM, of the only authority that vouches for it. None where it speaks no TLS.
    pub fn authority(&self) -> Option<&str> {
        self.outside.tls().map(Tls::authority)
    }

    pub fn circleci_url(&self) -> String {
        format!("{}/circleci/api/v2", self.url)
    }

    pub fn travis_url(&self) -> String {
        format!("{}/travis", self.url)
    }

    /// Where the batch service takes its one job.
    pub fn batch_url(&self) -> String {
        format!("{}/batch/queues/s3-orgs-job", self.url)
    }

    /// What stands before `/v2/…`.
    pub fn digitalocean_url(&self) -> String {
        format!("{}/digitalocean", self.url)
    }

    /// An incoming webhook.
    pub fn slack_url(&self) -> String {
        format!("{}/slack/services/T0/B0/X0", self.url)
    }

    /// Lets simulated time pass at once, at any speed.
    pub fn advance(&self, by: Duration) {
        self.outside.clock().advance(by);
    }

    /// Lets so much time pass by the dates that answers show, at any speed: a schedule of the next hour fires.
    pub fn advance_dates(&self, by: Duration) {
        self.advance(self.outside.clock().between_dates(by));
    }

    /// The names of the schedules that are planted at CircleCI.
    pub fn planted(&self) -> Vec<String> {
        self.outside.memory().circleci_schedules.names()
    }

    /// From now on CircleCI tells this address the end of each workflow, signed with the secret.
    pub fn send_hooks_to(&self, url: &str, secret: &str) {
        self.outside.send_hooks_to(Receiver { url: url.to_owned(), secret: secret.to_owned() });
    }

    /// Somebody makes a cluster by hand, which no pipeline knows of and none destroys.
    pub fn add_stranger(&self, name: &str) {
        let now = self.outside.now();
        self.outside.memory().digitalocean.add_stranger(name.to_owned(), now);
    }

    pub fn inject(&self, fault: Fault) -> Result<(), FaultError> {
        self.outside.inject(fault).map(|_| ())
    }

    /// The next CircleCI pipeline on this branch fails.
    pub fn fail_next(&self, branch: &str) -> Result<(), FaultError> {
        self.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::FailJob).branch(branch))
    }

    /// The next call of this endpoint is made effective, and its connection reset.
    pub fn drop_next_answer(&self, endpoint: Endpoint) -> Result<(), FaultError> {
        self.inject(Fault::on(endpoint, FaultKind::DropAnswer))
    }

    pub fn forgive(&self) {
        self.outside.memory().faults.clear();
    }

    /// Forgets everything that has happened; the clock goes on.
    pub fn reset(&self) {
        self.outside.reset();
    }

    /// The newest 20,000 requests, the oldest of them first.
    pub fn log(&self) -> Vec<LogEntry> {
        self.outside.memory().log.entries().cloned().collect()
    }

    /// The oldest first.
    pub fn effective_runs(&self) -> Vec<EffectiveRun> {
        self.outside.effective_runs()
    }

    /// What a witness saw, for the judge.
    ///
    /// # Errors
    /// When too much was said since the witnesses last began anew; then none of it is heard.
    pub fn testify(&self, facts: Vec<Fact>) -> Result<(), TooMuchSaid> {
        self.outside.memory().testimony.hear(facts)
    }

    /// Lets the witnesses begin anew.
    pub fn forget_facts(&self) {
        self.outside.memory().testimony.forget();
    }

    /// What has gone wrong so far: in what the providers did, and in what the witnesses saw.
    pub fn judge(&self) -> Judgement {
        self.outside.judge()
    }

    pub fn slack_messages(&self) -> Vec<String> {
        self.outside.memory().slack.iter().map(|message| message.text.clone()).collect()
    }

    /// The messages with everything that they carry.
    pub fn slack_bodies(&self) -> Vec<Value> {
        self.outside.memory().slack.iter().map(|message| message.body.clone()).collect()
    }

    pub fn stacks(&self) -> Stacks {
        self.outside.stacks()
    }

    pub fn cluster_is_up(&self) -> bool {
        self.stacks().cluster == Cluster::Up
    }
}
