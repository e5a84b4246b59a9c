//! What becomes of a run: started once, made up for, skipped for a reason that people read.

use chrono::Duration;
use domain::Time;
use domain::actor::{Actor, Channel, Role};
use domain::cluster::ClusterState;
use domain::order::Ask;
use domain::schedule::timing::Timing;
use domain::schedule::{Draft, LastRun, Missed, Overlap, ScheduleState};
use domain::size::Size;
use domain::stay::Stay;
use rust_decimal::Decimal;
use sqlx::PgPool;
use store::{Store, Wish};

use crate::support::{CLUSTER, House};

fn at(text: &str) -> Time {
    text.parse().unwrap()
}

/// Every day at 09:00 UTC.
fn draft(routine: &str) -> Draft {
    Draft {
        name: "mornings".into(),
        ask: Ask {
            lifetime: None,
            routine: routine.into(),
            cluster: CLUSTER.into(),
            size: (routine != "down").then_some(Size::M),
            service: None,
        },
        lifetime_minutes: None,
        timing: Timing::read("0 9 * * *", "UTC").unwrap(),
        missed: Missed::CatchUp,
        overlap: Overlap::Skip,
    }
}

fn ana() -> Actor {
    Actor::new("ana", Channel::Web)
}

/// Written on the evening of 14 January: next due on the 15th at 09:00.
async fn write(house: &House, draft: &Draft) -> i64 {
    house.store.add_schedule(draft, &ana(), at("2027-01-14T20:00:00Z")).await.unwrap().id
}

async fn heed(house: &House, now: &str) {
    house.engine_on(house.store.clone()).heed_schedules_at(at(now)).await.unwrap();
}

async fn last(house: &House, id: i64) -> Option<LastRun> {
    house.store.schedule(id).await.unwrap().unwrap().last
}

async fn next(house: &House, id: i64) -> Option<Time> {
    house.store.schedule(id).await.unwrap().unwrap().next_run_at
}

async fn remark(house: &House, id: i64) -> String {
    last(house, id).await.unwrap().remark.unwrap()
}

