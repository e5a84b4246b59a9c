//! Single situations, the failures first.

use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::plan::{Next, conclude};
use domain::run::RunStatus;
use domain::size::Size;
use domain::step::{StepState, TriggerState};
use rstest::rstest;

use crate::support::*;

fn finish(next: Next) -> (JobState, String) {
    match next {
        Next::Finish { state, outcome } => (state, outcome),
        other => panic!("expected an end, got {other:?}"),
    }
}

#[test]
fn a_failed_deploy_skips_the_batch_and_destroys_the_cluster() {
    let mut story = Story::guide();
    story.ended(1, StepState::Succeeded).ended(2, StepState::Succeeded).ended(3, StepState::Failed);
    assert_eq!(story.next(9), Next::Skip { positions: vec![4] });
    story.step(4).state = StepState::Skipped;
    assert_eq!(story.next(9), Next::Begin { position: 5 });
    story.ended(5, StepState::Succeeded);
    assert_eq!(story.next(9), Next::Begin { position: 6 });
    story.ended(6, StepState::Succeeded);
    story.step(3).message = Some("build 9 errored".into());
    let (state, outcome) = finish(story.next(9));
    assert_eq!(state, JobState::Failed);
    assert_eq!(outcome, "Failed at step 3 (step 3): build 9 errored.");
}

#[test]
fn a_create_that_failed_is_destroyed_too_since_it_was_attempted() {
    let mut story = Story::guide();
    story.ended(1, StepState::Failed);
    assert_eq!(story.next(9), Next::Skip { positions: vec![2, 3, 4] });
    for position in 2..=4 {
        story.step(position).state = StepState::Skipped;
    }
    assert_eq!(story.next(9), Next::Begin { position: 5 });
}

#[test]
fn a_failed_destroy_of_one_stack_does_not_spare_the_other() {
    let mut story = Story::new(vec![destroys("base"), destroys("cluster")], vec![]);
    story.cluster.state = ClusterState::Up;
    story.cluster.size = Some(Size::M);
    story.ended(1, StepState::Failed);
    assert_eq!(story.next(9), Next::Begin { position: 2 });
    story.ended(2, StepState::Succeeded);
    let (state, outcome) = finish(story.next(9));
    assert_eq!(state, JobState::Failed);
    assert!(
        outcome.ends_with("The cluster may still cost money; destroying it is owed and goes on."),
        "{outcome}"
    );
}

#[test]
fn a_replacement_does_not_bring_up_what_it_could_not_destroy() {
    let mut story = Story::new(vec![destroys("cluster"), creates("cluster")], vec![]);
    story.cluster.state = ClusterState::Up;
    story.cluster.size = Some(Size::L);
    story.ended(1, StepState::Failed);
    assert_eq!(story.next(9), Next::Skip { positions: vec![2] });
}

#[test]
fn a_guide_that_meets_a_cluster_of_another_size_does_nothing_to_it() {
    let mut story = Story::guide();
    story.cluster.state = ClusterState::Up;
    story.cluster.size = Some(Size::L);
    let sentence = "c is up in size l. Another size replaces the whole cluster: use \"resize\", or destroy it first. Nothing was started.";
    assert_eq!(finish(story.next(9)), (JobState::Failed, sentence.to_owned()));
}

#[test]
fn bringing_up_what_is_up_in_that_size_is_refused() {
    let mut story = Story::new(vec![creates("cluster"), creates("base")], vec![]);
    story.cluster.state = ClusterState::Up;
    story.cluster.size = Some(Size::M);
    let sentence = "c is already up in size m. Nothing was started.";
    assert_eq!(finish(story.next(9)), (JobState::Failed, sentence.to_owned()));
}

#[test]
fn a_guide_goes_on_from_a_cluster_that_is_up_in_its_size() {
    let mut story = Story::guide();
    story.cluster.state = ClusterState::Up;
    story.cluster.size = Some(Size::M);
    assert_eq!(story.next(9), Next::Begin { position: 1 });
}

#[test]
fn a_deploy_on_a_cluster_that_is_down_is_refused() {
    let story = Story::new(vec![deploys("slk")], vec![]);
    let (state, outcome) = finish(story.next(9));
    assert_eq!(state, JobState::Failed);
    assert_eq!(outcome, "c is down. Start it first. Nothing was started.");
}

#[test]
fn a_job_cancelled_before_it_began_starts_nothing() {
    let mut story = Story::guide();
    story.cancelled();
    assert_eq!(finish(story.next(9)).0, JobState::Cancelled);
}

#[test]
fn a_cancel_stops_the_run_at_the_provider_and_then_unwinds() {
    let mut story = Story::guide();
    story.ended(1, StepState::Succeeded).accepted(2, 0).cancelled();
    assert!(matches!(story.next(9), Next::Stop { position: 2, .. }));
    story.step(2).cancel_sent_at = Some(at(9));
    assert_eq!(story.next(9), Next::Poll { position: 2 });
    story.step(2).state = StepState::Cancelled;
    assert_eq!(story.next(10), Next::Skip { positions: vec![3, 4] });
}

