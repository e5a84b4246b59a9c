//! How long is waited after looks that brought nothing.

use chrono::Duration;
use domain::plan::Pace;
use domain::step::Step;

use crate::support::*;

/// A step whose looks failed so often.
fn failed(failed_looks: i32) -> Step {
    Step { failed_looks, ..Story::guide().step(4).clone() }
}

#[test]
fn two_jobs_that_failed_at_the_same_moment_do_not_come_again_at_the_same_moment() {
    let pace = Pace::default();
    let step = failed(1);
    assert_ne!(pace.pause_after(1, &step, None), pace.pause_after(2, &step, None));
    let beside = Step { position: 5, ..step.clone() };
    assert_ne!(pace.pause_after(1, &step, None), pace.pause_after(1, &beside, None));
    assert_eq!(pace.pause_after(1, &step, None), pace.pause_after(1, &step, None), "on every replica");
}

#[test]
fn a_pause_is_never_shorter_than_half_of_it_and_never_longer_than_the_whole() {
    let pace = Pace::default();
    for (failures, seconds) in [(0, 5), (1, 10), (2, 20), (3, 40), (4, 60), (10_000, 60)] {
        let whole = Duration::seconds(seconds);
        for job in 1..=100 {
            let pause = pace.pause_after(job, &failed(failures), None);
            assert!((whole / 2..=whole).contains(&pause), "{pause} after {failures} failures");
        }
    }
}

#[test]
fn a_pause_is_never_shorter_than_what_the_provider_asked_for() {
    let pace = Pace::default();
    for job in 1..=100 {
        let asked_for_less = pace.pause_after(job, &failed(2), Some(Duration::seconds(15)));
        assert!(
            (Duration::seconds(15)..=Duration::seconds(20)).contains(&asked_for_less),
            "{asked_for_less}"
        );
        let asked_for_more = pace.pause_after(job, &failed(2), Some(Duration::minutes(7)));
        assert_eq!(asked_for_more, Duration::minutes(7));
    }
}
