//! A small world for the tests of this crate: one cluster, one service, one batch job, the routine `guide`.

mod cloud;
mod schedule;

use std::collections::BTreeMap;

use domain::Time;
use domain::actor::{Actor, Channel};
use domain::backup::BackupPolicy;
use domain::catalogue::{Catalogue, ClusterSpec, ServiceSpec};
use domain::cluster::{Cluster, ClusterState};
use domain::history::Durations;
use domain::job::{Job, JobState, JobWithSteps};
use domain::money::UpTime;
use domain::obligation::{Obligation, ObligationState};
use domain::order::Ask;
use domain::price::{Price, PriceSource};
use domain::record::Evidence;
use domain::routine::{Routine, RoutineStep};
use domain::run::{Candidate, Likeness, ProviderKind, RunRef};
use domain::size::{Size, SizeOffer};
use domain::stay::{StayLimits, StayTerms};
use domain::step::{Action, BatchCall, CiTarget, Retries, Step, StepState, Trigger, TriggerState, Verdict};

pub use cloud::{accepted, observation, resource};
pub use schedule::{planned, schedule};

use crate::facts::{ClusterFacts, JobFacts, Proof};
use crate::view::JobRow;

/// 2027-01-15 08:00 UTC and so many minutes.
pub fn at(minute: i64) -> Time {
    chrono::DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
}

fn target(name: &str, title: &str, provider: ProviderKind) -> CiTarget {
    CiTarget {
        name: name.into(),
        title: title.into(),
        provider,
        project: "gh/someone/cluster".into(),
        branch: name.into(),
        parameters: BTreeMap::new(),
        marker_parameter: None,
        time_limit_minutes: 60,
        retries: Retries::default(),
    }
}

/// By the config of 2026-11-20.
pub fn price(hourly: &str, monthly: &str) -> Price {
    Price {
        hourly: hourly.parse().unwrap(),
        monthly: monthly.parse().unwrap(),
        source: PriceSource::Config,
        of: chrono::NaiveDate::from_ymd_opt(2026, 11, 20),
    }
}

/// A middle cluster from one minute of [`at`] to another.
pub fn up_time(from: i64, until: Option<i64>) -> UpTime {
    UpTime {
        cluster: "iriversland2".into(),
        size: Size::M,
        machine: "s-2vcpu-4gb".into(),
        nodes: 1,
        price: price("0.03571", "24.00"),
        job: Some(128),
        began_at: at(from),
        ended_at: until.map(at),
    }
}

pub fn catalogue() -> Catalogue {
    let offer = |size, vcpus, memory_gb, hourly: &str, monthly: &str| SizeOffer {
        size,
        machine: format!("s-{vcpus}vcpu-{memory_gb}gb"),
        vcpus,
        memory_gb,
        nodes: 1,
        price: price(hourly, monthly),
    };
    let batch = BatchCall {
        name: "s3".into(),
        title: "Run the S3 job".into(),
        url: "http://127.0.0.1:1/queues/s3".into(),
        body: BTreeMap::new(),
        progress_field: "progress".into(),
        status_field: "status".into(),
        error_field: "jobError".into(),
        succeeded_when: vec!["completed".into()],
        failed_when: vec!["failed".into()],
        time_limit_minutes: 60,
        retries: Retries::default(),
    };
    let guide = Routine {
        name: "guide".into(),
        description: "Bring the cluster up, deploy, run the S3 job, destroy the cluster.".into(),
        steps: vec![
            RoutineStep::Up,
            RoutineStep::Deploy(Some("slack-middleware".into())),
            RoutineStep::Batch("s3".into()),
        ],
        finally: vec![RoutineStep::Down],
        time_limit_minutes: None,
    };
    Catalogue {
        clusters: vec![ClusterSpec {
            name: "iriversland2".into(),
            up: vec![target("release-cluster", "Create the cluster ({size})", ProviderKind::CircleCi)],
            down: vec![
                target("destroy-release", "Remove the workloads", ProviderKind::CircleCi),
                target("destroy-cluster", "Destroy the cluster", ProviderKind::CircleCi),
            ],
            sizes: vec![
                offer(Size::S, 1, 3, "0.02232", "15.00"),
                offer(Size::M, 2, 4, "0.03571", "24.00"),
                offer(Size::L, 4, 8, "0.07143", "48.00"),
            ],
            default_size: Size::L,
            lifetime_minutes: 240,
            limits: StayLimits::default(),
            cloud: None,
        }],
        services: vec![ServiceSpec {
            name: "slack-middleware".into(),
            deploy: target("slack-middleware", "Deploy slack-middleware", ProviderKind::Travis),
        }],
        batches: vec![batch],
        routines: Routine::built_in().into_iter().chain([guide]).collect(),
        words: Vec::new(),
        budget: None,
        backup: Some(BackupPolicy { margin_minutes: 60 }),
        share: domain::share::SharePolicy::default(),
        hold_seconds: 0,
    }
}

pub fn cluster(state: ClusterState) -> Cluster {
    Cluster {
        name: "iriversland2".into(),
        state,
        size: (state != ClusterState::Down).then_some(Size::M),
        since: at(0),
        failure: None,
        deployments: Vec::new(),
        destroys_at: (state != ClusterState::Down).then(|| at(240)),
        active_job: None,
        doubt: None,
        version: 7,
    }
}

pub fn cluster_facts(state: ClusterState) -> ClusterFacts {
    ClusterFacts::new(cluster(state), &catalogue())
}

