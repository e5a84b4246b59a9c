//! What ends the forward work of a job, and what is done about it.

use domain::act::{ActError, may_answer, may_cancel, may_interrupt, may_leave_up, may_resume};
use domain::actor::{Actor, Channel};
use domain::job::{Abandonment, Asked, JobState, JobWithSteps};
use domain::plan::{MAX_RECOVERIES, MAX_RETRIES_PER_JOB, Next, PATIENCE_WITH_NEWER};
use domain::step::{Action, Answer, GivenAnswer, Retries, StepState, Verdict};

use crate::support::*;

fn anna() -> Actor {
    Actor::new("anna", Channel::Web)
}

fn approval() -> Action {
    Action::Approval { question: "Go on?".into(), time_limit_minutes: 60, without_answer: Verdict::Refuse }
}

fn as_job(story: Story) -> JobWithSteps {
    JobWithSteps { job: story.job, steps: story.steps }
}

#[test]
fn a_cluster_that_is_left_up_lets_the_run_end_and_skips_the_finally_steps() {
    let mut story = Story::guide();
    story.ended(1, StepState::Succeeded).accepted(2, 0);
    story.job.abandoned = Some(Abandonment { by: anna(), at: at(1), until: at(7200) });
    assert_eq!(story.next(9), Next::Poll { position: 2 });
    story.ended(2, StepState::Succeeded);
    assert_eq!(story.next(9), Next::Skip { positions: vec![3, 4, 5, 6] });
    for position in 3..=6 {
        story.step(position).state = StepState::Skipped;
    }
    assert!(matches!(story.next(9), Next::Finish { state: JobState::Cancelled, .. }));
}

#[test]
fn a_cancel_stops_at_once_and_destroys_a_whole_cluster_only_after_the_hold() {
    let mut story = Story::guide();
    story.ended(1, StepState::Succeeded).ended(2, StepState::Succeeded).accepted(3, 0);
    story.job.cancelled = Some(Asked { by: anna(), at: at(20) });
    story.job.held_until = Some(at(30));
    assert!(matches!(story.next(20), Next::Stop { position: 3, .. }));
    story.ended(3, StepState::Cancelled);
    assert_eq!(story.next(21), Next::Skip { positions: vec![4] });
    story.step(4).state = StepState::Skipped;
    assert_eq!(story.next(22), Next::Wait { until: at(30) });
    assert_eq!(story.next(30), Next::Begin { position: 5 });
    story.job.abandoned = Some(Abandonment { by: anna(), at: at(25), until: at(7200) });
    assert_eq!(story.next(25), Next::Skip { positions: vec![5, 6] }, "stopped: it is left up");
}

#[test]
fn a_job_without_finally_ends_after_the_hold_since_its_end_makes_the_debt_due() {
    let mut story = Story::guide();
    story.steps.truncate(3);
    story.ended(1, StepState::Succeeded).ended(2, StepState::Succeeded).ended(3, StepState::Cancelled);
    story.job.cancelled = Some(Asked { by: anna(), at: at(20) });
    story.job.held_until = Some(at(30));
    assert_eq!(story.next(29), Next::Wait { until: at(30) });
    assert!(matches!(story.next(30), Next::Finish { state: JobState::Cancelled, .. }));
}

#[test]
fn what_is_half_made_is_destroyed_at_once() {
    let mut story = Story::guide();
    story.ended(1, StepState::Succeeded).ended(2, StepState::Cancelled);
    story.job.cancelled = Some(Asked { by: anna(), at: at(20) });
    story.job.held_until = Some(at(30));
    for position in 3..=4 {
        story.step(position).state = StepState::Skipped;
    }
    assert_eq!(story.next(21), Next::Begin { position: 5 });
}

#[test]
fn a_destroy_that_was_begun_is_not_left_half_done() {
    let mut story = Story::guide();
    for position in 1..=4 {
        story.ended(position, StepState::Succeeded);
    }
    story.ended(5, StepState::Succeeded);
    story.job.abandoned = Some(Abandonment { by: anna(), at: at(1), until: at(7200) });
    assert_eq!(story.next(9), Next::Begin { position: 6 });
}

