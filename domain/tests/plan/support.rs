//! A job without any outside world: its steps change as a test says.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::Time;
use domain::actor::{Actor, Channel};
use domain::cluster::{Cluster, ClusterState};
use domain::job::{Asked, Job, JobState};
use domain::plan::{Next, Pace, next};
use domain::run::{ProviderKind, RunRef};
use domain::size::Size;
use domain::stay::StayTerms;
use domain::step::{
    Action, BatchCall, CiTarget, Effect, Phase, Retries, Step, StepState, Trigger, TriggerState,
};
use uuid::Uuid;

pub fn at(second: i64) -> Time {
    chrono::DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

pub fn target(branch: &str) -> CiTarget {
    CiTarget {
        name: branch.into(),
        title: branch.into(),
        provider: ProviderKind::CircleCi,
        project: "gh/acme/infra".into(),
        branch: branch.into(),
        parameters: BTreeMap::new(),
        marker_parameter: None,
        time_limit_minutes: 60,
        retries: Retries::default(),
    }
}

pub fn creates(branch: &str) -> Action {
    Action::Trigger { target: target(branch), effect: Effect::CreatesCluster }
}

pub fn destroys(branch: &str) -> Action {
    Action::Trigger { target: target(branch), effect: Effect::DestroysCluster }
}

pub fn deploys(service: &str) -> Action {
    Action::Trigger { target: target(service), effect: Effect::Deploys { service: service.into() } }
}

pub fn batch(name: &str) -> Action {
    Action::Batch {
        call: BatchCall {
            name: name.into(),
            title: name.into(),
            url: "https://example.org".into(),
            body: BTreeMap::new(),
            progress_field: "progress".into(),
            status_field: "status".into(),
            error_field: "jobError".into(),
            succeeded_when: vec!["completed".into()],
            failed_when: vec!["failed".into()],
            time_limit_minutes: 60,
            retries: Retries::default(),
        },
    }
}

/// A job that is decided upon and changed by hand.
pub struct Story {
    pub job: Job,
    pub steps: Vec<Step>,
    pub cluster: Cluster,
}

impl Story {
    pub fn new(forward: Vec<Action>, finally: Vec<Action>) -> Self {
        let size = forward.iter().any(Action::creates_cluster).then_some(Size::M);
        let phases = forward
            .into_iter()
            .map(|action| (Phase::Forward, action))
            .chain(finally.into_iter().map(|action| (Phase::Finally, action)));
        let steps = (1..).zip(phases).map(|(position, (phase, action))| Step {
            position,
            phase,
            title: format!("step {position}"),
            action,
            state: StepState::Queued,
            attempt: 1,
            trigger: None,
            answer: None,
            progress: None,
            message: None,
            started_at: None,
            finished_at: None,
            cancel_sent_at: None,
            failed_looks: 0,
            missing_looks: 0,
            seen_at: None,
            next_check_at: at(0),
        });
        Self {
            steps: steps.collect(),
            job: Job {
                number: 1,
                routine: "story".into(),
                cluster: "c".into(),
                size,
                service: None,
                state: JobState::Queued,
                actor: Actor::new("operator", Channel::Web),
                created_at: at(0),
                started_at: None,
                finished_at: None,
                cancelled: None,
                abandoned: None,
                time_limit_minutes: None,
                stay: StayTerms::default(),
                held_until: None,
                recoveries: 0,
                resumes: None,
                pays_obligation: false,
                outcome: None,
                version: 1,
            },
            cluster: Cluster {
                name: "c".into(),
                state: ClusterState::Down,
                size: None,
                since: at(0),
                failure: None,
                deployments: Vec::new(),
                destroys_at: None,
                active_job: Some(1),
                doubt: None,
                version: 1,
            },
        }
    }

    /// The guide routine: two stacks up, a deploy, a batch, two stacks down whatever happened.
    pub fn guide() -> Self {
        Self::new(
            vec![creates("cluster"), creates("base"), deploys("slk"), batch("s3")],
            vec![destroys("base"), destroys("cluster")],
        )
    }

    pub fn next(&self, second: i64) -> Next {
        next(&self.job, &self.steps, &self.cluster, &Pace::default(), at(second))
    }

    pub fn step(&mut self, position: i32) -> &mut Step {
        self.steps.iter_mut().find(|step| step.position == position).unwrap()
    }

    /// The step was begun at `second`, and its trigger accepted.
    pub fn accepted(&mut self, position: i32, second: i64) -> &mut Self {
        let is_batch = matches!(self.step(position).action, Action::Batch { .. });
        let step = self.step(position);
        step.state = StepState::Running;
        step.started_at = Some(at(second));
        step.next_check_at = at(second);
        step.trigger = (!is_batch).then(|| trigger(TriggerState::Accepted, second));
        self
    }

    pub fn ended(&mut self, position: i32, state: StepState) -> &mut Self {
        if self.step(position).started_at.is_none() {
            self.accepted(position, 0);
        }
        self.step(position).state = state;
        self
    }

    /// Its provider said, at the first second, that it had failed.
    pub fn said_to_have_failed(&mut self, position: i32) -> &mut Self {
        let step = self.ended(position, StepState::Failed).step(position);
        (step.finished_at, step.seen_at) = (Some(at(0)), Some(at(0)));
        self
    }

    pub fn cancelled(&mut self) -> &mut Self {
        self.job.cancelled = Some(Asked { by: Actor::new("operator", Channel::Web), at: at(1) });
        self
    }
}

pub fn trigger(state: TriggerState, second: i64) -> Trigger {
    Trigger {
        marker: Uuid::from_u128(7),
        state,
        intended_at: at(second),
        sent_at: at(second),
        tries: 1,
        looks: 0,
        run: (state == TriggerState::Accepted).then(|| RunRef {
            provider: ProviderKind::CircleCi,
            id: "id".into(),
            number: Some("243".into()),
            url: "https://example.org/243".into(),
        }),
        candidates: Vec::new(),
        asked_to_stop: 0,
        twins_at: None,
    }
}

pub fn minutes(minutes: i64) -> i64 {
    TimeDelta::minutes(minutes).num_seconds()
}
