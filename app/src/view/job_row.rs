//! One job in a list: one line that says how far it is or how it ended.

use domain::Time;
#[cfg(feature = "ssr")]
use domain::job::Job;
use domain::job::JobState;
#[cfg(feature = "ssr")]
use domain::job::JobWithSteps;
use domain::size::Size;
use domain::step::StepState;
#[cfg(feature = "ssr")]
use domain::step::{Phase, Step};
use serde::Deserialize;
#[cfg(feature = "ssr")]
use serde::Serialize;

use super::{RunLink, Versioned};

/// A job as lists and cluster cards show it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct JobRow {
    pub number: i64,
    /// "guide", "deploy slack-middleware".
    pub title: String,
    /// The size that it brings up.
    pub size: Option<Size>,
    pub cluster: String,
    pub state: JobState,
    pub by: String,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
    pub outcome: Option<String>,
    /// Known while it is unfinished.
    pub at_step: Option<AtStep>,
    /// Whether it destroys the cluster at its end, whatever happens.
    pub cleans_up: bool,
    /// The latest that a CI said about a step of it.
    pub ci: Option<CiWord>,
    pub version: i64,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct AtStep {
    pub position: i32,
    pub total: usize,
    pub title: String,
}

/// What a CI said last, and when.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct CiWord {
    pub run: RunLink,
    pub state: StepState,
    pub at: Time,
}

/// Which jobs a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct JobScope {
    /// The spelling of a group of states: `running` is everything unfinished.
    pub group: Option<String>,
    pub cluster: Option<String>,
}

impl JobScope {
    pub fn contains(&self, row: &JobRow) -> bool {
        let group_fits = match self.group.as_deref() {
            None => true,
            Some("running") => !row.state.is_final(),
            Some(group) => group == row.state.as_str(),
        };
        group_fits && self.cluster.as_ref().is_none_or(|cluster| *cluster == row.cluster)
    }
}

impl JobRow {
    /// A row without a look at its steps: enough for a job that has ended.
    #[cfg(feature = "ssr")]
    pub fn new(job: Job) -> Self {
        Self {
            number: job.number,
            size: job.size,
            title: Job { size: None, ..job.clone() }.title(),
            cluster: job.cluster,
            state: job.state,
            by: job.actor.to_string(),
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            outcome: job.outcome,
            at_step: None,
            cleans_up: false,
            ci: None,
            version: job.version,
        }
    }

    #[cfg(feature = "ssr")]
    pub fn with_steps(job: JobWithSteps) -> Self {
        let JobWithSteps { job, steps } = job;
        Self {
            at_step: (!job.state.is_final()).then(|| at_step(&steps)).flatten(),
            cleans_up: steps
                .iter()
                .any(|step| step.phase == Phase::Finally && step.action.destroys_cluster()),
            ci: latest_ci_word(&steps),
            ..Self::new(job)
        }
    }
}

impl Versioned for JobRow {
    fn version(&self) -> i64 {
        self.version
    }

    fn is_same_as(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

/// The step at work, else the next one.
#[cfg(feature = "ssr")]
pub(super) fn at_step(steps: &[Step]) -> Option<AtStep> {
    let step = steps.iter().find(|step| !step.state.is_final())?;
    Some(AtStep { position: step.position, total: steps.len(), title: step.title.clone() })
}

#[cfg(feature = "ssr")]
fn latest_ci_word(steps: &[Step]) -> Option<CiWord> {
    steps.iter().rev().find_map(|step| {
        Some(CiWord {
            run: step.run().map(RunLink::new)?,
            state: step.state,
            at: step.finished_at.or(step.started_at)?,
        })
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn an_unfinished_job_says_at_which_step_it_is() {
        let row = JobRow::with_steps(samples::guide_at_step(3));
        let at = row.at_step.unwrap();
        assert_eq!((at.position, at.total, at.title.as_str()), (3, 5, "Run the S3 job"));
        assert!(row.cleans_up);
    }

    #[test]
    fn a_finished_job_is_at_no_step() {
        let mut job = samples::guide_at_step(3);
        job.job.state = JobState::Failed;
        assert_eq!(JobRow::with_steps(job).at_step, None);
    }

    #[test]
    fn the_latest_word_of_the_ci_is_that_of_the_last_run() {
        let ci = JobRow::with_steps(samples::guide_at_step(3)).ci.unwrap();
        assert_eq!(ci.run.title, "Travis CI build 8812");
        assert_eq!(ci.state, StepState::Succeeded);
    }

    #[test]
    fn the_scope_running_holds_everything_unfinished() {
        let row = |state| JobRow { state, ..JobRow::with_steps(samples::guide_at_step(1)) };
        let running = JobScope { group: Some("running".into()), cluster: None };
        assert!(running.contains(&row(JobState::Queued)));
        assert!(running.contains(&row(JobState::Waiting)));
        assert!(!running.contains(&row(JobState::Failed)));
        let elsewhere = JobScope { group: None, cluster: Some("staging".into()) };
        assert!(!elsewhere.contains(&row(JobState::Running)));
    }
}
