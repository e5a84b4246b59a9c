//! The operator's catalogue in the simulated world, which knows the pipelines and the batch service of the seed alone.
//!
//! Whatever is called otherwise gets a stand-in there, and the report says so. What takes long is quick there, so the
//! limits that the config sets are quick as well, as far as they are kept in whole minutes.

use domain::catalogue::{Catalogue, ClusterSpec};
use domain::routine::{Routine, RoutineStep};
use domain::run::ProviderKind;
use domain::stay::StayLimits;
use domain::step::{BatchCall, BodyValue, CiTarget};

/// What the simulated pipelines do to the simulated cloud, by branch.
const CREATE: &str = "release-cluster";
const INSTALL: &str = "release";
const REMOVE: &str = "destroy-release";
const DESTROY: &str = "destroy-cluster";

/// A cluster is never left up for long in a drill: its auto-destroy time has come when the job is over.
const LIFETIME_MINUTES: u32 = 0;

/// The catalogue as the simulators understand it, as far as it concerns this cluster.
pub(super) fn simulated(
    mut catalogue: Catalogue,
    cluster: &str,
    speed: f64,
    notes: &mut Vec<String>,
) -> Catalogue {
    for cluster in catalogue.clusters.iter_mut().filter(|known| known.name == cluster) {
        play_with_stand_ins(cluster, notes);
        cluster.lifetime_minutes = LIFETIME_MINUTES;
        cluster.limits = StayLimits::default();
        cluster.up.iter_mut().chain(&mut cluster.down).for_each(|target| hurry_target(target, speed));
    }
    catalogue.hold_seconds = 0;
    catalogue.services.iter_mut().for_each(|service| hurry_target(&mut service.deploy, speed));
    for batch in &mut catalogue.batches {
        speak_as_the_seed(batch);
        batch.time_limit_minutes = hurried(batch.time_limit_minutes, speed);
        batch.retries.pause_seconds = hurried(batch.retries.pause_seconds, speed);
    }
    catalogue.routines.iter_mut().for_each(|routine| hurry_routine(routine, speed));
    catalogue
}

/// A routine that works on a cluster needs one first.
pub(super) fn beginning_with_a_cluster(routine: &mut Routine, notes: &mut Vec<String>) {
    let steps = &mut routine.steps;
    if steps.first() != Some(&RoutineStep::Up) {
        steps.insert(0, RoutineStep::Up);
        notes.push(format!("{} needs a cluster, so the drill brings one up first.", routine.name));
    }
}

fn play_with_stand_ins(cluster: &mut ClusterSpec, notes: &mut Vec<String>) {
    let has = |targets: &[CiTarget], branch: &str| {
        targets.iter().any(|target| target.provider == ProviderKind::CircleCi && target.branch == branch)
    };
    if has(&cluster.up, CREATE) && has(&cluster.down, DESTROY) {
        return;
    }
    let branches = std::iter::once(CREATE).chain(std::iter::repeat(INSTALL));
    cluster.up.iter_mut().zip(branches).for_each(|(target, branch)| stand_in(target, branch, notes));
    let branches = std::iter::once(DESTROY).chain(std::iter::repeat(REMOVE));
    cluster.down.iter_mut().rev().zip(branches).for_each(|(target, branch)| stand_in(target, branch, notes));
}

fn stand_in(target: &mut CiTarget, branch: &str, notes: &mut Vec<String>) {
    notes.push(format!("{} is played by the simulated pipeline {branch} of CircleCI.", target.name));
    if target.provider != ProviderKind::CircleCi {
        target.provider = ProviderKind::CircleCi;
        target.project = format!("gh/{}", target.project);
    }
    branch.clone_into(&mut target.branch);
}

/// Same job, same title, in the words of the one batch service that is simulated.
fn speak_as_the_seed(batch: &mut BatchCall) {
    "https://batch.invalid/queues/s3-orgs-job".clone_into(&mut batch.url);
    "progress".clone_into(&mut batch.progress_field);
    "status".clone_into(&mut batch.status_field);
    "jobError".clone_into(&mut batch.error_field);
    batch.succeeded_when = vec!["completed".to_owned()];
    batch.failed_when = vec!["failed".to_owned()];
    for (name, value) in [("token", "drill"), ("singleton", "true")] {
        batch.body.entry(name.to_owned()).or_insert_with(|| BodyValue::Text(value.to_owned()));
    }
    if batch.carries_key() {
        batch.body.insert("idempotencyKey".to_owned(), BodyValue::AttemptKey);
    }
}

fn hurry_target(target: &mut CiTarget, speed: f64) {
    target.time_limit_minutes = hurried(target.time_limit_minutes, speed);
    target.retries.pause_seconds = hurried(target.retries.pause_seconds, speed);
}

fn hurry_routine(routine: &mut Routine, speed: f64) {
    routine.time_limit_minutes = routine.time_limit_minutes.map(|minutes| hurried(minutes, speed));
    for step in routine.steps.iter_mut().chain(&mut routine.finally) {
        if let RoutineStep::Approval { time_limit_minutes, .. } = step {
            *time_limit_minutes = hurried(*time_limit_minutes, speed);
        }
    }
}

/// In whole units, and never none of them.
fn hurried(units: u32, speed: f64) -> u32 {
    (f64::from(units) / speed).ceil().max(1.0) as u32
}
