//! One cluster: its card, and with what can be done and owed, its page.

use serde::Serialize;

use super::{
    AgeView, BackupView, EndView, FoundView, HoldView, JobRow, LeftoversView, Look, MoneyLine, OwedView,
    QuestionView, Sentence, Versioned,
};
use crate::components::lifetime_fields::LifetimeChoice;
use crate::components::seal::Seal;
use crate::live::Update;
use crate::moment::UnixSeconds;

/// A cluster as its card and its page show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "Update")]
pub struct ClusterView {
    pub name: String,
    pub look: Look,
    pub needs_attention: bool,
    /// Since when, how big, what it costs, when it goes.
    pub second_line: Sentence,
    /// What it has cost and will have cost at most.
    pub money: Option<MoneyLine>,
    /// Of when the wish is, and what is wanted.
    pub wanted: (Sentence, Sentence),
    pub ci_age: AgeView,
    /// None before a CI has said anything.
    pub ci_says: Option<Sentence>,
    pub cloud_age: AgeView,
    pub cloud_says: Sentence,
    pub leftovers: Option<LeftoversView>,
    pub found: Option<FoundView>,
    /// Who did what, the newest first.
    pub acts: Vec<Sentence>,
    /// What the job at work on it waits to be told.
    pub question: Option<QuestionView>,
    pub actions: Vec<ActionView>,
    /// When it ends by itself.
    pub end: Option<EndView>,
    /// That it is about to be destroyed.
    pub hold: Option<HoldView>,
    /// What was deployed on it.
    pub on_it: Vec<Sentence>,
    /// How to start it, when it is down.
    pub start: Option<StartView>,
    pub owed: OwedView,
    /// The destroy that the CI carries out when nobody here is alive.
    pub backup: Option<BackupView>,
    /// The job at work on it, else the last one.
    pub latest_job: Option<JobRow>,
    /// For the forms in it.
    pub seal: Seal,
    pub version: i64,
    pub made_at: UnixSeconds,
}

/// A link that looks like a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionView {
    pub words: String,
    pub path: String,
    pub class: String,
}

/// What one chooses from to start a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartView {
    pub sizes: SizeChoice,
    pub lifetime: LifetimeChoice,
    pub note: String,
}

/// The sizes of a cluster with their prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeChoice {
    pub cards: Vec<SizeCard>,
    /// By which lists, and how old the cloud's own is.
    pub estimate: Sentence,
    pub made_at: UnixSeconds,
}

/// A size with its price, as somebody chooses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeCard {
    pub size: String,
    /// "2 vCPU · 4 GB"
    pub machine: String,
    pub hourly: String,
    pub monthly: String,
    /// "at most $0.15 for the usual 4 h"
    pub at_most: Option<String>,
    /// How long such a cluster usually takes to come up.
    pub usual: Option<String>,
    /// Whether it is the choice before anybody chose.
    pub is_checked: bool,
}

impl Versioned for ClusterView {
    /// The card also shows how far the job is. A press is decided on the cluster's own version alone.
    fn version(&self) -> i64 {
        self.latest_job.as_ref().map_or(self.version, |job| job.version.max(self.version))
    }
}