pub fn run(number: &str) -> RunRef {
    RunRef {
        provider: ProviderKind::CircleCi,
        id: "5034460f".into(),
        number: Some(number.into()),
        url: format!("https://app.circleci.com/pipelines/gh/someone/cluster/{number}"),
    }
}

/// Job #128: steps before `position` succeeded, that one is at work.
pub fn guide_at_step(position: i32) -> JobWithSteps {
    let ask = Ask {
        routine: "guide".into(),
        cluster: "iriversland2".into(),
        size: Some(Size::M),
        ..Ask::default()
    };
    let order = catalogue().order(&ask).unwrap();
    let steps = (1..).zip(order.steps).map(|(place, planned)| {
        let state = match place.cmp(&position) {
            std::cmp::Ordering::Less => StepState::Succeeded,
            std::cmp::Ordering::Equal => StepState::Running,
            std::cmp::Ordering::Greater => StepState::Queued,
        };
        let begun = i64::from(place) * 10;
        let run = match place {
            1 => Some(run("243")),
            2 => Some(RunRef { provider: ProviderKind::Travis, ..run("8812") }),
            _ => None,
        };
        Step {
            position: place,
            phase: planned.phase,
            title: planned.title,
            action: planned.action,
            state,
            attempt: 1,
            trigger: run.filter(|_| state != StepState::Queued).map(|run| Trigger {
                marker: uuid::Uuid::nil(),
                state: TriggerState::Accepted,
                intended_at: at(begun),
                sent_at: at(begun),
                tries: 1,
                looks: 0,
                run: Some(run),
                candidates: Vec::new(),
                asked_to_stop: 0,
                twins_at: None,
            }),
            answer: None,
            progress: None,
            message: None,
            started_at: (state != StepState::Queued).then(|| at(begun)),
            finished_at: (state == StepState::Succeeded).then(|| at(begun + 7)),
            cancel_sent_at: None,
            failed_looks: 0,
            missing_looks: 0,
            seen_at: None,
            next_check_at: at(0),
        }
    });
    JobWithSteps {
        job: Job {
            number: 128,
            routine: "guide".into(),
            cluster: "iriversland2".into(),
            size: Some(Size::M),
            service: None,
            state: JobState::Running,
            actor: Actor::new("operator", Channel::Web),
            created_at: at(9),
            started_at: Some(at(10)),
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
            version: 9,
        },
        steps: steps.collect(),
    }
}

/// The same, waiting at step 3 for somebody to approve.
pub fn asks_for_approval() -> JobWithSteps {
    let mut job = guide_at_step(3);
    job.job.state = JobState::Waiting;
    job.steps[2].state = StepState::Waiting;
    job.steps[2].title = "Go on with the batch?".into();
    job.steps[2].action = Action::Approval {
        question: "Go on with the batch?".into(),
        time_limit_minutes: 240,
        without_answer: Verdict::Refuse,
    };
    job
}

/// The same, waiting at step 1 for somebody to say which run is ours.
pub fn asks_which_run() -> JobWithSteps {
    let mut job = guide_at_step(1);
    job.job.state = JobState::Waiting;
    job.steps[0].state = StepState::Waiting;
    if let Some(trigger) = &mut job.steps[0].trigger {
        trigger.state = TriggerState::NeedsPerson;
        trigger.run = None;
        let candidate = |run| Candidate { run, likeness: Likeness::Looks };
        trigger.candidates = [run("243"), RunRef { id: "b7".into(), ..run("244") }].map(candidate).to_vec();
    }
    job
}

/// The same, with everything around it.
pub fn job_facts(position: i32) -> JobFacts {
    JobFacts {
        job: guide_at_step(position),
        cluster: cluster(ClusterState::Up),
        price: Some(price("0.03571", "24.00")),
        up_times: Vec::new(),
        receipt: None,
        ahead: Vec::new(),
        first_pays_debt: false,
        check_ins: Vec::new(),
        owed: None,
        planned: None,
        proof: Proof::default(),
        durations: Durations::default(),
        usual_in_all: None,
    }
}

pub fn job_row(number: i64, state: JobState) -> JobRow {
    let mut job = guide_at_step(3);
    job.job.number = number;
    job.job.state = state;
    job.job.finished_at = state.is_final().then(|| at(54));
    JobRow::with_steps(&job, at(60))
}

/// The HTML that the server sends for this view.
pub fn html<V: leptos::prelude::IntoView>(view: impl FnOnce() -> V) -> String {
    use leptos::prelude::*;
    let owner = Owner::new();
    owner.with(|| view().into_view().to_html())
}

/// A debt of job #128, settled by it if it is settled.
pub fn owed(state: ObligationState) -> Obligation {
    let is_settled = state == ObligationState::Settled;
    Obligation {
        id: 1,
        cluster: "iriversland2".into(),
        state,
        opened_at: at(10),
        opened_by_job: Some(128),
        destroys_at: Some(at(240)),
        limits: StayLimits::default(),
        active_at: at(10),
        warnings: 0,
        chosen_by: None,
        extended: None,
        teardown: Vec::new(),
        cloud: None,
        due_since: None,
        alarms: 0,
        verifying_since: None,
        failed_attempts: 0,
        last_error: None,
        next_attempt_at: at(240),
        settled_at: is_settled.then(|| at(50)),
        settled_by_job: is_settled.then_some(128),
        evidence: is_settled.then_some(Evidence::Ci),
        closed: None,
    }
}