#[test]
fn a_job_beyond_its_time_limit_stops_its_run_and_cleans_up() {
    let mut story = Story::guide();
    story.job.time_limit_minutes = Some(30);
    story.job.started_at = Some(at(0));
    story.ended(1, StepState::Succeeded).accepted(2, 0);
    assert_eq!(story.next(minutes(30) - 1), Next::Poll { position: 2 });
    assert!(matches!(story.next(minutes(30)), Next::Stop { position: 2, .. }));
    story.ended(2, StepState::Cancelled);
    assert_eq!(story.next(minutes(30)), Next::Skip { positions: vec![3, 4] });
}

#[test]
fn a_step_over_which_workers_break_down_fails_and_the_cluster_is_destroyed() {
    let mut story = Story::guide();
    story.ended(1, StepState::Succeeded).accepted(2, 0);
    story.job.recoveries = MAX_RECOVERIES;
    assert!(matches!(story.next(9), Next::GiveUp { position: 2, state: StepState::Failed, .. }));
    story.ended(2, StepState::Failed);
    story.job.recoveries = 0;
    assert_eq!(story.next(9), Next::Skip { positions: vec![3, 4] });
}

/// A guide at its deploy, step 3, which is tried once more after a minute.
fn persistent_guide() -> Story {
    let mut story = Story::guide();
    if let Action::Trigger { target, .. } = &mut story.step(3).action {
        target.retries = Retries { count: 1, pause_seconds: 60 };
    }
    story.ended(1, StepState::Succeeded).ended(2, StepState::Succeeded);
    story
}

#[test]
fn a_run_that_failed_is_tried_again_after_its_pause_and_not_more_often_than_allowed() {
    let mut story = persistent_guide();
    story.said_to_have_failed(3);
    assert_eq!(story.next(59), Next::Wait { until: at(60) });
    assert_eq!(story.next(60), Next::Retry { position: 3 });
    story.step(3).attempt = 2;
    assert_eq!(story.next(60), Next::Skip { positions: vec![4] });
}

/// A guide at its batch, step 4, which is tried twice more after a minute each.
fn guide_with_a_persistent_batch() -> Story {
    let mut story = Story::guide();
    if let Action::Batch { call } = &mut story.step(4).action {
        call.retries = Retries { count: 2, pause_seconds: 60 };
    }
    for position in 1..=3 {
        story.ended(position, StepState::Succeeded);
    }
    story.said_to_have_failed(4);
    story
}

#[test]
fn a_batch_job_that_failed_is_tried_again_after_its_pause_and_then_the_cluster_is_destroyed() {
    let mut story = guide_with_a_persistent_batch();
    for attempt in [2, 3] {
        assert_eq!(story.next(59), Next::Wait { until: at(60) });
        assert_eq!(story.next(60), Next::Retry { position: 4 });
        story.step(4).attempt = attempt;
    }
    assert_eq!(story.next(60), Next::Begin { position: 5 });
}

#[test]
fn a_cancel_or_the_time_limit_of_the_job_ends_the_pause_before_another_batch_job() {
    let mut story = guide_with_a_persistent_batch();
    story.cancelled();
    assert_eq!(story.next(2), Next::Begin { position: 5 });
    let mut story = guide_with_a_persistent_batch();
    story.job.time_limit_minutes = Some(1);
    story.job.started_at = Some(at(0));
    assert_eq!(story.next(59), Next::Wait { until: at(60) });
    assert_eq!(story.next(60), Next::Begin { position: 5 });
}

