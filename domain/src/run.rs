//! What a CI provider started for a step, in our words.

use serde::{Deserialize, Serialize};

use crate::spelling::spelled_enum;

spelled_enum! {
    /// A CI that can be asked to start something.
    ProviderKind ("provider") { CircleCi = "circleci", Travis = "travis" }
}

impl ProviderKind {
    /// The name as its makers write it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::CircleCi => "CircleCI",
            Self::Travis => "Travis CI",
        }
    }

    /// What this provider calls a run.
    pub const fn run_noun(self) -> &'static str {
        match self {
            Self::CircleCi => "pipeline",
            Self::Travis => "build",
        }
    }
}

/// Where a run is found again at its provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRef {
    pub provider: ProviderKind,
    /// The id that the trigger was answered with: a CircleCI pipeline id, a Travis request id.
    pub id: String,
    /// What people see: the pipeline or build number. Travis tells it later than the id.
    pub number: Option<String>,
    /// The page of the run at its provider.
    pub url: String,
}

impl RunRef {
    /// "CircleCI pipeline 243"; without a number yet, only "Travis CI build".
    pub fn title(&self) -> String {
        let noun = format!("{} {}", self.provider.title(), self.provider.run_noun());
        match &self.number {
            Some(number) => format!("{noun} {number}"),
            None => noun,
        }
    }
}

/// By what a run was recognised that may be the one that we started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// It carries our marker: surely ours.
    Marker,
    /// The user of our token started it: surely no stranger's, though perhaps another's with the same token.
    Actor,
    /// It does what ours does. Who started it is not told.
    #[default]
    Looks,
}

/// A run that may be the one that we started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    #[serde(flatten)]
    pub run: RunRef,
    #[serde(default)]
    pub likeness: Likeness,
}

impl Candidate {
    /// Whether it may be told to stop without a question: it is no stranger's.
    pub const fn is_no_strangers(&self) -> bool {
        matches!(self.likeness, Likeness::Marker | Likeness::Actor)
    }

    /// "CircleCI pipeline 243, CircleCI pipeline 244"
    pub fn titles(candidates: &[Self]) -> String {
        candidates.iter().map(|candidate| candidate.run.title()).collect::<Vec<_>>().join(", ")
    }
}

spelled_enum! {
    /// How far a run is. The mapping from each provider's words stands in its client.
    RunStatus ("run status") {
        /// Accepted, not yet at work.
        Queued = "queued",
        Running = "running",
        /// The CI waits for a person to approve.
        NeedsApproval = "needs_approval",
        Succeeded = "succeeded",
        Failed = "failed",
        /// Could not run at all: bad config, no rights, a rejected request.
        Errored = "errored",
        Cancelled = "cancelled",
        /// Ended without doing anything.
        Skipped = "skipped",
        /// A word that we have never seen. Not an end.
        Unknown = "unknown",
    }
}

impl RunStatus {
    /// Whether the provider will not change it any more by itself.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Errored | Self::Cancelled | Self::Skipped => true,
            Self::Queued | Self::Running | Self::NeedsApproval | Self::Unknown => false,
        }
    }
}

/// One look at a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    pub status: RunStatus,
    /// The run as known now: the number may have become known.
    pub run: RunRef,
    /// What the provider said, in few words ("build-master failed"). Shown to people.
    pub detail: Option<String>,
}

/// One look at a batch job.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchReport {
    pub status: RunStatus,
    /// Percent done, 0 to 100.
    pub progress: Option<f64>,
    /// The batch service's id of the job.
    pub id: Option<String>,
    /// What the service said, in few words. Shown to people.
    pub detail: Option<String>,
}
