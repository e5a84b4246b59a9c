//! A year of schedules over both changes of the clock, on three replicas with connections of their own and clocks that
//! differ by seconds: every run once, at the documented time. When that is, is written out here by hand.

use chrono::{Days, Duration, NaiveDate, NaiveTime};
use domain::Time;
use domain::actor::{Actor, Channel};
use domain::order::Ask;
use domain::schedule::timing::Timing;
use domain::schedule::{Draft, Missed, Overlap};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use store::Store;

use crate::support::{CLUSTER, House};

const YEAR: i32 = 2027;

/// From this day of the year on, the first ones of which come first, it runs at this time in UTC.
type Calendar = &'static [(u32, u32, &'static str)];

const CASES: [(&str, &str, Calendar); 3] = [
    // Berlin puts its clock from 02:00 to 03:00 on 28 March and from 03:00 to 02:00 on 31 October.
    (
        "30 2 * * *",
        "Europe/Berlin",
        &[(1, 1, "01:30"), (3, 28, "01:00"), (3, 29, "00:30"), (10, 31, "00:30"), (11, 1, "01:30")],
    ),
    // New York puts its clock from 02:00 to 03:00 on 14 March and from 02:00 to 01:00 on 7 November.
    (
        "30 2 * * *",
        "America/New_York",
        &[(1, 1, "07:30"), (3, 14, "07:00"), (3, 15, "06:30"), (11, 7, "07:30")],
    ),
    (
        "30 1 * * *",
        "America/New_York",
        &[(1, 1, "06:30"), (3, 14, "06:30"), (3, 15, "05:30"), (11, 7, "05:30"), (11, 8, "06:30")],
    ),
];

fn documented(calendar: Calendar) -> Vec<Time> {
    let first = NaiveDate::from_ymd_opt(YEAR, 1, 1).unwrap();
    (0..365)
        .map(|day| {
            let day = first + Days::new(day);
            let valid = |(month, first, _): &&(u32, u32, &str)| {
                NaiveDate::from_ymd_opt(YEAR, *month, *first).unwrap() <= day
            };
            let (_, _, time) = calendar.iter().rev().find(valid).unwrap();
            day.and_time(NaiveTime::parse_from_str(time, "%H:%M").unwrap()).and_utc()
        })
        .collect()
}

/// What has a step follows the clock: in UTC it goes on every quarter of an hour, over a gap and over an hour twice.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_pattern_with_a_step_follows_the_clock_over_both_changes_once_on_three_replicas(pool: PgPool) {
    let house = House::build(pool.clone()).await;
    let ana = Actor::new("ana", Channel::Web);
    let engines = [
        house.engine_on(replica(&pool).await),
        house.engine_on(replica(&pool).await),
        house.engine_on(replica(&pool).await),
    ];
    let changes = [
        ("Europe/Berlin", "2027-03-28T00:00:00Z"),
        ("Europe/Berlin", "2027-10-31T00:00:00Z"),
        ("America/New_York", "2027-03-14T06:00:00Z"),
        ("America/New_York", "2027-11-07T05:00:00Z"),
    ];
    for (zone, start) in changes {
        let start: Time = start.parse().unwrap();
        let draft = Draft {
            name: format!("{zone} {start}"),
            ask: Ask { routine: "up".into(), cluster: CLUSTER.into(), ..Ask::default() },
            lifetime_minutes: None,
            timing: Timing::read("*/15 * * * *", zone).unwrap(),
            missed: Missed::Skip,
            overlap: Overlap::Queue,
        };
        let id = house.store.add_schedule(&draft, &ana, start).await.unwrap().id;
        let quarters: Vec<Time> = (1..=12).map(|quarter| start + Duration::minutes(15 * quarter)).collect();
        for quarter in &quarters {
            let (one, two, three) = tokio::join!(
                engines[0].heed_schedules_at(*quarter),
                engines[1].heed_schedules_at(*quarter + Duration::seconds(20)),
                engines[2].heed_schedules_at(*quarter + Duration::seconds(40)),
            );
            one.and(two).and(three).unwrap();
        }
        let mut runs = house.store.schedule_runs(id, 100).await.unwrap();
        runs.reverse();
        assert_eq!(runs.iter().map(|run| run.due_at).collect::<Vec<_>>(), quarters, "{zone} {start}");
        assert!(runs.iter().all(|run| run.job.is_some()), "{runs:?}");
        house.store.delete_schedule(id, &ana).await.unwrap();
    }
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 4 * 12);
}

async fn replica(pool: &PgPool) -> Store {
    let own = PgPoolOptions::new().max_connections(2);
    Store::new(own.connect_with(pool.connect_options().as_ref().clone()).await.unwrap())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_year_of_schedules_over_both_clock_changes_runs_as_documented_once_on_three_replicas(pool: PgPool) {
    let house = House::build(pool.clone()).await;
    let ana = Actor::new("ana", Channel::Web);
    let start: Time = "2027-01-01T00:00:00Z".parse().unwrap();
    let mut ids = Vec::new();
    for (place, (cron, zone, _)) in CASES.into_iter().enumerate() {
        let draft = Draft {
            name: format!("{place}: {cron} {zone}"),
            ask: Ask { routine: "up".into(), cluster: CLUSTER.into(), ..Ask::default() },
            lifetime_minutes: None,
            timing: Timing::read(cron, zone).unwrap(),
            missed: Missed::Skip,
            // Nobody works on the jobs: each one waits behind the first.
            overlap: Overlap::Queue,
        };
        ids.push(house.store.add_schedule(&draft, &ana, start).await.unwrap().id);
    }
    let engines = [
        house.engine_on(replica(&pool).await),
        house.engine_on(replica(&pool).await),
        house.engine_on(replica(&pool).await),
    ];

    let end = start + Duration::days(365);
    let mut looks = 0;
    loop {
        let schedules = house.store.schedules().await.unwrap();
        let next = schedules.iter().filter_map(|schedule| schedule.next_run_at).min().unwrap();
        if next >= end {
            break;
        }
        looks += 1;
        assert!(looks < 3 * 365 + 1, "the schedules do not move on");
        let late = |seconds: i64| next + Duration::seconds((looks * 37 + seconds) % 55);
        let (one, two, three) = tokio::join!(
            engines[0].heed_schedules_at(late(0)),
            engines[1].heed_schedules_at(late(9)),
            engines[2].heed_schedules_at(late(21)),
        );
        one.and(two).and(three).unwrap();
    }

    let mut jobs = Vec::new();
    for (id, (cron, zone, calendar)) in ids.into_iter().zip(CASES) {
        let mut runs = house.store.schedule_runs(id, 1_000).await.unwrap();
        runs.reverse();
        let due: Vec<Time> = runs.iter().map(|run| run.due_at).collect();
        assert_eq!(due, documented(calendar), "{cron} {zone}");
        jobs.extend(runs.iter().map(|run| run.job.expect("no run was skipped")));
    }
    jobs.sort_unstable();
    jobs.dedup();
    assert_eq!(jobs.len(), 3 * 365, "each run has a job of its own");
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 3 * 365, "and there is no other");
}
