//! One recorded step of a job: what it does, how far it is, what it started.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Time;
use crate::actor::Actor;
use crate::run::{Candidate, ProviderKind, RunRef};
use crate::spelling::spelled_enum;

spelled_enum! {
    /// Which list of the routine the step stands in.
    Phase ("phase") {
        Forward = "forward",
        /// Runs whatever happened to the forward steps.
        Finally = "finally",
    }
}

spelled_enum! {
    /// How far a step is.
    StepState ("step state") {
        Queued = "queued",
        Running = "running",
        /// Triggered, but the provider has not begun, or has not told us whether it accepted.
        Waiting = "waiting",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
        TimedOut = "timed_out",
        /// Never begun, and never will be.
        Skipped = "skipped",
    }
}

impl StepState {
    pub const fn is_final(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Cancelled | Self::TimedOut | Self::Skipped => true,
            Self::Queued | Self::Running | Self::Waiting => false,
        }
    }

    /// Whether it was begun, however it went. Undo attaches to this, never to success.
    pub const fn was_attempted(self) -> bool {
        !matches!(self, Self::Queued | Self::Skipped)
    }
}

/// What a step does to the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// From the trigger on, something that costs money may exist.
    CreatesCluster,
    DestroysCluster,
    Deploys {
        service: String,
    },
}

/// How often a run or a batch job that its far end says has failed is started anew. What was refused, cancelled, took too long or is not
/// known any more is not: the first would come again, the others may still be at work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retries {
    #[serde(rename = "retries", default)]
    pub count: u32,
    #[serde(rename = "retry_pause_seconds", default)]
    pub pause_seconds: u32,
}

/// A thing that a CI can be asked to run, as the config declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiTarget {
    pub name: String,
    /// What it does, for people: "Create the cluster".
    pub title: String,
    pub provider: ProviderKind,
    /// The project in the provider's spelling: `gh/org/repo` or `org/repo`.
    pub project: String,
    pub branch: String,
    /// Pipeline parameters. Only CircleCI has them.
    pub parameters: BTreeMap<String, String>,
    /// A declared pipeline parameter that may carry our marker. An undeclared one would fail the pipeline.
    pub marker_parameter: Option<String>,
    pub time_limit_minutes: u32,
    #[serde(flatten)]
    pub retries: Retries,
}

impl CiTarget {
    /// Whether our marker travels with its calls to where a search sees it.
    pub const fn carries_marker(&self) -> bool {
        matches!(self.provider, ProviderKind::Travis) || self.marker_parameter.is_some()
    }
}

spelled_enum! {
    /// What is said to a question, by a person or by the clock.
    Verdict ("verdict") { Approve = "approve", Refuse = "refuse" }
}

/// A value in the body of a batch call. Secrets are named, never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyValue {
    Text(String),
    /// The name of the environment variable that holds the value.
    Env(String),
    /// The key of the attempt: see [`Job::attempt_key`](crate::job::Job::attempt_key).
    AttemptKey,
}

/// A call that starts a long batch job and, asked again, reports on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCall {
    pub name: String,
    pub title: String,
    pub url: String,
    pub body: BTreeMap<String, BodyValue>,
    /// The fields of the answer that hold progress, status and the reason of a failure.
    pub progress_field: String,
    pub status_field: String,
    pub error_field: String,
    /// The statuses that are an end. Any other is not.
    pub succeeded_when: Vec<String>,
    pub failed_when: Vec<String>,
    pub time_limit_minutes: u32,
    #[serde(flatten)]
    pub retries: Retries,
}

impl BatchCall {
    /// Whether each attempt is another job for the service. Without it, the same body means the same job.
    pub fn carries_key(&self) -> bool {
        self.body.values().any(|value| *value == BodyValue::AttemptKey)
    }
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Action {
    Trigger {
        target: CiTarget,
        effect: Effect,
    },
    Batch {
        call: BatchCall,
    },
    /// A person has to approve before the job goes on.
    Approval {
        question: String,
        time_limit_minutes: u32,
        /// What holds when nobody answers in time.
        without_answer: Verdict,
    },
    /// What only a newer version of this service can read. It is left to that version, and kept as that version wrote it.
    #[serde(untagged)]
    Unknown(serde_json::Value),
}

impl Action {
    pub fn effect(&self) -> Option<&Effect> {
        match self {
            Self::Trigger { effect, .. } => Some(effect),
            Self::Batch { .. } | Self::Approval { .. } | Self::Unknown(_) => None,
        }
    }

    pub fn retries(&self) -> Retries {
        match self {
            Self::Trigger { target, .. } => target.retries,
            Self::Batch { call } => call.retries,
            Self::Approval { .. } | Self::Unknown(_) => Retries::default(),
        }
    }

    /// Whether only a newer version of this service knows what is to be done.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// The same action, of which this version of the service keeps its hands off.
    #[must_use]
    pub fn left_to_newer(self) -> Self {
        match self {
            Self::Unknown(_) => self,
            known => Self::Unknown(serde_json::to_value(&known).unwrap_or_default()),
        }
    }

    pub fn creates_cluster(&self) -> bool {
        self.effect() == Some(&Effect::CreatesCluster)
    }

    pub fn destroys_cluster(&self) -> bool {
        self.effect() == Some(&Effect::DestroysCluster)
    }

