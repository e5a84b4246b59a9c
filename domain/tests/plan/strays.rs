//! Runs that do not stop, runs that are one too many, and runs of which nobody knows whose they are.

use domain::obligation::ObligationState;
use domain::plan::{Next, Pace};
use domain::record::{ObligationChange, Record};
use domain::run::{Candidate, Likeness, ProviderKind, RunRef, RunStatus};
use domain::step::{Answer, GivenAnswer, StepState, TriggerState};
use domain::stray::{Left, Sight, Stray};
use domain::turn::{self, Facts, Found, Seen, found, given_up, heeded, stop_asked, twins_sought};
use rstest::rstest;

use crate::support::*;
use crate::turns::{facts, owed};

fn run(id: &str) -> RunRef {
    let number = Some(id.to_owned());
    RunRef { provider: ProviderKind::CircleCi, id: id.into(), number, url: "https://example.org".into() }
}

fn candidates(likeness: Likeness, ids: &[&str]) -> Vec<Candidate> {
    ids.iter().map(|id| Candidate { run: run(id), likeness }).collect()
}

fn stray(ended_at: Option<i64>) -> Stray {
    Stray {
        id: 1,
        job: 1,
        position: 1,
        target: target("cluster"),
        run: run("243"),
        is_ours: true,
        looks: 0,
        missing_looks: 0,
        ended_at: ended_at.map(at),
    }
}

/// The seconds at which a run that goes on is asked to stop, looked at every five seconds, and what ends it.
fn asked_in_vain(story: &mut Story, from: i64) -> (Vec<i64>, Next) {
    let mut asked = Vec::new();
    for second in from..from + minutes(20) {
        match story.next(second) {
            Next::Stop { because, .. } => {
                asked.push(second - from);
                let facts = facts(story);
                let step = facts.step(1).unwrap();
                let pace = Pace::default();
                let record =
                    stop_asked(&facts, step, step.run().unwrap(), &because, Ok(()), &pace, at(second));
                *story.step(1) = record.step.unwrap();
            }
            Next::Poll { .. } => story.step(1).next_check_at = at(second) + Pace::default().poll,
            Next::Wait { .. } => {}
            other => return (asked, other),
        }
    }
    panic!("it is followed for ever");
}

#[test]
fn a_run_that_goes_on_is_asked_to_stop_again_less_and_less_often_and_left_after_ten_minutes() {
    let mut story = Story::guide();
    story.accepted(1, 0).cancelled();
    let (asked, end) = asked_in_vain(&mut story, 9);
    assert_eq!(asked, [0, 30, 90, 210, 450]);
    let Next::GiveUp { state, because, .. } = end else { panic!("{end:?}") };
    assert_eq!(state, StepState::Cancelled);
    let facts = facts(&story);
    let record = given_up(&facts, facts.step(1).unwrap(), state, because, at(700));
    assert_eq!(record.left, [Left { run: story.steps[0].run().unwrap().clone(), is_ours: true }]);
    assert!(record.announcements.concat().contains("may still be at work"), "{:?}", record.announcements);
    *story.step(1) = record.step.unwrap();
    assert_eq!(story.next(701), Next::Skip { positions: vec![2, 3, 4] });
}

#[test]
fn what_did_not_stop_is_named_where_the_job_says_how_it_ended() {
    let mut story = Story::guide();
    story.ended(1, StepState::Cancelled).cancelled();
    story.step(1).message = Some("asked to stop 10 min ago and did not; it may still be at work".into());
    for position in 2..=4 {
        story.step(position).state = StepState::Skipped;
    }
    story.ended(5, StepState::Succeeded).ended(6, StepState::Succeeded);
    let Next::Finish { outcome, .. } = story.next(9) else { panic!("it ends") };
    assert!(outcome.contains("it may still be at work"), "{outcome}");
}

/// The last destroy of a job that was begun at second 5 has succeeded, as only the CI says.
fn destroyed_beside(stray: Option<Stray>) -> Record {
    let mut story = Story::new(vec![destroys("base"), destroys("cluster")], vec![]);
    story.accepted(1, 5).ended(1, StepState::Succeeded).accepted(2, 50);
    let (strays, obligation) = (stray.into_iter().collect(), Some(owed(ObligationState::Destroying)));
    let facts = Facts { strays, obligation, ..facts(&story) };
    let seen = Seen { status: RunStatus::Succeeded, detail: None, progress: None, run: None };
    turn::seen(&facts, &story.steps[1], seen, &Pace::default(), at(90)).unwrap()
}