#[test]
fn a_destroy_that_was_begun_is_walked_to_its_end_though_the_job_is_cancelled() {
    let mut story = Story::guide();
    story.ended(1, StepState::Cancelled).cancelled();
    for position in 2..=4 {
        story.step(position).state = StepState::Skipped;
    }
    story.accepted(5, 0);
    assert_eq!(story.next(9), Next::Poll { position: 5 });
    story.ended(5, StepState::Succeeded);
    assert_eq!(story.next(9), Next::Begin { position: 6 });
}

#[test]
fn a_run_without_an_end_is_stopped_at_its_time_limit_and_given_up_when_it_does_not_stop() {
    let mut story = Story::guide();
    story.accepted(1, 0);
    assert_eq!(story.next(minutes(60) - 1), Next::Poll { position: 1 });
    story.step(1).next_check_at = at(minutes(60) + 4);
    assert_eq!(story.next(minutes(60)), Next::Wait { until: at(minutes(60) + 4) });
    assert!(matches!(story.next(minutes(60) + 4), Next::Stop { position: 1, .. }));
    story.step(1).cancel_sent_at = Some(at(minutes(60) + 4));
    assert_eq!(story.next(minutes(70) + 4), Next::Poll { position: 1 });
    story.step(1).next_check_at = at(minutes(70) + 9);
    assert!(matches!(
        story.next(minutes(70) + 4),
        Next::GiveUp { position: 1, state: StepState::TimedOut, .. }
    ));
}

#[test]
fn a_run_that_stopped_because_of_its_time_limit_counts_as_timed_out() {
    let mut story = Story::guide();
    story.accepted(1, 0);
    story.step(1).cancel_sent_at = Some(at(minutes(60)));
    assert_eq!(conclude(story.step(1), RunStatus::Cancelled), StepState::TimedOut);
    story.step(1).cancel_sent_at = Some(at(5));
    assert_eq!(conclude(story.step(1), RunStatus::Cancelled), StepState::Cancelled);
}

#[rstest]
#[case(RunStatus::Unknown)]
#[case(RunStatus::NeedsApproval)]
#[case(RunStatus::Running)]
fn what_is_not_an_end_is_none(#[case] status: RunStatus) {
    let mut story = Story::guide();
    assert_eq!(conclude(story.step(1), status), StepState::Running);
}

#[rstest]
#[case(TriggerState::Intended)]
#[case(TriggerState::Unknown)]
fn a_trigger_without_an_answer_is_looked_for_and_only_sent_again_after_the_settle_time(
    #[case] state: TriggerState,
) {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(state, 0));
    assert_eq!(story.next(1), Next::Resolve { position: 1 });
    story.step(1).trigger.as_mut().unwrap().looks = 5;
    assert_eq!(story.next(29), Next::Resolve { position: 1 });
    story.step(1).trigger.as_mut().unwrap().looks = 1;
    assert_eq!(story.next(31), Next::Resolve { position: 1 });
    story.step(1).trigger.as_mut().unwrap().looks = 2;
    assert_eq!(story.next(31), Next::Begin { position: 1 });
    story.step(1).trigger.as_mut().unwrap().tries = 3;
    assert!(matches!(story.next(31), Next::GiveUp { state: StepState::Failed, .. }));
}

#[test]
fn a_trigger_that_never_arrived_is_sent_again_when_its_pause_is_over() {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::Unsent, 0));
    story.step(1).next_check_at = at(20);
    assert_eq!(story.next(19), Next::Wait { until: at(20) });
    assert_eq!(story.next(20), Next::Begin { position: 1 });
    assert!(matches!(story.next(minutes(60)), Next::GiveUp { state: StepState::TimedOut, .. }));
}

#[test]
fn cleaning_up_well_never_turns_a_failed_job_green_and_badly_never_hides_the_first_error() {
    let mut story = Story::guide();
    for position in [1, 2, 4, 5] {
        story.ended(position, StepState::Succeeded);
    }
    story.ended(3, StepState::Failed).ended(6, StepState::Failed);
    let (state, outcome) = finish(story.next(9));
    assert_eq!(state, JobState::Failed);
    assert!(outcome.starts_with("Failed at step 3"), "{outcome}");
}

#[test]
fn a_guide_whose_steps_succeed_ends_with_the_cluster_destroyed() {
    let mut story = Story::guide();
    for position in 1..=6 {
        assert_eq!(story.next(9), Next::Begin { position });
        story.accepted(position, 9);
        assert_eq!(story.next(9), Next::Poll { position });
        story.ended(position, StepState::Succeeded);
    }
    assert_eq!(finish(story.next(9)), (JobState::Succeeded, "All 6 steps succeeded.".to_owned()));
}
