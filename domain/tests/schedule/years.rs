//! A year of runs over both changes of the clock is exactly what an independent walk through its minutes finds.

use chrono_tz::Tz;
use domain::schedule::timing::Timing;
use rstest::rstest;

use crate::oracle::{Pattern, minutes, utc};

fn patterns() -> Vec<Pattern> {
    let at = |hours: &[u32], minutes: &[u32]| Pattern {
        minutes: minutes.to_vec(),
        hours: hours.to_vec(),
        ..Pattern::default()
    };
    vec![
        // The hours that both clocks leave out or repeat, their edges, and those around them.
        at(&[0], &[0]),
        at(&[1], &[0]),
        at(&[1], &[30]),
        at(&[1], &[59]),
        at(&[2], &[0]),
        at(&[2], &[30]),
        at(&[2], &[59]),
        at(&[3], &[0]),
        at(&[9], &[0]),
        at(&[2, 14], &[30]),
        at(&[2, 3], &[0]),
        at(&[1, 2, 3], &[0, 15, 30, 45]),
        Pattern { weekdays: vec![0], ..at(&[2], &[30]) },
        Pattern { weekdays: vec![1, 2, 3, 4, 5], ..at(&[19], &[0]) },
        Pattern { minutes: vec![], hours: vec![2], ..Pattern::default() },
        // A pace, not a time of day.
        Pattern { minutes: vec![0], ..Pattern::default() },
        Pattern { minutes: vec![0, 15, 30, 45], ..Pattern::default() },
        Pattern {
            minutes: vec![30],
            hours: (0..24).step_by(2).collect(),
            hour_text: Some("*/2"),
            ..Pattern::default()
        },
    ]
}

#[rstest]
#[case("Europe/Berlin")]
#[case("America/New_York")]
#[case("Australia/Lord_Howe")]
#[case("Africa/Cairo")]
#[case("America/Havana")]
#[case("UTC")]
fn a_year_runs_as_documented(#[case] zone: &str) {
    let tz: Tz = zone.parse().unwrap();
    let (from, until) = (utc(2027, 1, 1, 0, 0), utc(2028, 1, 1, 0, 0));
    let minutes = minutes(tz, from, until);
    for pattern in patterns() {
        let timing = Timing::read(&pattern.text(), zone).unwrap();
        let just_before = from - chrono::Duration::seconds(1);
        let runs: Vec<_> =
            std::iter::successors(timing.next_after(just_before), |time| timing.next_after(*time))
                .take_while(|time| *time < until)
                .collect();
        let expected = pattern.runs(&minutes);
        let first_difference = runs.iter().zip(&expected).find(|(run, expected)| run != expected);
        assert_eq!(first_difference, None, "{} in {zone}", pattern.text());
        assert_eq!(runs.len(), expected.len(), "{} in {zone}", pattern.text());
    }
}