#[rstest]
#[case::nobody_is_left(None, true)]
#[case::it_is_at_work(Some(stray(None)), false)]
#[case::it_ended_beside_the_destroy(Some(stray(Some(20))), false)]
#[case::it_ended_before_the_destroy(Some(stray(Some(4))), true)]
fn the_word_of_a_ci_is_no_proof_while_a_run_that_was_left_may_create_something(
    #[case] stray: Option<Stray>,
    #[case] settles: bool,
) {
    match destroyed_beside(stray).obligation {
        Some(ObligationChange::Settle) => assert!(settles),
        Some(ObligationChange::Due { error, .. }) => {
            assert!(!settles && error.contains("CircleCI pipeline 243"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

fn lost(story: &mut Story) -> Facts {
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::Unknown, 0));
    facts(story)
}

#[rstest]
#[case::known_by_its_looks_alone(Likeness::Looks, &["a"], 5, None)]
#[case::after_the_settle_time(Likeness::Looks, &["a"], 30, Some("a"))]
#[case::started_by_our_user(Likeness::Actor, &["a"], 5, Some("a"))]
#[case::marked(Likeness::Marker, &["a", "b"], 5, Some("a"))]
#[case::two_of_our_user(Likeness::Actor, &["a", "b"], 30, None)]
fn a_run_that_may_be_anybodys_is_adopted_only_when_no_other_can_show_up_any_more(
    #[case] likeness: Likeness,
    #[case] ids: &[&str],
    #[case] second: i64,
    #[case] adopted: Option<&str>,
) {
    let mut story = Story::guide();
    let facts = lost(&mut story);
    let step = facts.step(1).unwrap();
    match found(&facts, step, candidates(likeness, ids), &Pace::default(), at(second)) {
        Found::Adopt { run, .. } => assert_eq!(Some(run.id.as_str()), adopted),
        Found::Recorded(record) => {
            assert_eq!(adopted, None);
            let asks = record.step.unwrap().question().is_some();
            assert_eq!(asks, second >= 30 && ids.len() > 1);
        }
    }
}

#[test]
fn who_is_asked_which_run_it_is_hears_what_happens_without_an_answer_and_when() {
    let mut story = Story::guide();
    let facts = lost(&mut story);
    let fits = candidates(Likeness::Looks, &["a", "b"]);
    let found = found(&facts, facts.step(1).unwrap(), fits, &Pace::default(), at(30));
    let Found::Recorded(record) = found else { panic!("nobody knows") };
    let deadline = at(minutes(60)).format("%Y-%m-%d %H:%M UTC").to_string();
    for told in [&record.remarks[0].text, &record.announcements[0]] {
        assert!(told.contains(&format!("Without an answer by {deadline}")), "{told}");
    }
}

#[rstest]
#[case::our_users(Likeness::Actor, true)]
#[case::anybodys(Likeness::Looks, false)]
fn a_question_that_nobody_answers_names_the_runs_and_stops_those_that_are_no_strangers(
    #[case] likeness: Likeness,
    #[case] is_ours: bool,
) {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::NeedsPerson, 0));
    story.step(1).state = StepState::Waiting;
    story.step(1).trigger.as_mut().unwrap().candidates = candidates(likeness, &["a", "b"]);
    let Next::GiveUp { state, because, .. } = story.next(minutes(60)) else { panic!("it is over") };
    assert_eq!(state, StepState::TimedOut);
    assert!(because.contains("CircleCI pipeline a, CircleCI pipeline b may still be at work"), "{because}");
    let facts = facts(&story);
    let left = given_up(&facts, facts.step(1).unwrap(), state, because, at(minutes(60))).left;
    assert_eq!(left, ["a", "b"].map(|id| Left { run: run(id), is_ours }));
}

#[test]
fn a_step_that_a_person_gives_up_leaves_the_runs_that_fitted() {
    let mut story = Story::guide();
    story.accepted(1, 0).step(1).trigger = Some(trigger(TriggerState::NeedsPerson, 0));
    story.step(1).state = StepState::Waiting;
    story.step(1).trigger.as_mut().unwrap().candidates = candidates(Likeness::Actor, &["a"]);
    let by = domain::actor::Actor::new("anna", domain::actor::Channel::Web);
    story.step(1).answer = Some(GivenAnswer { answer: Answer::GiveUp, by, at: at(1) });
    let facts = facts(&story);
    let record = heeded(&facts, facts.step(1).unwrap(), at(9));
    assert_eq!(record.left, [Left { run: run("a"), is_ours: true }]);
    assert_eq!(
        record.step.unwrap().message.as_deref(),
        Some("given up by anna: CircleCI pipeline a may still be at work")
    );
}

#[test]
fn of_two_runs_that_show_up_later_the_older_is_followed_and_the_other_told_to_stop() {
    let mut story = Story::guide();
    story.accepted(1, 0);
    story.step(1).trigger.as_mut().unwrap().twins_at = Some(at(30));
    story.step(1).trigger.as_mut().unwrap().run = Some(run("younger"));
    assert_eq!(story.next(29), Next::Poll { position: 1 });
    assert_eq!(story.next(30), Next::SeekTwins { position: 1 });
    let facts = facts(&story);
    let step = facts.step(1).unwrap();
    let silent = twins_sought(&facts, step, Err("503".into()), &Pace::default(), at(30));
    assert!(silent.step.unwrap().trigger.unwrap().twins_at > Some(at(30)), "it is asked again");

    let both = candidates(Likeness::Marker, &["older", "younger"]);
    let record = twins_sought(&facts, step, Ok(both), &Pace::default(), at(30));
    assert_eq!(record.left, [Left { run: run("younger"), is_ours: true }]);
    assert!(record.announcements[0].contains("CircleCI pipeline younger carries the same marker"));
    *story.step(1) = record.step.unwrap();
    assert_eq!(story.step(1).run().unwrap().id, "older");
    assert_eq!(story.next(31), Next::Poll { position: 1 });
}

#[test]
fn a_second_run_without_a_marker_is_told_to_people_and_left_alone() {
    let mut story = Story::guide();
    story.accepted(1, 0);
    story.step(1).trigger.as_mut().unwrap().run = Some(run("ours"));
    let facts = facts(&story);
    let both = candidates(Likeness::Actor, &["other", "ours"]);
    let record = twins_sought(&facts, facts.step(1).unwrap(), Ok(both), &Pace::default(), at(30));
    assert_eq!(record.left, []);
    assert!(record.announcements[0].contains("a person has to look"), "{:?}", record.announcements);
    assert_eq!(record.step.unwrap().run().unwrap().id, "ours");
}

#[test]
fn a_run_that_nobody_follows_is_looked_at_until_its_provider_says_that_it_has_ended() {
    let pace = Pace::default();
    let at_work = Sight::Shows(RunStatus::Running);
    let mut stray = stray(None);
    let mut pauses = Vec::new();
    let mut alarms = 0;
    for _ in 0..10 {
        assert!(stray.is_to_stop(&at_work));
        let watched = stray.watched(&at_work, Some(&Ok(())), &pace);
        assert!(!watched.has_ended);
        alarms += i32::from(watched.announcement.is_some());
        pauses.push(watched.pause.num_seconds());
        stray.looks = watched.looks;
    }
    assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
    assert_eq!(alarms, 1);
    let ended = Sight::Shows(RunStatus::Cancelled);
    assert!(!stray.is_to_stop(&ended) && stray.watched(&ended, None, &pace).has_ended);
    let denied = stray.watched(&Sight::Missing, None, &pace);
    assert!(!denied.has_ended, "once is no word");
    stray.missing_looks = 2;
    assert!(stray.watched(&Sight::Missing, None, &pace).has_ended);
}

#[test]
fn a_destroy_that_was_put_aside_is_watched_and_not_stopped_half_way() {
    let mut story = Story::guide();
    story.accepted(1, 0).accepted(6, 0);
    let facts = facts(&story);
    let left = |position| {
        let step = facts.step(position).unwrap();
        given_up(&facts, step, StepState::Failed, "put aside".into(), at(9)).left[0].is_ours
    };
    assert!(left(1) && !left(6));
}

#[test]
fn a_run_that_may_be_somebody_elses_is_only_watched() {
    let stray = Stray { is_ours: false, ..stray(None) };
    assert!(!stray.is_to_stop(&Sight::Shows(RunStatus::Running)));
}