async fn announcements(house: &House) -> Vec<String> {
    sqlx::query_scalar("select text from announcement order by announcement_id")
        .fetch_all(&house.pool)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_engines_on_one_database_start_one_job_for_a_run_and_carry_it_out(pool: PgPool) {
    let house = House::build(pool.clone()).await;
    let id = write(&house, &draft("up")).await;
    sqlx::query("update schedule set next_run_at = date_trunc('minute', now()), cron = '* * * * *'")
        .execute(&pool)
        .await
        .unwrap();
    let (one, other) = (house.start_engine(), house.start_engine_on(Store::new(pool.clone())));
    // In the next minute the last run is one that was skipped.
    let started = async || {
        let runs = house.store.schedule_runs(id, 10).await.unwrap();
        runs.iter().find_map(|run| run.job)
    };
    let job = house.until("a run has a job", started).await;
    let over = house.over(job).await;
    house.cluster_is(ClusterState::Up).await;
    one.stop().await;
    other.stop().await;
    assert_eq!(over.job.actor, Actor::schedule("mornings"));
    assert_eq!(house.effective(), ["release-cluster", "release"]);
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_starts_its_job_in_its_own_size_and_for_its_own_time(pool: PgPool) {
    let house = House::build(pool.clone()).await;
    let id = write(&house, &Draft { lifetime_minutes: Some(90), ..draft("up") }).await;
    heed(&house, "2027-01-15T08:59:59Z").await;
    assert_eq!(last(&house, id).await, None);
    heed(&house, "2027-01-15T09:00:00Z").await;
    let job = last(&house, id).await.unwrap().job.unwrap();
    let stay: serde_json::Value = sqlx::query_scalar("select stay from job where job_number = $1")
        .bind(job)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(stay, serde_json::json!(Stay::For { minutes: 90 }));
    assert_eq!(house.store.job(job).await.unwrap().unwrap().job.size, Some(Size::M));
    assert_eq!(next(&house, id).await, Some(at("2027-01-16T09:00:00Z")));
    assert_eq!(announcements(&house).await, [""; 0], "what goes as planned is told by its job");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn after_an_absence_the_newest_missed_run_is_made_up_for_once_and_told(pool: PgPool) {
    let house = House::build(pool).await;
    let id = write(&house, &draft("up")).await;
    heed(&house, "2027-01-18T11:00:00Z").await;
    heed(&house, "2027-01-18T11:00:01Z").await;
    let run = last(&house, id).await.unwrap();
    assert_eq!(
        (run.due_at, run.remark.as_deref()),
        (at("2027-01-18T09:00:00Z"), Some("Made up for 2 h late"))
    );
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 1);
    assert_eq!(next(&house, id).await, Some(at("2027-01-19T09:00:00Z")));
    let told = announcements(&house).await;
    assert!(told.len() == 1 && told[0].contains("was missed at 2027-01-18 09:00 UTC"), "{told:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_opposing_runs_that_were_missed_only_the_newest_is_made_up_for(pool: PgPool) {
    let at_18 = || Timing::read("0 18 * * *", "UTC").unwrap();
    for newest in ["up", "down"] {
        let house = House::build(pool.clone()).await;
        sqlx::query("update cluster set state = 'up', size = 'm'").execute(&pool).await.unwrap();
        let older = if newest == "up" { "down" } else { "up" };
        let mornings = write(&house, &draft(older)).await;
        let evenings = Draft { name: "evenings".into(), timing: at_18(), ..draft(newest) };
        let evenings = write(&house, &evenings).await;
        heed(&house, "2027-01-15T20:00:00Z").await;
        assert_eq!(
            remark(&house, mornings).await,
            "Superseded by schedule evenings, which was due at 2027-01-15 18:00 UTC"
        );
        let newest_run = last(&house, evenings).await.unwrap();
        match newest {
            "down" => assert!(newest_run.job.is_some(), "{newest_run:?}"),
            _ => assert_eq!(newest_run.remark.as_deref(), Some("iriversland2 is already up in size m")),
        }
        for sql in ["delete from schedule_run", "delete from schedule", "delete from announcement"] {
            sqlx::query(sql).execute(&pool).await.unwrap();
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_older_missed_run_is_superseded_whichever_schedule_is_looked_at_first(pool: PgPool) {
    let house = House::build(pool.clone()).await;
    sqlx::query("update cluster set state = 'up', size = 'm'").execute(&pool).await.unwrap();
    let mornings = write(&house, &Draft { missed: Missed::Skip, ..draft("up") }).await;
    let evening = Timing::read("0 18 * * *", "UTC").unwrap();
    let evenings = Draft { name: "evenings".into(), timing: evening, ..draft("down") };
    let evenings = write(&house, &evenings).await;
    // Away from the 15th to the 18th: the newest run is that of the morning, and its schedule comes first.
    heed(&house, "2027-01-18T11:00:00Z").await;
    assert_eq!(remark(&house, mornings).await, "This service was not there then; it came 2 h late");
    assert_eq!(
        remark(&house, evenings).await,
        "Superseded by schedule mornings, which was due at 2027-01-18 09:00 UTC"
    );
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_schedule_that_wants_a_cluster_for_longer_than_it_may_by_now_is_broken_and_says_so(pool: PgPool) {
    let house = House::build(pool.clone()).await;
    let id = write(&house, &Draft { lifetime_minutes: Some(12 * 60), ..draft("up") }).await;
    let lowered = House::with(pool, |catalogue| catalogue.clusters[0].limits.longest_minutes = 480).await;
    let written = lowered.store.schedule(id).await.unwrap().unwrap();
    assert_eq!(written.state(&lowered.catalogue), ScheduleState::Broken);
    heed(&lowered, "2027-01-15T09:00:00Z").await;
    assert!(remark(&lowered, id).await.contains("may stay for 8 h at most"));
    assert_eq!(lowered.store.job_counts(None).await.unwrap().all, 0);
    heed(&house, "2027-01-16T09:00:00Z").await;
    assert!(last(&house, id).await.unwrap().job.is_some(), "as soon as it may stay for so long");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_end_that_a_person_chose_at_the_start_keeps_scheduled_destroys_away(pool: PgPool) {
    let house = House::build(pool.clone()).await;
    let lifetime = Some(Stay::hours(4));
    let ask = Ask { routine: "up".into(), cluster: CLUSTER.into(), lifetime, ..Ask::default() };
    let up = house.ask_for(&ask).await;
    house.play(up).await;
    let owed = house.owed().await.unwrap();
    assert_eq!(owed.chosen_by.as_deref(), Some("operator"));
    let often = Draft { timing: Timing::read("* * * * *", "UTC").unwrap(), ..draft("down") };
    let now = house.store.now().await.unwrap();
    let id = house.store.add_schedule(&often, &ana(), now).await.unwrap().id;
    assert_eq!(house.store.planned_destroy(&owed, &house.catalogue).await.unwrap(), None);
    let engine = house.engine_on(house.store.clone());
    engine.heed_schedules_at(now + Duration::minutes(5)).await.unwrap();
    let until = owed.destroys_at.unwrap().format("%Y-%m-%d %H:%M UTC");
    assert_eq!(remark(&house, id).await, format!("Kept up until {until} by operator"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_schedule_brings_up_for_its_own_time_is_chosen_by_nobody(pool: PgPool) {
    let house = House::build(pool.clone()).await;
    let id = write(&house, &Draft { lifetime_minutes: Some(90), ..draft("up") }).await;
    heed(&house, "2027-01-15T09:00:00Z").await;
    house.play(last(&house, id).await.unwrap().job.unwrap()).await;
    let owed = house.owed().await.unwrap();
    let minutes = (owed.destroys_at.unwrap() - owed.opened_at).as_seconds_f64() / 60.0;
    assert_eq!((owed.chosen_by, minutes.round()), (None, 90.0));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_missed_run_is_skipped_and_told_where_the_schedule_says_so(pool: PgPool) {
    let house = House::build(pool).await;
    let id = write(&house, &Draft { missed: Missed::Skip, ..draft("up") }).await;
    heed(&house, "2027-01-15T11:00:00Z").await;
    assert_eq!(last(&house, id).await.unwrap().job, None);
    assert_eq!(remark(&house, id).await, "This service was not there then; it came 2 h late");
    assert_eq!(announcements(&house).await.len(), 1);
    heed(&house, "2027-01-16T09:00:30Z").await;
    assert!(last(&house, id).await.unwrap().job.is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn while_a_job_is_at_work_a_run_is_skipped_or_queued(pool: PgPool) {
    let house = House::build(pool).await;
    let busy = house.ask("guide", Some(Size::M)).await;
    let skips = write(&house, &draft("up")).await;
    let queues = Draft { name: "queued".into(), overlap: Overlap::Queue, ..draft("down") };
    let queues = write(&house, &queues).await;
    heed(&house, "2027-01-15T09:00:00Z").await;
    assert_eq!(remark(&house, skips).await, format!("Job #{busy} is at work on the cluster"));
    let queued = last(&house, queues).await.unwrap().job.unwrap();
    assert_eq!(house.store.jobs_ahead(queued).await.unwrap(), [busy]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_the_state_of_the_cluster_forbids_is_a_result_and_the_same_one_is_told_once(pool: PgPool) {
    let house = House::build(pool).await;
    let id = write(&house, &draft("down")).await;
    for day in 15..18 {
        heed(&house, &format!("2027-01-{day}T09:00:00Z")).await;
        assert_eq!(remark(&house, id).await, "iriversland2 is already down");
    }
    assert_eq!(
        announcements(&house).await,
        [
            "Schedule mornings did not run on iriversland2 at 2027-01-15 09:00 UTC: iriversland2 is already down."
        ]
    );
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn above_the_budget_a_schedule_brings_nothing_up_and_destroys_all_the_same(pool: PgPool) {
    let house = House::with(pool.clone(), |catalogue| catalogue.budget = Some(Decimal::ZERO)).await;
    let starts = write(&house, &draft("up")).await;
    heed(&house, "2027-01-15T09:00:00Z").await;
    assert!(remark(&house, starts).await.contains("nobody may start a cluster"));
    house.store.delete_schedule(starts, &ana()).await.unwrap();
    sqlx::query("update cluster set state = 'up', size = 'm'").execute(&pool).await.unwrap();
    let destroys = write(&house, &draft("down")).await;
    heed(&house, "2027-01-15T09:00:00Z").await;
    assert!(last(&house, destroys).await.unwrap().job.is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nothing_runs_in_a_freeze_of_its_cluster_or_of_all(pool: PgPool) {
    let house = House::build(pool).await;
    house.store.ensure_clusters(&["another"]).await.unwrap();
    let id = write(&house, &draft("up")).await;
    let freeze = async |from: &str, until: &str, cluster: Option<&str>| {
        house.store.add_freeze(at(from), at(until), cluster, "holidays", &ana()).await.unwrap().id
    };
    freeze("2027-01-15T00:00:00Z", "2027-01-16T00:00:00Z", Some(CLUSTER)).await;
    let all = freeze("2027-01-16T00:00:00Z", "2027-01-18T00:00:00Z", None).await;
    freeze("2027-01-17T00:00:00Z", "2027-01-18T00:00:00Z", Some("another")).await;
    for (day, until) in [(15, "2027-01-16"), (16, "2027-01-18")] {
        heed(&house, &format!("2027-01-{day}T09:00:00Z")).await;
        assert_eq!(
            remark(&house, id).await,
            format!("Schedules are frozen until {until} 00:00 UTC: holidays")
        );
    }
    assert_eq!(announcements(&house).await, [""; 0], "people know what they froze");
    house.store.remove_freeze(all, &ana()).await.unwrap();
    heed(&house, "2027-01-17T09:00:00Z").await;
    assert!(last(&house, id).await.unwrap().job.is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_scheduled_destroy_comes_only_after_the_end_that_a_person_chose(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::M)).await;
    house.play(up).await;
    let now = house.store.now().await.unwrap();
    let often = Draft { timing: Timing::read("* * * * *", "UTC").unwrap(), ..draft("down") };
    let id = house.store.add_schedule(&often, &ana(), now).await.unwrap().id;
    let wish = Wish { stay: Stay::hours(4), seen: None, idempotency_key: None, role: Role::Operator };
    let end = house.store.extend(CLUSTER, &wish, &ana()).await.unwrap().destroys_at.unwrap();
    let engine = house.engine_on(house.store.clone());
    engine.heed_schedules_at(end - Duration::minutes(1)).await.unwrap();
    let until = end.format("%Y-%m-%d %H:%M UTC");
    assert_eq!(remark(&house, id).await, format!("Kept up until {until} by ana"));
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 1);
    engine.heed_schedules_at(end + Duration::minutes(1)).await.unwrap();
    assert!(last(&house, id).await.unwrap().job.is_some(), "then the schedule goes on");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_paused_schedule_rests_and_makes_up_for_nothing_when_it_is_resumed(pool: PgPool) {
    let house = House::build(pool).await;
    let id = write(&house, &draft("up")).await;
    house.store.pause_schedule(id, &ana()).await.unwrap();
    house.store.pause_schedule(id, &Actor::new("ben", Channel::Web)).await.unwrap();
    heed(&house, "2027-01-17T10:00:00Z").await;
    let paused = house.store.schedule(id).await.unwrap().unwrap();
    assert_eq!((paused.paused.unwrap().by.as_str(), paused.last), ("ana", None));
    house.store.resume_schedule(id, &ana(), at("2027-01-17T10:00:00Z")).await.unwrap();
    heed(&house, "2027-01-17T10:00:01Z").await;
    assert_eq!(last(&house, id).await, None);
    assert_eq!(next(&house, id).await, Some(at("2027-01-18T09:00:00Z")));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_schedule_whose_routine_or_cluster_is_gone_is_broken_and_stays(pool: PgPool) {
    let house = House::build(pool.clone()).await;
    let id = write(&house, &draft("up")).await;
    let lost = House::with(pool, |catalogue| catalogue.clusters.clear()).await;
    heed(&lost, "2027-01-15T09:00:00Z").await;
    let broken = lost.store.schedule(id).await.unwrap().unwrap();
    assert_eq!(broken.state(&lost.catalogue), ScheduleState::Broken);
    assert!(remark(&lost, id).await.starts_with("Broken: There is no cluster \"iriversland2\""));
    assert_eq!(lost.store.job_counts(None).await.unwrap().all, 0);
    // With the config of before it goes on where it is.
    heed(&house, "2027-01-16T09:00:00Z").await;
    assert!(last(&house, id).await.unwrap().job.is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_saw_a_run_that_was_heeded_or_changed_meanwhile_starts_nothing(pool: PgPool) {
    let house = House::build(pool).await;
    let id = write(&house, &draft("up")).await;
    let now = at("2027-01-15T09:00:00Z");
    let seen = house.store.due_schedules(now).await.unwrap()[0];
    let later = Draft { timing: Timing::read("0 10 * * *", "UTC").unwrap(), ..draft("up") };
    house.store.change_schedule(id, &later, None, &ana(), now).await.unwrap();
    let heeded = house.store.heed_schedule(seen, &house.catalogue, now).await.unwrap();
    assert_eq!(heeded, store::Heeded::Passed);
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 0);
    house.store.delete_schedule(id, &ana()).await.unwrap();
    heed(&house, "2027-01-15T10:00:00Z").await;
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 0);
    assert_eq!(house.store.schedules().await.unwrap(), []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_clock_that_steps_back_makes_no_run_happen_twice(pool: PgPool) {
    let house = House::build(pool).await;
    let id = write(&house, &Draft { overlap: Overlap::Queue, ..draft("up") }).await;
    heed(&house, "2027-01-15T09:00:00Z").await;
    // Somebody saves it anew while the clock is an hour behind.
    let anew = Draft { name: "anew".into(), overlap: Overlap::Queue, ..draft("up") };
    let behind = at("2027-01-15T09:00:00Z") - Duration::hours(1);
    house.store.change_schedule(id, &anew, None, &ana(), behind).await.unwrap();
    heed(&house, "2027-01-15T09:00:10Z").await;
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 1);
    assert_eq!(next(&house, id).await, Some(at("2027-01-16T09:00:00Z")));
}
