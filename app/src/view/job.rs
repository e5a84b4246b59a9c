//! One job with everything that its page shows.

use domain::Time;
#[cfg(feature = "ssr")]
use domain::cluster::Cluster;
use domain::cluster::ClusterState;
use domain::event::CheckIn;
use domain::job::JobState;
#[cfg(feature = "ssr")]
use domain::job::{Job, JobWithSteps};
#[cfg(feature = "ssr")]
use domain::obligation::Obligation;
use domain::obligation::ObligationState;
use domain::run::RunRef;
use domain::size::Size;
use domain::step::StepState;
#[cfg(feature = "ssr")]
use domain::step::{Action, Phase, Step};
use serde::Deserialize;
#[cfg(feature = "ssr")]
use serde::Serialize;

use super::{AtStep, Versioned};

/// A job as its page shows it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct JobView {
    pub number: i64,
    /// "guide", "deploy slack-middleware".
    pub title: String,
    pub cluster: String,
    pub size: Option<Size>,
    pub state: JobState,
    pub by: String,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
    pub cancel_requested: bool,
    pub outcome: Option<String>,
    pub at_step: Option<AtStep>,
    /// Whether it may bring something up that costs money.
    pub creates_cluster: bool,
    /// Whether it destroys the cluster at its end, whatever happens.
    pub cleans_up: bool,
    /// "$0.071/h", of the size that it brings up or that is up now.
    pub rate: Option<String>,
    pub cluster_state: ClusterState,
    /// The unfinished jobs that go first.
    pub ahead: Vec<i64>,
    pub steps: Vec<StepView>,
    pub check_ins: Vec<CheckIn>,
    pub owed: Option<OwedView>,
    pub version: i64,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct StepView {
    pub position: i32,
    pub title: String,
    pub state: StepState,
    /// Who does it: "CircleCI", "Batch service".
    pub far_end: String,
    pub always_runs: bool,
    pub run: Option<RunLink>,
    /// Percent done, where the far end counts.
    pub percent: Option<u8>,
    pub message: Option<String>,
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
    /// When we stop waiting for it.
    pub deadline: Option<Time>,
}

/// A run at its provider: what people call it, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct RunLink {
    pub title: String,
    /// None when what the provider gave is no web address.
    pub url: Option<String>,
}

/// The debt to destroy the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct OwedView {
    pub state: ObligationState,
    pub opened_at: Time,
    pub destroys_at: Time,
    pub settled_at: Option<Time>,
    pub settled_by_job: Option<i64>,
    pub failed_attempts: i32,
    pub last_error: Option<String>,
}

impl RunLink {
    /// The address comes from outside: anything that is no web address could be a script.
    pub fn new(run: &RunRef) -> Self {
        let is_web = run.url.starts_with("https://") || run.url.starts_with("http://");
        Self { title: run.title(), url: is_web.then(|| run.url.clone()) }
    }
}

#[cfg(feature = "ssr")]
impl JobView {
    pub fn new(job: JobWithSteps, cluster: &Cluster, rate: Option<String>) -> Self {
        let JobWithSteps { job, steps } = job;
        Self {
            number: job.number,
            title: Job { size: None, ..job.clone() }.title(),
            cluster: job.cluster,
            size: job.size,
            state: job.state,
            by: job.actor.to_string(),
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            cancel_requested: job.cancel_requested_at.is_some(),
            outcome: job.outcome,
            at_step: (!job.state.is_final()).then(|| super::job_row::at_step(&steps)).flatten(),
            creates_cluster: steps.iter().any(|step| step.action.creates_cluster()),
            cleans_up: steps
                .iter()
                .any(|step| step.phase == Phase::Finally && step.action.destroys_cluster()),
            rate,
            cluster_state: cluster.state,
            ahead: Vec::new(),
            steps: steps.iter().map(StepView::new).collect(),
            check_ins: Vec::new(),
            owed: None,
            // The page also shows what is owed and what is ahead in the queue: things of the cluster.
            version: job.version.max(cluster.version),
        }
    }
}

#[cfg(feature = "ssr")]
impl StepView {
    fn new(step: &Step) -> Self {
        Self {
            position: step.position,
            title: step.title.clone(),
            state: step.state,
            far_end: match &step.action {
                Action::Trigger { target, .. } => target.provider.title().to_owned(),
                Action::Batch { .. } => "Batch service".to_owned(),
            },
            always_runs: step.phase == Phase::Finally,
            run: step.run().map(RunLink::new),
            percent: step.progress.and_then(percent),
            message: step.message.clone(),
            started_at: step.started_at,
            finished_at: step.finished_at,
            deadline: step.deadline(),
        }
    }
}

#[cfg(feature = "ssr")]
impl OwedView {
    pub fn new(obligation: Obligation) -> Self {
        Self {
            state: obligation.state,
            opened_at: obligation.opened_at,
            destroys_at: obligation.destroys_at,
            settled_at: obligation.settled_at,
            settled_by_job: obligation.settled_by_job,
            failed_attempts: obligation.failed_attempts,
            last_error: obligation.last_error,
        }
    }
}

/// Whatever a far end calls progress, as a number that can be drawn.
#[cfg(feature = "ssr")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number from 0 to 100")]
fn percent(progress: f64) -> Option<u8> {
    progress.is_finite().then(|| progress.clamp(0.0, 100.0).floor() as u8)
}

impl Versioned for JobView {
    fn version(&self) -> i64 {
        self.version
    }

    fn is_same_as(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_link_that_is_no_web_address_is_no_link() {
        let mut run = samples::run("243");
        assert_eq!(RunLink::new(&run).url.as_deref(), Some(run.url.as_str()));
        run.url = "javascript:alert(1)".into();
        assert_eq!(RunLink::new(&run).url, None);
    }

    #[test]
    fn progress_is_drawn_only_when_it_is_a_number_and_never_beyond_its_ends() {
        assert_eq!(percent(41.9), Some(41));
        assert_eq!(percent(-3.0), Some(0));
        assert_eq!(percent(1e9), Some(100));
        assert_eq!(percent(f64::NAN), None);
    }

    #[test]
    fn the_finally_steps_are_marked_as_always_run() {
        let view = samples::job_view(samples::guide_at_step(1));
        let marked: Vec<_> = view.steps.iter().map(|step| step.always_runs).collect();
        assert_eq!(marked, [false, false, false, true, true]);
    }
}
