//! What holds for every pattern in every zone.

use chrono::Duration;
use domain::Time;
use domain::schedule::timing::Timing;
use domain::schedule::zone::Zone;
use proptest::prelude::*;
use proptest::sample::{Index, select};

fn patterns() -> impl Strategy<Value = String> {
    let minutes = select(vec!["*", "0", "30", "59", "*/7", "0,15", "10-20"]);
    let hours = select(vec!["*", "0", "1", "2", "3", "23", "*/5", "1-3", "2,14"]);
    let days = select(vec!["*", "1", "L", "15W", "*/9"]);
    let months = select(vec!["*", "3", "10,11", "*/5"]);
    let weekdays = select(vec!["*", "0", "1-5", "SUN#L", "+6"]);
    (minutes, hours, days, months, weekdays).prop_map(|fields| {
        let (minute, hour, day, month, weekday) = fields;
        format!("{minute} {hour} {day} {month} {weekday}")
    })
}

/// Some of the patterns never come, such as the working day nearest to the 15th if it is a Saturday.
fn timings() -> impl Strategy<Value = Timing> {
    (patterns(), any::<Index>()).prop_filter_map("the pattern never comes", |(cron, index)| {
        let names: Vec<&str> = Zone::names().collect();
        Timing::read(&cron, names[index.index(names.len())]).ok()
    })
}

/// From 2020 to 2036, to the millisecond.
fn times() -> impl Strategy<Value = Time> {
    (1_577_836_800_000_i64..2_082_758_400_000).prop_map(|millis| Time::from_timestamp_millis(millis).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_next_run_is_always_later_and_at_a_full_minute(timing in timings(), from in times()) {
        let mut time = from;
        for _ in 0..20 {
            let next = timing.next_after(time).unwrap();
            prop_assert!(next > time, "{next} after {time}");
            prop_assert_eq!(next.timestamp() % 60, 0);
            prop_assert_eq!(next.timestamp_subsec_nanos(), 0);
            time = next;
        }
    }

    #[test]
    fn nothing_lies_between_a_time_and_the_next_run(timing in timings(), from in times(), minutes in 0_i64..100_000) {
        let next = timing.next_after(from).unwrap();
        let between = (from + Duration::minutes(minutes)).min(next - Duration::milliseconds(1));
        prop_assert_eq!(timing.next_after(between), Some(next));
    }

    #[test]
    fn the_newest_run_is_the_last_one_of_a_walk(timing in timings(), from in times(), hours in 0_i64..300) {
        let until = from + Duration::hours(hours);
        let just_before = from - Duration::seconds(1);
        let walk = std::iter::successors(timing.next_after(just_before), |time| timing.next_after(*time));
        let last = walk.take_while(|time| *time <= until).last().filter(|time| *time >= from);
        prop_assert_eq!(timing.newest(from, until), last);
    }

    #[test]
    fn the_runs_that_a_change_touches_are_found_in_every_zone(timing in timings(), now in times()) {
        for touched in timing.touched(now) {
            use domain::schedule::timing::Touched;
            if let Touched::Moved { to: at, .. } | Touched::OnceOfTwo { at, .. } = touched {
                prop_assert_eq!(timing.next_after(at - Duration::seconds(1)), Some(at), "{:?}", touched);
            }
        }
    }
}
