//! What answers, looks and ends mean. Each of these was found by a seed of `chaos`.

use domain::actor::{Actor, Channel};
use domain::cloud::CloudMark;
use domain::cluster::ClusterState;
use domain::job::{Abandonment, JobState, JobWithSteps};
use domain::obligation::{Obligation, ObligationState};
use domain::plan::{MIN_LOOKS, Next, Pace};
use domain::record::{JobChange, ObligationChange};
use domain::run::RunStatus;
use domain::stay::StayLimits;
use domain::step::{Answer, GivenAnswer, StepState, TriggerState};
use domain::turn::{
    self, Facts, Found, Seen, Sent, Unseen, answered, finished, found, heeded, not_searched, not_seen,
    stop_asked,
};

use crate::support::*;

pub fn facts(story: &Story) -> Facts {
    Facts {
        job: JobWithSteps { job: story.job.clone(), steps: story.steps.clone() },
        cluster: story.cluster.clone(),
        obligation: None,
        teardown: Vec::new(),
        cloud: None,
        has_observer: true,
        strays: Vec::new(),
    }
}

pub fn owed(state: ObligationState) -> Obligation {
    Obligation {
        id: 1,
        cluster: "c".into(),
        state,
        opened_at: at(0),
        opened_by_job: Some(1),
        destroys_at: Some(at(240)),
        limits: StayLimits::default(),
        active_at: at(0),
        warnings: 0,
        chosen_by: None,
        extended: None,
        teardown: Vec::new(),
        cloud: None,
        due_since: None,
        alarms: 0,
        verifying_since: Some(at(0)),
        failed_attempts: 0,
        last_error: None,
        next_attempt_at: at(0),
        settled_at: None,
        settled_by_job: None,
        evidence: None,
        closed: None,
    }
}

/// Looks for the run of step 1 as often as the plan wants until it is sent again. When the looks were.
fn looks_in_vain(story: &mut Story) -> Vec<i64> {
    let mut looks = Vec::new();
    for second in 5..200 {
        match story.next(second) {
            Next::Resolve { position: 1 } => {
                looks.push(second);
                let facts = facts(story);
                let step = facts.step(1).unwrap();
                let Found::Recorded(record) = found(&facts, step, Vec::new(), &Pace::default(), at(second))
                else {
                    panic!("there is nothing to adopt");
                };
                *story.step(1) = record.step.unwrap();
            }
            Next::Begin { position: 1 } => return looks,
            Next::Wait { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    panic!("it was never sent again");
}

#[test]
fn a_lost_run_is_looked_for_when_the_settle_time_is_over_and_only_then_sent_again() {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::Unknown, 0));
    let last = looks_in_vain(&mut story).pop().unwrap();
    assert!(at(last) >= at(0) + Pace::default().settle, "the last look was after {last} s");
}

#[test]
fn the_settle_time_of_a_call_that_nobody_answered_begins_when_nobody_waits_for_it_any_more() {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::Intended, 0));
    let facts = facts(&story);
    let lost = Sent::Unknown("no answer in time".into());
    let record = answered(&facts, facts.step(1).unwrap(), lost, &Pace::default(), at(15));
    *story.step(1) = record.step.unwrap();
    let last = looks_in_vain(&mut story).pop().unwrap();
    assert!(at(last) >= at(15) + Pace::default().settle, "the last look was after {last} s");
}

#[test]
fn the_settle_time_of_a_call_whose_sender_died_begins_with_the_first_look_of_somebody_else() {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::Intended, 0));
    story.step(1).next_check_at = at(40);
    let looks = looks_in_vain(&mut story);
    let (first, last) = (looks[0], *looks.last().unwrap());
    assert_eq!(first, 40, "somebody took over after the settle time of the intent");
    assert!(at(last) >= at(40) + Pace::default().settle, "the last look was after {last} s");
}

#[test]
fn a_lost_run_whose_list_was_silent_for_long_is_looked_for_twice() {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::Unknown, 0));
    story.step(1).next_check_at = at(90);
    assert_eq!(looks_in_vain(&mut story), [90, 105]);
}