    pub const fn time_limit_minutes(&self) -> u32 {
        match self {
            Self::Trigger { target, .. } => target.time_limit_minutes,
            Self::Batch { call } => call.time_limit_minutes,
            Self::Approval { time_limit_minutes, .. } => *time_limit_minutes,
            Self::Unknown(_) => u32::MAX,
        }
    }
}

spelled_enum! {
    /// What became of the one call that starts a run.
    TriggerState ("trigger state") {
        /// Committed before the call. Found after a crash, it means: perhaps sent.
        Intended = "intended",
        Accepted = "accepted",
        /// Known not to have reached the provider, or refused for now (429). May be sent again at once.
        Unsent = "unsent",
        /// Sent, but the answer was lost: look for the run before sending again.
        Unknown = "unknown",
        /// The provider said no. Nothing was started.
        Rejected = "rejected",
        /// More than one run fits and none carries our marker: a person says which one it is.
        NeedsPerson = "needs_person",
    }
}

/// The record of starting a run: written before the call, completed by its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Our marker, which travels with the call where the provider lets it.
    pub marker: Uuid,
    pub state: TriggerState,
    pub intended_at: Time,
    /// When the call last went out; when no answer came, when we stopped waiting for one; and when its sender died, when
    /// somebody else first looked for the run. The settle time counts from here.
    pub sent_at: Time,
    /// How often the call went out.
    pub tries: i32,
    /// How often we looked for a run after an answer was lost.
    pub looks: i32,
    pub run: Option<RunRef>,
    /// The runs that fit, where a person has to say which one it is.
    pub candidates: Vec<Candidate>,
    /// How often the provider took our word that the run is to stop.
    #[serde(default)]
    pub asked_to_stop: i32,
    /// When we look once more for runs that came of the same call, if we still do.
    #[serde(default)]
    pub twins_at: Option<Time>,
}

/// What a step waits to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question<'a> {
    Approve(&'a str),
    WhichRun(&'a [Candidate]),
}

/// What a person says to a step's question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "says")]
pub enum Answer {
    Approve,
    Refuse,
    /// This candidate is the run that we started.
    Adopt {
        run: String,
    },
    /// None of the candidates is; start another.
    TriggerAgain,
    GiveUp,
}

impl Answer {
    /// Whether it is an answer to that question.
    pub fn fits(&self, question: Question<'_>) -> bool {
        match (self, question) {
            (Self::Approve | Self::Refuse, Question::Approve(_)) => true,
            (Self::Adopt { run }, Question::WhichRun(candidates)) => {
                candidates.iter().any(|candidate| candidate.run.id == *run)
            }
            (Self::TriggerAgain | Self::GiveUp, Question::WhichRun(_)) => true,
            _ => false,
        }
    }
}

/// An answer with the name on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    pub answer: Answer,
    pub by: Actor,
    pub at: Time,
}

/// One step of a job with everything that is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// 1-based, unique in the job, forward steps first.
    pub position: i32,
    pub phase: Phase,
    pub title: String,
    pub action: Action,
    pub state: StepState,
    /// Counts from 1; an automatic retry is the next attempt.
    pub attempt: i32,
    /// The trigger of the present attempt.
    pub trigger: Option<Trigger>,
    /// What a person said to its question, until it has been heeded.
    pub answer: Option<GivenAnswer>,
    /// Percent done, 0 to 100, where the far end counts.
    pub progress: Option<f64>,
    /// The latest thing worth knowing, for people.
    pub message: Option<String>,
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
    /// When we asked the provider to stop the run.
    pub cancel_sent_at: Option<Time>,
    /// How often in a row the provider could not be asked.
    pub failed_looks: i32,
    /// How often since it was last seen the provider said that there is no such run.
    #[serde(default)]
    pub missing_looks: i32,
    /// When the provider last said something of the run, be it nothing new.
    #[serde(default)]
    pub seen_at: Option<Time>,
    /// Not looked at before this.
    pub next_check_at: Time,
}

impl Step {
    /// Whether anything may have come of it, however it went. Undo attaches to this, never to success.
    pub const fn was_attempted(&self) -> bool {
        self.attempt > 1 || self.state.was_attempted()
    }

    /// Whether this job began it. A step that was done by an earlier job, and taken over, was not.
    pub const fn was_begun(&self) -> bool {
        self.started_at.is_some() || self.attempt > 1
    }

    /// Whether it ended with the word of its provider, rather than because we gave up on it.
    pub fn was_seen_to_end(&self) -> bool {
        self.finished_at.is_some() && self.finished_at == self.seen_at
    }

    /// What it waits to be told, if it waits for a person of ours.
    pub fn question(&self) -> Option<Question<'_>> {
        if self.state != StepState::Waiting {
            return None;
        }
        match (&self.action, &self.trigger) {
            (Action::Approval { question, .. }, _) => Some(Question::Approve(question)),
            (_, Some(trigger)) if trigger.state == TriggerState::NeedsPerson => {
                Some(Question::WhichRun(&trigger.candidates))
            }
            _ => None,
        }
    }

    /// When we stop waiting for it.
    pub fn deadline(&self) -> Option<Time> {
        let limit = chrono::Duration::minutes(i64::from(self.action.time_limit_minutes()));
        self.started_at.map(|started| started + limit)
    }

    pub fn run(&self) -> Option<&RunRef> {
        self.trigger.as_ref().and_then(|trigger| trigger.run.as_ref())
    }
}
