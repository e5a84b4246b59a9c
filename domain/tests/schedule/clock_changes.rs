//! The days on which the clock changes, written out.

use domain::Time;
use domain::schedule::timing::{Timing, Touched};

fn runs(cron: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    let timing = Timing::read(cron, zone).unwrap();
    let runs = timing.next(from.parse().unwrap(), count);
    runs.into_iter().map(|time| time.format("%m-%d %H:%M").to_string()).collect()
}

fn touched(cron: &str, zone: &str) -> Vec<Touched> {
    let now: Time = "2027-01-01T00:00:27.5Z".parse().unwrap();
    Timing::read(cron, zone).unwrap().touched(now)
}

#[test]
fn a_time_that_does_not_exist_runs_once_at_the_first_instant_after_the_gap() {
    // Berlin puts its clock from 02:00 to 03:00 on 28 March 2027, which is 01:00 UTC.
    assert_eq!(
        runs("30 2 * * *", "Europe/Berlin", "2027-03-27T00:00:00Z", 3),
        ["03-27 01:30", "03-28 01:00", "03-29 00:30"]
    );
    // New York does so on 14 March, at 07:00 UTC.
    assert_eq!(
        runs("30 2 * * *", "America/New_York", "2027-03-13T00:00:00Z", 3),
        ["03-13 07:30", "03-14 07:00", "03-15 06:30"]
    );
}

#[test]
fn several_times_in_the_gap_run_once_together_with_the_one_after_it() {
    assert_eq!(
        runs("0,30 2,3 * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", 3),
        ["03-28 01:00", "03-28 01:30", "03-29 00:00"]
    );
}

#[test]
fn a_time_that_comes_twice_runs_once_the_first_time() {
    // Berlin puts its clock back from 03:00 to 02:00 on 31 October 2027, which is 01:00 UTC.
    assert_eq!(
        runs("30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00Z", 2),
        ["10-31 00:30", "11-01 01:30"]
    );
    assert_eq!(
        runs("30 1 * * *", "America/New_York", "2027-11-06T12:00:00Z", 2),
        ["11-07 05:30", "11-08 06:30"]
    );
    // Asked between the two, it does not come again.
    assert_eq!(runs("30 2 * * *", "Europe/Berlin", "2027-10-31T01:10:00Z", 1), ["11-01 01:30"]);
}

#[test]
fn a_pace_follows_the_clock() {
    assert_eq!(
        runs("30 * * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", 3),
        ["03-28 00:30", "03-28 01:30", "03-28 02:30"]
    );
    assert_eq!(
        runs("30 * * * *", "Europe/Berlin", "2027-10-31T00:00:00Z", 3),
        ["10-31 00:30", "10-31 01:30", "10-31 02:30"]
    );
}

#[test]
fn the_runs_that_a_change_touches_are_told_beforehand() {
    let wall = |text: &str| text.parse::<chrono::NaiveDateTime>().unwrap();
    let at = |text: &str| text.parse::<Time>().unwrap();
    assert_eq!(
        touched("30 2 * * *", "Europe/Berlin"),
        [
            Touched::Moved { wall: wall("2027-03-28T02:30:00"), to: at("2027-03-28T01:00:00Z") },
            Touched::OnceOfTwo { wall: wall("2027-10-31T02:30:00"), at: at("2027-10-31T00:30:00Z") },
        ]
    );
    assert_eq!(
        touched("30 */2 * * *", "Europe/Berlin"),
        [
            Touched::LeftOut { wall: wall("2027-03-28T02:30:00") },
            Touched::BothOfTwo { wall: wall("2027-10-31T02:30:00") },
        ]
    );
    for (cron, zone) in
        [("0 9 * * *", "Europe/Berlin"), ("0 3 * * *", "Europe/Berlin"), ("30 2 * * *", "UTC")]
    {
        assert_eq!(touched(cron, zone), [], "{cron} {zone}");
    }
}