#[test]
fn a_run_is_given_up_when_its_provider_denies_it_three_times_however_often_it_was_busy_before() {
    let mut story = Story::guide();
    story.accepted(1, 0);
    let mut look = |unseen| {
        let facts = facts(&story);
        let step = not_seen(&facts, facts.step(1).unwrap(), unseen, &Pace::default(), at(9)).step.unwrap();
        *story.step(1) = step;
        story.step(1).state
    };
    let busy = || Unseen::Later { after: None, what: "503".into() };
    let denied = || Unseen::NotFound("404".into());
    for unseen in [busy(), busy(), busy(), denied(), busy(), denied()] {
        assert_eq!(look(unseen), StepState::Running);
    }
    assert_eq!(look(denied()), StepState::Failed);
}

#[test]
fn a_provider_that_refuses_every_cancel_does_not_hold_the_job_for_ever() {
    let mut story = Story::guide();
    story.accepted(1, 0);
    let asked = |second| {
        let (facts, pace) = (facts(&story), Pace::default());
        let run = story.steps[0].run().unwrap();
        let refused = Err("500".to_owned());
        stop_asked(&facts, &story.steps[0], run, "no end within 1 h", refused, &pace, at(second))
            .step
            .unwrap()
    };
    assert_eq!(asked(minutes(69)).state, StepState::Running);
    assert_eq!(asked(minutes(70)).state, StepState::TimedOut);
}

#[test]
fn a_run_whose_time_limit_passed_while_this_service_slept_is_looked_at_before_it_is_stopped() {
    let mut story = Story::guide();
    story.accepted(1, 0);
    assert_eq!(story.next(minutes(600)), Next::Poll { position: 1 });
    story.ended(1, StepState::Succeeded).ended(2, StepState::Succeeded).ended(3, StepState::Succeeded);
    story.accepted(4, 0);
    assert_eq!(story.next(minutes(600)), Next::Poll { position: 4 });
}

#[test]
fn what_nobody_answered_is_not_sent_again_after_its_time_limit() {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::Unknown, 0));
    assert_eq!(story.next(minutes(600)), Next::Resolve { position: 1 });
    story.step(1).trigger.as_mut().unwrap().looks = MIN_LOOKS;
    assert!(matches!(story.next(minutes(600)), Next::GiveUp { state: StepState::TimedOut, .. }));
}

#[test]
fn a_list_that_cannot_be_read_does_not_hold_the_job_for_ever() {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::Unknown, 0));
    let mut search = |second| {
        let facts = facts(&story);
        let record = not_searched(&facts, facts.step(1).unwrap(), "503", &Pace::default(), at(second));
        *story.step(1) = record.step.unwrap();
        story.next(second)
    };
    assert!(matches!(search(minutes(69)), Next::Wait { .. }));
    assert!(matches!(search(minutes(70)), Next::GiveUp { state: StepState::TimedOut, .. }));
}

#[test]
fn an_answer_that_names_a_run_which_fits_no_more_leaves_the_question_open() {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::NeedsPerson, 0));
    story.step(1).state = StepState::Waiting;
    let by = Actor::new("anna", Channel::Web);
    story.step(1).answer = Some(GivenAnswer { answer: Answer::Adopt { run: "gone".into() }, by, at: at(1) });
    let facts = facts(&story);
    let record = heeded(&facts, facts.step(1).unwrap(), at(9));
    assert!(record.heeded && record.step.unwrap().question().is_some());
    assert_eq!(record.job, Some(JobChange::Goes(JobState::Waiting)));
}

#[test]
fn to_leave_a_cluster_up_does_not_hide_what_failed_before() {
    let mut story = Story::guide();
    story.ended(1, StepState::Succeeded).ended(2, StepState::Failed);
    story.step(2).message = Some("no quota".into());
    let by = Actor::new("anna", Channel::Web);
    story.job.abandoned = Some(Abandonment { by, at: at(1), until: at(7200) });
    for position in 3..=6 {
        story.step(position).state = StepState::Skipped;
    }
    let Next::Finish { state, outcome } = story.next(9) else { panic!("it ends") };
    assert_eq!(state, JobState::Cancelled);
    assert!(outcome.starts_with("anna left the cluster up."), "{outcome}");
    assert!(outcome.ends_with("Failed at step 2 (step 2): no quota."), "{outcome}");
}

