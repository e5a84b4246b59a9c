//! Clusters end by themselves: at their time, with warnings, whatever is at work; and no destroy is begun before its hold is
//! over.

use domain::actor::{Actor, Channel};
use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::order::Ask;
use domain::record::Evidence;
use domain::schedule::timing::Timing;
use domain::schedule::{Draft, Missed, Overlap};
use domain::size::Size;
use domain::stay::Stay;
use domain::step::StepState;
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::{AssertSqlSafe, PgPool};
use store::{Terms, Wish};

use crate::support::{CLUSTER, House};

fn anna() -> Actor {
    Actor::new("anna", Channel::Web)
}

impl House {
    /// The cluster is up, and nobody does anything with it any more.
    async fn is_up_and_forgotten(&self) {
        let up = self.ask("up", Some(Size::S)).await;
        self.over(up).await;
    }

    /// Time passes, or goes back: its end is that far from now.
    async fn ends_in(&self, minutes: i64) {
        let sql = format!("update obligation set destroys_at = now() + interval '{minutes} minutes'");
        sqlx::query(AssertSqlSafe(sql)).execute(&self.pool).await.unwrap();
    }

    async fn warnings(&self) -> Vec<String> {
        let sql =
            "select text from announcement where text like '% is destroyed in %' order by announcement_id";
        sqlx::query_scalar(sql).fetch_all(&self.pool).await.unwrap()
    }

    async fn has_warned(&self, times: usize) {
        self.until(&format!("it has warned {times} times"), async || {
            (self.warnings().await.len() == times).then_some(())
        })
        .await;
    }

    pub async fn is_gone(&self) {
        self.until("the debt is paid", async || self.owed().await.is_none().then_some(())).await;
        assert!(!self.simulator.cluster_is_up());
    }

    /// One receipt remains of it, and says by what its end was proved.
    async fn has_left_a_receipt(&self) {
        let receipts = self.receipts().await;
        let [receipt] = receipts.as_slice() else { panic!("{receipts:?}") };
        let by: Vec<String> = receipt.jobs.iter().map(|job| job.by.to_string()).collect();
        assert_eq!(
            (receipt.evidence, by),
            (Some(Evidence::Cloud), vec!["operator".into(), "auto-destroy".into()])
        );
    }

