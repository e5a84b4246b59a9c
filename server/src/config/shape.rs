//! The shape of `cluster-head.toml`: which keys there are and what kind of value each takes.
//!
//! Values stay texts here, with their place in the file, so that everything that is wrong with them can be
//! collected and told at once instead of one start at a time.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_spanned::Spanned;

pub(super) type Text = Spanned<String>;
pub(super) type Number = Spanned<i64>;
/// Tables by their names. See [`in_file_order`].
pub(super) type Named<T> = BTreeMap<Text, T>;

/// The entries as they stand in the file: people see clusters, routines and words in the order that they wrote.
pub(super) fn in_file_order<T>(entries: &Named<T>) -> Vec<(&Text, &T)> {
    let mut ordered: Vec<_> = entries.iter().collect();
    ordered.sort_by_key(|(name, _)| name.span().start);
    ordered
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct FileShape {
    pub clusters: Named<ClusterShape>,
    #[serde(default)]
    pub targets: Named<TargetShape>,
    #[serde(default)]
    pub services: Named<ServiceShape>,
    #[serde(default)]
    pub batches: Named<BatchShape>,
    #[serde(default)]
    pub routines: Named<RoutineShape>,
    #[serde(default)]
    pub words: Named<WordShape>,
    pub budget: Option<BudgetShape>,
    pub pace: Option<PaceShape>,
    pub backup: Option<BackupShape>,
    pub share: Option<ShareShape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct ClusterShape {
    pub up: Spanned<Vec<Text>>,
    pub down: Spanned<Vec<Text>>,
    pub lifetime: Text,
    pub longest_lifetime: Option<Text>,
    pub at_deadline: Option<AtDeadlineShape>,
    pub idle_end: Option<Text>,
    pub default_size: Text,
    pub prices_of: Option<Text>,
    pub sizes: Named<SizeShape>,
    pub cloud: Option<CloudShape>,
}

/// What becomes of a job that is at work when the cluster's time is over: `"destroy"` or `{ wait = "60min" }`.
#[derive(Debug)]
pub(super) enum AtDeadlineShape {
    Destroy,
    Wait(Text),
}

/// By what the cluster is recognised in the cloud.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct CloudShape {
    pub name: Text,
    pub tag: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct SizeShape {
    pub machine: Text,
    pub vcpus: Number,
    pub memory_gb: Number,
    pub nodes: Option<Number>,
    pub hourly: Text,
    pub monthly: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct TargetShape {
    pub title: Text,
    pub provider: Text,
    pub project: Text,
    pub branch: Text,
    #[serde(default)]
    pub parameters: Named<Text>,
    pub marker_parameter: Option<Text>,
    pub time_limit: Text,
    pub retries: Option<Number>,
    pub retry_pause: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct ServiceShape {
    pub deploy: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct BatchShape {
    pub title: Text,
    pub url: Text,
    pub time_limit: Text,
    pub retries: Option<Number>,
    pub retry_pause: Option<Text>,
    #[serde(default)]
    pub body: Named<BodyShape>,
    pub answer: AnswerShape,
}

/// A value of a batch job's body: a text, the name of the environment variable that holds it, or a key and what it is of.
#[derive(Debug)]
pub(super) enum BodyShape {
    Text(String),
    Env(Text),
    KeyOf(Text),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct AnswerShape {
    pub progress: Text,
    pub status: Text,
    pub error: Text,
    pub succeeded: Spanned<Vec<Text>>,
    pub failed: Spanned<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct RoutineShape {
    pub description: Text,
    pub steps: Spanned<Vec<StepShape>>,
    #[serde(default)]
    pub finally: Vec<StepShape>,
    pub time_limit: Option<Text>,
}

/// One line of a routine: `"up"`, `"down"`, `{ deploy = "…" }`, `{ batch = "…" }` or `{ approval = "…" }`.
#[derive(Debug)]
pub(super) enum StepShape {
    Up,
    Down,
    Deploy(Text),
    Batch(Text),
    Approval(ApprovalShape),
}

/// A question that a person answers before the routine goes on.
#[derive(Debug)]
pub(super) struct ApprovalShape {
    pub question: Text,
    pub time_limit: Option<Text>,
    pub without_answer: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct WordShape {
    pub routine: Text,
    pub cluster: Text,
    pub service: Option<Text>,
    pub takes_size: Option<Spanned<bool>>,
}

/// What all clusters together may cost.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct BudgetShape {
    pub monthly: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct PaceShape {
    pub poll: Option<Text>,
    pub settle: Option<Text>,
    pub look: Option<Text>,
    pub stop: Option<Text>,
    pub observe: Option<Text>,
    pub undo: Option<Text>,
}

/// Destroys that are planted at the CI for the case that nobody here is alive.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct BackupShape {
    pub enabled: Option<Spanned<bool>>,
    pub margin: Option<Text>,
}

/// Links that let anyone read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct ShareShape {
    pub allowed: Option<Spanned<bool>>,
    pub longest: Option<Text>,
    #[serde(default)]
    pub frame_origins: Vec<Text>,
}