#[test]
fn a_job_whose_step_was_put_aside_before_it_began_is_not_said_to_have_been_cancelled_before() {
    let mut story = Story::guide();
    story.step(1).state = StepState::Failed;
    story.cancelled();
    assert_eq!(story.next(9), Next::Skip { positions: vec![2, 3, 4] });
}

#[test]
fn a_cluster_that_was_destroyed_all_the_same_is_not_said_to_be_left_up() {
    let mut story = Story::guide();
    for position in [1, 2, 3, 5, 6] {
        story.ended(position, StepState::Succeeded);
    }
    story.step(4).state = StepState::Skipped;
    let by = Actor::new("anna", Channel::Web);
    story.job.abandoned = Some(Abandonment { by, at: at(1), until: at(7200) });
    let Next::Finish { state, outcome } = story.next(9) else { panic!("it ends") };
    assert_eq!(state, JobState::Cancelled);
    assert_eq!(outcome, "anna asked too late to leave the cluster up.");
}

#[test]
fn a_job_says_on_whose_word_the_cluster_was_destroyed() {
    let mut story = Story::guide();
    for position in 1..=6 {
        story.ended(position, StepState::Succeeded);
    }
    let told = |obligation, has_observer| {
        let cloud = Some(CloudMark { name: "c".into(), tag: None });
        let facts = Facts { obligation, cloud, has_observer, ..facts(&story) };
        let record = finished(&facts, JobState::Succeeded, "All 6 steps succeeded.".into(), at(9));
        let Some(JobChange::Ends { outcome, .. }) = record.job else { panic!("it ends") };
        (outcome, record.announcements.concat())
    };
    let (outcome, announced) = told(Some(owed(ObligationState::Verifying)), true);
    assert_eq!(outcome, "All 6 steps succeeded. The CI says that the cluster was destroyed.");
    assert!(announced.ends_with("The CI says that the cluster was destroyed. The cloud is being asked."));
    let (outcome, announced) = told(None, true);
    assert_eq!(outcome, "All 6 steps succeeded. The cluster was destroyed.");
    assert!(announced.ends_with("The cluster was destroyed."));
    let (outcome, announced) = told(None, false);
    let only_the_ci = "The cluster was destroyed, says only the CI: no cloud is asked.";
    assert_eq!(outcome, format!("All 6 steps succeeded. {only_the_ci}"));
    assert!(announced.ends_with(only_the_ci));
}

#[test]
fn a_debt_is_paid_though_the_cluster_is_thought_to_be_down() {
    let mut story = Story::new(vec![destroys("cluster")], vec![]);
    assert_eq!(story.cluster.state, ClusterState::Down);
    assert!(matches!(story.next(9), Next::Finish { state: JobState::Failed, .. }));
    story.job.pays_obligation = true;
    assert_eq!(story.next(9), Next::Begin { position: 1 });
}

#[test]
fn what_an_earlier_job_has_destroyed_does_not_count_as_destroyed_by_the_job_that_takes_up_its_rest() {
    let mut story = Story::new(vec![destroys("base"), destroys("cluster")], vec![]);
    story.step(1).state = StepState::Succeeded;
    story.accepted(2, 0);
    let seen = |story: &Story| {
        let facts = Facts { obligation: Some(owed(ObligationState::Destroying)), ..facts(story) };
        let seen = Seen { status: RunStatus::Succeeded, detail: None, progress: None, run: None };
        turn::seen(&facts, &story.steps[1], seen, &Pace::default(), at(9)).unwrap()
    };
    assert_eq!(seen(&story).obligation, None);
    story.step(1).started_at = Some(at(0));
    assert_eq!(seen(&story).obligation, Some(ObligationChange::Settle));
}

#[test]
fn what_another_job_has_destroyed_is_not_left_up() {
    let mut story = Story::guide();
    let by = Actor::new("anna", Channel::Web);
    story.job.abandoned = Some(Abandonment { by, at: at(1), until: at(7200) });
    let ends_with = |state| {
        let facts = Facts { obligation: Some(owed(state)), ..facts(&story) };
        finished(&facts, JobState::Cancelled, "Cancelled before it began.".into(), at(9)).obligation
    };
    assert_eq!(
        ends_with(ObligationState::Open),
        Some(ObligationChange::LeaveUp { until: at(7200), by: "anna".into(), warnings: 0 })
    );
    assert_eq!(ends_with(ObligationState::Verifying), None);
}