    /// A guide that hangs in its batch.
    pub async fn hanging_guide(&self) -> i64 {
        self.simulator.inject(Fault::on(Endpoint::BatchTrigger, FaultKind::RunHangs)).unwrap();
        let guide = self.ask("guide", Some(Size::S)).await;
        self.until("the batch is at work", async || {
            let job = self.store.job(guide).await.unwrap().unwrap();
            (job.steps[3].state == StepState::Running).then_some(())
        })
        .await;
        guide
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_forgotten_cluster_is_warned_of_three_times_and_destroyed_at_its_time(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    house.is_up_and_forgotten().await;
    for (minutes, times) in [(60, 1), (30, 2), (10, 3)] {
        house.ends_in(minutes).await;
        house.has_warned(times).await;
    }
    house.ends_in(0).await;
    house.is_gone().await;
    engine.stop().await;
    let warnings = house.warnings().await;
    assert!(warnings[0].starts_with("iriversland2 is destroyed in 1 h, at "), "{warnings:?}");
    assert!(warnings[2].starts_with("iriversland2 is destroyed in 10 min, at "), "{warnings:?}");
    assert_eq!(warnings.len(), 3);
    let buttons: Vec<serde_json::Value> =
        sqlx::query_scalar("select buttons from announcement where text like '% is destroyed in %'")
            .fetch_all(&house.pool)
            .await
            .unwrap();
    assert_eq!(buttons[0][0]["path"], "/clusters/iriversland2/extend");
    house.has_left_a_receipt().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_whose_time_came_while_nobody_was_there_is_destroyed_by_whoever_comes(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    house.is_up_and_forgotten().await;
    engine.kill().await;
    house.ends_in(-90).await;
    let engine = house.start_engine();
    house.is_gone().await;
    engine.stop().await;
    assert_eq!(house.warnings().await, Vec::<String>::new(), "of what is over nobody is warned");
    house.has_left_a_receipt().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_slept_through_several_warnings_gives_one_with_the_true_time(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    house.ends_in(9).await;
    let (one, other) = (house.start_engine(), house.start_engine());
    house.has_warned(1).await;
    one.stop().await;
    other.stop().await;
    let warnings = house.warnings().await;
    assert!(warnings.len() == 1 && warnings[0].contains("is destroyed in 9 min"), "{warnings:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_starts_a_cluster_for_a_short_time_is_not_warned_at_once_and_later_is(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    let lifetime = Some(Stay::For { minutes: 25 });
    let ask = Ask { routine: "up".into(), cluster: CLUSTER.into(), lifetime, ..Ask::default() };
    let up = house.ask_for(&ask).await;
    house.over(up).await;
    let owed = house.owed().await.unwrap();
    let stays = (owed.destroys_at.unwrap() - owed.opened_at).num_seconds();
    assert!((1_440..=1_500).contains(&stays), "{stays}");
    assert_eq!((owed.warnings, house.warnings().await.len()), (2, 0));
    house.ends_in(9).await;
    house.has_warned(1).await;
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_extends_a_cluster_is_warned_of_the_new_end(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    house.is_up_and_forgotten().await;
    house.ends_in(29).await;
    house.has_warned(1).await;
    let wish = Wish { stay: Stay::hours(1), seen: None, idempotency_key: None, role: Default::default() };
    house.store.extend(CLUSTER, &wish, &anna()).await.unwrap();
    assert_eq!(house.owed().await.unwrap().warnings, 0);
    house.ends_in(59).await;
    house.has_warned(2).await;
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_at_work_at_the_deadline_is_waited_for_and_then_cancelled(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    let guide = house.hanging_guide().await;
    house.ends_in(-59).await;
    house.ends_in(9).await;
    house.has_warned(1).await;
    house.ends_in(-59).await;
    let is_at_work = house.store.job(guide).await.unwrap().unwrap();
    assert_eq!((is_at_work.job.state, is_at_work.job.cancelled), (JobState::Running, None));
    house.ends_in(-60).await;
    let over = house.over(guide).await;
    house.is_gone().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Cancelled, "{}", house.story().await);
    assert!(over.job.outcome.unwrap().starts_with("Cancelled by auto-destroy at step 4"));
    assert!(
        house.warnings().await[0]
            .ends_with("A job is at work; a job at work then may go on for 1 h at most.")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn where_the_config_says_so_no_job_is_waited_for(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.clusters[0].limits.grace_minutes = 0).await;
    let engine = house.start_engine();
    house.is_up_and_forgotten().await;
    house.simulator.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::RunHangs)).unwrap();
    let service = Some("slack-middleware".to_owned());
    let ask = Ask { routine: "deploy".into(), cluster: CLUSTER.into(), service, ..Ask::default() };
    let deploy = house.ask_for(&ask).await;
    house
        .until("it is at work", async || {
            let job = house.store.job(deploy).await.unwrap().unwrap();
            (job.steps[0].state == StepState::Running).then_some(())
        })
        .await;
    house.ends_in(0).await;
    let over = house.over(deploy).await;
    house.is_gone().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Cancelled);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_without_a_job_for_long_is_destroyed_before_its_time(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.clusters[0].limits.idle_minutes = Some(120)).await;
    let engine = house.start_engine();
    house.is_up_and_forgotten().await;
    let used_since =
        |ago: &str| AssertSqlSafe(format!("update obligation set active_at = now() - interval '{ago}'"));
    sqlx::query(used_since("111 minutes")).execute(&house.pool).await.unwrap();
    house.has_warned(1).await;
    assert!(house.warnings().await[0].contains("since nobody uses it"));
    sqlx::query(used_since("2 hours")).execute(&house.pool).await.unwrap();
    house.is_gone().await;
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_end_that_a_schedule_brings_is_warned_of_when_it_is_the_earlier_one(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    house.is_up_and_forgotten().await;
    let destroys = Draft {
        name: "evenings".into(),
        ask: Ask { routine: "down".into(), cluster: CLUSTER.into(), ..Ask::default() },
        lifetime_minutes: None,
        timing: Timing::read("0 0 1 1 *", "UTC").unwrap(),
        missed: Missed::CatchUp,
        overlap: Overlap::Skip,
    };
    let now = house.store.now().await.unwrap();
    house.store.add_schedule(&destroys, &anna(), now).await.unwrap();
    let soon = "update schedule set next_run_at = now() + interval '9 minutes'";
    sqlx::query(soon).execute(&house.pool).await.unwrap();
    house.has_warned(1).await;
    engine.stop().await;
    let warning = house.warnings().await.remove(0);
    assert!(warning.starts_with("iriversland2 is destroyed in 9 min, at "), "{warning}");
    assert!(warning.ends_with(" UTC, by schedule evenings."), "{warning}");
    assert_eq!(house.owed().await.unwrap().warnings, 3);
    // Whoever extends it is kept up by name, and the schedule is no end any more.
    let wish = Wish { stay: Stay::hours(1), seen: None, idempotency_key: None, role: Default::default() };
    house.store.extend(CLUSTER, &wish, &anna()).await.unwrap();
    house.engine_on(house.store.clone()).pay_what_is_due().await.unwrap();
    assert_eq!((house.owed().await.unwrap().warnings, house.warnings().await.len()), (0, 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_end_that_a_person_chose_holds_though_nobody_uses_the_cluster(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.clusters[0].limits.idle_minutes = Some(120)).await;
    let lifetime = Some(Stay::hours(6));
    let ask = Ask { routine: "up".into(), cluster: CLUSTER.into(), lifetime, ..Ask::default() };
    let up = house.ask_for(&ask).await;
    house.play(up).await;
    let idles = "update obligation set active_at = now() - interval '3 hours'";
    sqlx::query(idles).execute(&house.pool).await.unwrap();
    house.engine_on(house.store.clone()).pay_what_is_due().await.unwrap();
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 1);
    // The same cluster, had nobody chosen its end.
    sqlx::query("update obligation set chosen_by = null").execute(&house.pool).await.unwrap();
    house.engine_on(house.store.clone()).pay_what_is_due().await.unwrap();
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_somebody_starts_until_a_time_ends_then(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    let time = house.store.now().await.unwrap() + chrono::TimeDelta::hours(2);
    let lifetime = Some(Stay::Until { time });
    let ask = Ask { routine: "up".into(), cluster: CLUSTER.into(), lifetime, ..Ask::default() };
    let up = house.ask_for(&ask).await;
    house.over(up).await;
    engine.stop().await;
    let ends_at = house.owed().await.unwrap().destroys_at.unwrap();
    assert_eq!(ends_at.timestamp(), time.timestamp());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_night_of_steps_is_not_cut_off_by_the_lifetime_of_what_is_forgotten(pool: PgPool) {
    let house = House::build(pool).await;
    let ask = |routine: &str| Ask { routine: routine.into(), cluster: CLUSTER.into(), ..Ask::default() };
    let hours = |ask: &Ask| house.catalogue.order(ask).unwrap().stay.lifetime_minutes / 60;
    assert_eq!(hours(&ask("up")), 4);
    assert!(hours(&ask("guide")) > 24, "its batch alone may take a day, and it destroys the cluster itself");
    let chosen = Ask { lifetime: Some(Stay::hours(2)), ..ask("guide") };
    assert_eq!(house.catalogue.order(&chosen).unwrap().stay.stay(), Stay::hours(2));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_destroy_that_is_stopped_within_its_hold_has_destroyed_nothing(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.hold_seconds = 60).await;
    let engine = house.start_engine();
    house.is_up_and_forgotten().await;
    let down = house.ask("down", None).await;
    house
        .until("a worker has looked at it", async || {
            let looked: bool = sqlx::query_scalar("select fence > 0 from job where job_number = $1")
                .bind(down)
                .fetch_one(&house.pool)
                .await
                .unwrap();
            looked.then_some(())
        })
        .await;
    house.store.cancel(down, &anna(), None).await.unwrap();
    let over = house.over(down).await;
    engine.stop().await;
    assert_eq!(over.job.outcome.as_deref(), Some("Stopped by anna. Nothing was destroyed."));
    assert_eq!(house.effective(), ["release-cluster", "release"]);
    assert_eq!(house.cluster().await.state, ClusterState::Up);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_hold_survives_whoever_held_it_and_is_kept_by_the_next(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.hold_seconds = 2).await;
    let engine = house.start_engine();
    house.is_up_and_forgotten().await;
    engine.stop().await;
    let down = house.ask("down", None).await;
    let engine = house.start_engine();
    house
        .until("it was claimed", async || {
            let fence: i64 = sqlx::query_scalar("select fence from job where job_number = $1")
                .bind(down)
                .fetch_one(&house.pool)
                .await
                .unwrap();
            (fence > 0).then_some(())
        })
        .await;
    engine.kill().await;
    let engine = house.start_engine();
    let over = house.over(down).await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert!(over.steps[0].started_at >= over.job.held_until, "begun while it was held");
    assert!(over.job.held_until > Some(over.job.created_at));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_rest_of_a_job_that_begins_with_a_destroy_is_held_and_a_paid_debt_is_not(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.hold_seconds = 1).await;
    let engine = house.start_engine();
    house.is_up_and_forgotten().await;
    house.simulator.fail_next("destroy-cluster").unwrap();
    let down = house.ask("down", None).await;
    house.over(down).await;
    engine.stop().await;
    let rest = house.store.resume(down, 1, &anna(), &Terms::default()).await.unwrap().number;
    let held = house.store.job(rest).await.unwrap().unwrap().job;
    assert!(held.held_until.is_some());
    let engine = house.start_engine();
    house.over(rest).await;
    house.is_gone().await;
    let up = house.ask("up", Some(Size::S)).await;
    house.over(up).await;
    house.ends_in(0).await;
    house.is_gone().await;
    engine.stop().await;
    let pays = house.store.jobs(&store::JobFilter::default()).await.unwrap().remove(0);
    assert_eq!((pays.pays_obligation, pays.held_until), (true, None));
}
