//! The outside as one test sees it: a simulator whose clock stands still, and the clients that speak to it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::Time;
use domain::run::{ProviderKind, RunRef, RunReport, RunStatus};
use domain::step::{CiTarget, Retries};
use secrecy::SecretString;
use server::providers::{CiProvider, Patience, Providers};
use simulator::{Fault, FaultKind, Settings, Simulator};
use uuid::Uuid;

/// Our marker in tests where its value does not matter.
pub const MARKER: Uuid = Uuid::from_u128(0x018f_3a52_0000_7000_8000_0000_0000_0001);

/// Longer than any honest answer on loopback takes.
pub const PATIENCE: Patience = Patience { answer: Duration::from_secs(10), start: Duration::from_secs(120) };

/// For a far end that does not answer.
pub const IMPATIENCE: Patience = Patience { answer: Duration::from_secs(1), start: Duration::from_secs(120) };

/// As long as it takes until this fault has shown itself.
pub fn patience_with(kind: FaultKind) -> Patience {
    match kind {
        FaultKind::Hang | FaultKind::HangAfterAccepting | FaultKind::SlowBody => IMPATIENCE,
        _ => PATIENCE,
    }
}

/// After this, what should have ended by itself counts as hanging.
pub const FAR_TOO_LONG: Duration = Duration::from_secs(120);

pub struct World {
    pub simulator: Simulator,
    pub providers: Providers,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Settings::default(), PATIENCE).await
    }

    pub async fn with(settings: Settings, patience: Patience) -> Self {
        let simulator = Simulator::start(Settings { speed: 0.0, ..settings }).await.unwrap();
        let providers = providers_at(simulator.url(), patience);
        Self { simulator, providers }
    }

    /// A world in which the next call of an endpoint meets this.
    pub async fn struck_by(fault: Fault, patience: Patience) -> Self {
        let world = Self::with(Settings::default(), patience).await;
        world.simulator.inject(fault).unwrap();
        world
    }

    pub fn circleci(&self) -> &dyn CiProvider {
        self.providers.ci(ProviderKind::CircleCi).unwrap()
    }

    pub fn travis(&self) -> &dyn CiProvider {
        self.providers.ci(ProviderKind::Travis).unwrap()
    }

    /// Lets simulated seconds pass, then looks.
    pub async fn look_after(&self, seconds: u64, target: &CiTarget, run: &RunRef) -> RunReport {
        self.simulator.advance(Duration::from_secs(seconds));
        self.providers.ci(target.provider).unwrap().look(target, run).await.unwrap()
    }

    /// As [`look_after`](Self::look_after), for the two things that a look is made for.
    pub async fn seen_after(
        &self,
        seconds: u64,
        target: &CiTarget,
        run: &RunRef,
    ) -> (RunStatus, Option<String>) {
        let report = self.look_after(seconds, target, run).await;
        (report.status, report.detail)
    }
}

/// Clients of whatever listens at `url`, as the demo makes them.
pub fn providers_at(url: &str, patience: Patience) -> Providers {
    let secrets = [("BATCH_TOKEN".to_owned(), SecretString::from("batch-token-canary"))];
    Providers::simulated(url, HashMap::from(secrets), patience).unwrap()
}

pub fn circleci_target(branch: &str) -> CiTarget {
    CiTarget {
        name: branch.to_owned(),
        title: format!("Run {branch}"),
        provider: ProviderKind::CircleCi,
        project: "gh/rivernews/iriversland2-kubernetes".to_owned(),
        branch: branch.to_owned(),
        parameters: BTreeMap::new(),
        marker_parameter: None,
        time_limit_minutes: 60,
        retries: Retries::default(),
    }
}

pub fn travis_target() -> CiTarget {
    CiTarget {
        title: "Deploy slack-middleware".to_owned(),
        provider: ProviderKind::Travis,
        project: "rivernews/slack-middleware-server".to_owned(),
        ..circleci_target("release")
    }
}

pub fn just_now() -> Time {
    Utc::now()
}

pub fn hours_ago(hours: i64) -> Time {
    Utc::now() - TimeDelta::hours(hours)
}
