//! One execution of a routine, numbered. This is the history.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::actor::Actor;
use crate::size::Size;
use crate::spelling::spelled_enum;
use crate::stay::StayTerms;
use crate::step::Step;

spelled_enum! {
    /// How far a job is.
    JobState ("job state") {
        /// Accepted; another job on the cluster may be before it.
        Queued = "queued",
        Running = "running",
        /// Cannot go on before somebody or something answers.
        Waiting = "waiting",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl JobState {
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// A wish of a person, with the name on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub by: Actor,
    pub at: Time,
}

/// The wish to leave a cluster up that a job would have destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abandonment {
    pub by: Actor,
    pub at: Time,
    /// When the cluster is destroyed at the latest.
    pub until: Time,
}

/// A job without its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub number: i64,
    pub routine: String,
    pub cluster: String,
    /// The size that it brings up, if it brings something up.
    pub size: Option<Size>,
    /// The service that was asked for, if one was.
    pub service: Option<String>,
    pub state: JobState,
    pub actor: Actor,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
    /// Who asked it to stop, and when: forward work ends, the run is stopped, then what may exist is destroyed.
    pub cancelled: Option<Asked>,
    /// Who asked to leave the cluster up: the job goes no further, and its debt is not due before `until`.
    pub abandoned: Option<Abandonment>,
    /// From the beginning on; none for a job that its steps alone limit.
    pub time_limit_minutes: Option<u32>,
    /// How long the cluster stays up that it may create.
    pub stay: StayTerms,
    /// Until then it can be stopped before it destroys anything, and after its cancel its cluster be left up.
    pub held_until: Option<Time>,
    /// How often in a row a worker broke down while it had the job.
    pub recoveries: i32,
    /// The job whose remaining steps this one takes.
    pub resumes: Option<i64>,
    /// Whether it was started to pay the debt of its cluster.
    pub pays_obligation: bool,
    /// How it ended, in one sentence for people.
    pub outcome: Option<String>,
    /// Grows with each change of the job or its steps.
    pub version: i64,
}

impl Job {
    /// When it goes no further, if it has a limit and has begun.
    pub fn deadline(&self) -> Option<Time> {
        let limit = chrono::Duration::minutes(i64::from(self.time_limit_minutes?));
        self.started_at.map(|started| started + limit)
    }

    /// The key under which a batch service is asked for this attempt of a step, whoever asks and however often. It is no
    /// secret. The time is in it for a database that begins anew, whose job of the same number is another one. At most 64
    /// characters of a-z, 0-9 and "-".
    pub fn attempt_key(&self, step: &Step) -> String {
        let created = self.created_at.timestamp_millis();
        format!("job-{}-{}-{}-{created}", self.number, step.position, step.attempt)
    }

    /// "guide", "up (m)", "deploy slack-middleware".
    pub fn title(&self) -> String {
        title(&self.routine, self.service.as_deref(), self.size)
    }
}

/// What people call a job of this routine.
pub fn title(routine: &str, service: Option<&str>, size: Option<Size>) -> String {
    match (service, size) {
        (Some(service), _) => format!("{routine} {service}"),
        (None, Some(size)) => format!("{routine} ({size})"),
        (None, None) => routine.to_owned(),
    }
}

/// A job with all its steps, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobWithSteps {
    #[serde(flatten)]
    pub job: Job,
    pub steps: Vec<Step>,
}
