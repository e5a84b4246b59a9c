//! The key under which a batch service is asked for one attempt.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::job::Job;
use domain::step::{Step, StepState};
use proptest::prelude::*;

use crate::support::*;

/// Job 12, and its batch.
fn job_and_batch() -> (Job, Step) {
    let mut story = Story::guide();
    story.job.number = 12;
    let batch = story.step(4).clone();
    (story.job, batch)
}

#[test]
fn the_key_of_an_attempt_is_the_same_however_far_the_step_is() {
    let (job, batch) = job_and_batch();
    assert_eq!(job.attempt_key(&batch), "job-12-4-1-1800000000000");
    let later = Step { state: StepState::Running, progress: Some(40.0), failed_looks: 3, ..batch };
    let claimed_again = Job { recoveries: 2, version: 90, ..job };
    assert_eq!(claimed_again.attempt_key(&later), "job-12-4-1-1800000000000");
}

#[test]
fn another_attempt_step_job_or_database_has_another_key() {
    let (job, batch) = job_and_batch();
    let keys = BTreeSet::from([
        job.attempt_key(&batch),
        job.attempt_key(&Step { attempt: 2, ..batch.clone() }),
        job.attempt_key(&Step { position: 5, ..batch.clone() }),
        Job { number: 13, ..job.clone() }.attempt_key(&batch),
        Job { created_at: job.created_at + TimeDelta::milliseconds(1), ..job }.attempt_key(&batch),
    ]);
    assert_eq!(keys.len(), 5, "{keys:?}");
}

proptest! {
    #[test]
    fn a_key_is_short_and_plain_whatever_is_in_it(
        number in 1..=i64::MAX,
        position in 1..=i32::MAX,
        attempt in 1..=i32::MAX,
        second in 0_i64..=253_402_300_799,
    ) {
        let (job, batch) = job_and_batch();
        let created_at = chrono::DateTime::from_timestamp(second, 999_999_999).unwrap();
        let key = Job { number, created_at, ..job }.attempt_key(&Step { position, attempt, ..batch });
        prop_assert!(key.len() <= 64, "{key} is {} long", key.len());
        prop_assert!(key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{key}");
    }
}
