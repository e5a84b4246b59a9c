//! Laws that hold for every routine, every course of its steps, and a cancel at any moment.

use domain::job::JobState;
use domain::plan::Next;
use domain::step::{Action, Phase, StepState};
use proptest::prelude::*;

use crate::support::*;

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![Just(creates("cluster")), Just(destroys("cluster")), Just(deploys("slk")), Just(batch("s3"))]
}

fn end() -> impl Strategy<Value = StepState> {
    prop_oneof![
        4 => Just(StepState::Succeeded),
        1 => Just(StepState::Failed),
        1 => Just(StepState::Cancelled),
        1 => Just(StepState::TimedOut),
    ]
}

/// Plays a job to its end. Returns the story, the order in which steps began, and how the job ended.
fn play(mut story: Story, ends: &[StepState], cancel_at: Option<usize>) -> (Story, Vec<i32>, JobState) {
    let mut begun = Vec::new();
    for turn in 0..200 {
        if cancel_at == Some(turn) {
            story.cancelled();
        }
        match story.next(9) {
            Next::Begin { position } => {
                begun.push(position);
                story.accepted(position, 9);
            }
            Next::Poll { position } => {
                let end = ends[usize::try_from(position).unwrap() % ends.len()];
                story.ended(position, end);
            }
            Next::Stop { position, .. } => {
                story.step(position).cancel_sent_at = Some(at(9));
            }
            Next::GiveUp { position, state, .. } => {
                story.ended(position, state);
            }
            Next::Skip { positions } => {
                for position in positions {
                    assert_eq!(story.step(position).state, StepState::Queued);
                    story.step(position).state = StepState::Skipped;
                }
            }
            Next::Finish { state, .. } => return (story, begun, state),
            other => panic!("nothing here waits: {other:?}"),
        }
    }
    panic!("the job did not end");
}

proptest! {
    #[test]
    fn a_job_ends_and_keeps_the_promises(
        forward in prop::collection::vec(action(), 1..6),
        finally in prop::collection::vec(action(), 0..4),
        ends in prop::collection::vec(end(), 12),
        cancel_at in prop::option::of(0_usize..30),
    ) {
        let (story, begun, end) = play(Story::new(forward, finally), &ends, cancel_at);

        prop_assert!(begun.is_sorted(), "steps begin in order: {begun:?}");
        let mut once = begun.clone();
        once.dedup();
        prop_assert_eq!(&once, &begun, "each step begins once");

        let attempted = |phase| story.steps.iter().any(|step| step.phase == phase && step.state.was_attempted());
        if attempted(Phase::Forward) {
            let all_ran = story.steps.iter().filter(|step| step.phase == Phase::Finally)
                .all(|step| step.state.was_attempted());
            prop_assert!(all_ran, "whatever happened, the finally steps ran");
        }
        let any_broken = story.steps.iter().any(|step| {
            matches!(step.state, StepState::Failed | StepState::Cancelled | StepState::TimedOut)
        });
        prop_assert!(!(any_broken && end == JobState::Succeeded), "a broken step is never hidden");

        let first_broken = story.steps.iter().position(|step| {
            step.phase == Phase::Forward && !matches!(step.state, StepState::Succeeded)
        });
        if let Some(first) = first_broken {
            for step in story.steps[first + 1..].iter().filter(|step| step.phase == Phase::Forward) {
                prop_assert!(
                    !step.state.was_attempted() || step.action.destroys_cluster(),
                    "after a failure nothing goes forward but a destroy that was begun"
                );
            }
        }
    }
}