#[test]
fn in_the_pause_before_another_batch_job_people_may_cancel_and_the_end_of_the_cluster_interrupts() {
    let mut story = guide_with_a_persistent_batch();
    let waiting = as_job(Story { steps: story.steps.clone(), ..Story::guide() });
    assert_eq!((may_cancel(&waiting), may_interrupt(&waiting)), (Ok(()), true));
    story.step(4).attempt = 3;
    let used_up = as_job(story);
    assert_eq!(may_cancel(&used_up), Err(ActError::OnlyDestroys { job: 1 }));
    assert!(!may_interrupt(&used_up));
}

#[test]
fn all_steps_of_a_job_share_the_retries_that_a_job_has() {
    let mut story = guide_with_a_persistent_batch();
    story.step(3).attempt = MAX_RETRIES_PER_JOB;
    assert_eq!(story.next(60), Next::Retry { position: 4 });
    story.step(3).attempt = MAX_RETRIES_PER_JOB + 1;
    assert_eq!(story.next(60), Next::Begin { position: 5 });
}

#[test]
fn what_was_refused_took_too_long_or_is_not_known_any_more_is_not_tried_again() {
    for state in [StepState::Failed, StepState::TimedOut] {
        let mut story = persistent_guide();
        story.ended(3, state);
        story.step(3).finished_at = Some(at(9));
        // The last word of it came before.
        story.step(3).seen_at = Some(at(0));
        assert_eq!(story.next(99), Next::Skip { positions: vec![4] });
    }
}

#[test]
fn a_question_waits_for_its_answer_until_its_time_is_over() {
    let mut story = Story::new(vec![creates("cluster"), approval(), batch("s3")], vec![destroys("cluster")]);
    story.ended(1, StepState::Succeeded);
    story.step(2).state = StepState::Waiting;
    story.step(2).started_at = Some(at(0));
    assert_eq!(story.next(9), Next::Wait { until: at(minutes(60)) });
    assert_eq!(story.next(minutes(60)), Next::Heed { position: 2 });
    story.step(2).answer = Some(GivenAnswer { answer: Answer::Approve, by: anna(), at: at(9) });
    assert_eq!(story.next(9), Next::Heed { position: 2 });
}

#[test]
fn a_step_of_a_kind_that_only_a_newer_version_knows_is_left_alone() {
    assert_eq!(Story::new(vec![creates("cluster"), newer()], vec![]).next(9), Next::LeaveAlone);
}

