//! What time alone does to a job: it is held before it destroys, comes too late, or outlives its cluster's time.

use domain::act::{may_cancel, may_interrupt};
use domain::cluster::ClusterState;
use domain::job::{JobState, JobWithSteps};
use domain::plan::Next;
use domain::stay::Stay;
use domain::step::StepState;

use crate::support::*;

/// A destroy of a cluster that is up, held until the tenth second.
fn held() -> Story {
    let mut story = Story::new(vec![destroys("base"), destroys("cluster")], vec![]);
    story.cluster.state = ClusterState::Up;
    story.job.held_until = Some(at(10));
    story
}

fn as_job(story: &Story) -> JobWithSteps {
    JobWithSteps { job: story.job.clone(), steps: story.steps.clone() }
}

#[test]
fn a_held_destroy_begins_when_its_hold_is_over() {
    assert_eq!(held().next(9), Next::Wait { until: at(10) });
    assert_eq!(held().next(10), Next::Begin { position: 1 });
}

#[test]
fn a_held_destroy_that_is_stopped_has_destroyed_nothing() {
    let mut story = held();
    assert_eq!(may_cancel(&as_job(&story)), Ok(()));
    let outcome = "Stopped by operator. Nothing was destroyed.".to_owned();
    assert_eq!(story.cancelled().next(9), Next::Finish { state: JobState::Cancelled, outcome });
}

#[test]
fn a_job_whose_turn_comes_after_the_time_until_which_the_cluster_is_wanted_starts_nothing() {
    let mut story = Story::guide();
    story.job.stay.chosen = Some(Stay::Until { time: at(60) });
    assert_eq!(story.next(59), Next::Begin { position: 1 });
    let outcome = "Its turn came too late: the cluster was wanted until 2027-01-15 08:01 UTC. \
                   Nothing was started."
        .to_owned();
    assert_eq!(story.next(60), Next::Finish { state: JobState::Failed, outcome });
    story.accepted(1, 59);
    assert_eq!(story.next(60), Next::Poll { position: 1 });
}

#[test]
fn a_job_that_destroys_anyway_is_not_interrupted() {
    assert!(!may_interrupt(&as_job(&held())), "about to destroy");
    let mut guide = Story::guide();
    guide.ended(1, StepState::Succeeded).accepted(2, 0);
    assert!(may_interrupt(&as_job(&guide)));
    for position in 2..=4 {
        guide.ended(position, StepState::Succeeded);
    }
    assert!(!may_interrupt(&as_job(&guide)), "only cleaning up is left");
    let mut cancelled = Story::guide();
    cancelled.accepted(1, 0).cancelled();
    assert!(!may_interrupt(&as_job(&cancelled)), "asked before");
}