fn newer() -> Action {
    serde_json::from_str(r#"{"kind": "rocket", "thrust": 9}"#).unwrap()
}

#[test]
fn whatever_cannot_be_read_of_an_action_is_left_to_a_newer_version_as_it_was_written() {
    let mut other_provider = serde_json::to_value(creates("cluster")).unwrap();
    other_provider["target"]["provider"] = "jenkins".into();
    let mut other_effect = serde_json::to_value(creates("cluster")).unwrap();
    other_effect["effect"] = serde_json::json!({ "resizes": "l" });
    let mut other_value = serde_json::to_value(batch("s3")).unwrap();
    other_value["call"]["body"]["idempotencyKey"] = "key_of_the_moon".into();
    for written in [serde_json::to_value(newer()).unwrap(), other_provider, other_effect, other_value] {
        let read: Action = serde_json::from_value(written.clone()).unwrap();
        assert!(read.is_unknown(), "{written}");
        assert_eq!(serde_json::to_value(&read).unwrap(), written);
    }
    let known = creates("cluster");
    let read: Action = serde_json::from_value(serde_json::to_value(&known).unwrap()).unwrap();
    assert_eq!(read, known);
    let left = known.clone().left_to_newer();
    assert!(left.is_unknown());
    assert_eq!(serde_json::to_value(&left).unwrap(), serde_json::to_value(&known).unwrap());
}

#[test]
fn a_batch_that_an_older_version_wrote_has_no_retries() {
    let mut written = serde_json::to_value(batch("s3")).unwrap();
    let call = written["call"].as_object_mut().unwrap();
    assert!(call.remove("retries").is_some() && call.remove("retry_pause_seconds").is_some());
    assert_eq!(serde_json::from_value::<Action>(written).unwrap(), batch("s3"));
}

/// With a step at work that only a newer version knows.
fn rolled_back() -> Story {
    let mut story =
        Story::new(vec![creates("cluster"), newer(), batch("s3")], vec![newer(), destroys("cluster")]);
    story.ended(1, StepState::Succeeded);
    story.step(2).state = StepState::Running;
    story.step(2).started_at = Some(at(0));
    story
}

#[test]
fn a_halted_job_is_left_to_a_newer_version_for_so_long_and_then_cleaned_up() {
    let patience = PATIENCE_WITH_NEWER.num_seconds();
    let mut story = rolled_back();
    assert_eq!(story.next(10 * patience), Next::LeaveAlone, "nobody wants it to stop");
    story.cancelled();
    assert_eq!(story.next(patience), Next::LeaveAlone);
    let gives_up = |story: &Story, step, second| {
        let next = story.next(second);
        assert!(
            matches!(next, Next::GiveUp { position, state: StepState::Failed, .. } if position == step),
            "{next:?}"
        );
    };
    gives_up(&story, 2, patience + 1);
    story.ended(2, StepState::Failed);
    assert_eq!(story.next(patience + 1), Next::Skip { positions: vec![3] });
    story.step(3).state = StepState::Skipped;
    gives_up(&story, 4, patience + 1);
    story.ended(4, StepState::Failed);
    assert_eq!(story.next(patience + 1), Next::Begin { position: 5 }, "what is known is destroyed");
}

#[test]
fn a_newer_version_that_follows_its_step_is_not_disturbed() {
    let patience = PATIENCE_WITH_NEWER.num_seconds();
    let mut story = rolled_back();
    story.cancelled();
    story.step(2).seen_at = Some(at(patience));
    assert_eq!(story.next(2 * patience - 1), Next::LeaveAlone);
    assert!(matches!(story.next(2 * patience), Next::GiveUp { position: 2, .. }));
}

#[test]
fn a_job_that_has_not_begun_is_cancelled_by_any_version() {
    let mut story = Story::new(vec![newer(), creates("cluster")], vec![]);
    story.cancelled();
    assert!(matches!(story.next(9), Next::Finish { state: JobState::Cancelled, .. }));
}

#[test]
fn the_end_of_a_cluster_interrupts_a_job_that_only_a_newer_version_knows_how_to_carry_on() {
    let mut story = rolled_back();
    assert!(may_interrupt(&as_job(Story { steps: story.steps.clone(), ..rolled_back() })));
    for position in [2, 3] {
        story.ended(position, StepState::Succeeded);
    }
    assert!(may_interrupt(&as_job(story)), "also when it is a part of cleaning up");
}

#[test]
fn what_may_not_be_done_to_a_job_says_why() {
    let mut story = Story::guide();
    for position in 1..=4 {
        story.ended(position, StepState::Succeeded);
    }
    story.accepted(5, 0);
    let job = as_job(story);
    assert_eq!(may_cancel(&job), Err(ActError::OnlyDestroys { job: 1 }));
    assert_eq!(may_leave_up(&job, at(7200), at(86_400), at(0)), Err(ActError::OnlyDestroys { job: 1 }));
    assert_eq!(may_answer(&job, 5, &Answer::Approve), Err(ActError::NothingAsked { job: 1, position: 5 }));
    assert_eq!(may_resume(&job, 1), Err(ActError::NotEnded { job: 1 }));
}

#[test]
fn an_ended_job_is_resumed_at_the_latest_from_the_first_step_that_did_not_succeed() {
    let mut story = Story::guide();
    story.ended(1, StepState::Succeeded).ended(2, StepState::Failed);
    story.job.state = JobState::Failed;
    let job = as_job(story);
    assert_eq!(may_cancel(&job), Err(ActError::Ended { job: 1 }));
    assert_eq!(may_resume(&job, 3), Err(ActError::NotResumable { job: 1, latest: 2 }));
    assert_eq!(may_resume(&job, 2), Ok(()));
}
