//! The dead-man switch: what still destroys a cluster when nobody here is alive, and how we learn of it.

use std::time::Duration;

use domain::actor::{Actor, Channel};
use domain::backup::{BackupDestroy, BackupPolicy, BackupState};
use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::record::Evidence;
use domain::run::RunStatus;
use domain::size::Size;
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;

use crate::support::{CLUSTER, House, RunningEngine};

const UP_AND_BACKUP: [&str; 4] = ["release-cluster", "release", "destroy-release", "destroy-cluster"];

async fn house(pool: PgPool) -> House {
    House::with(pool, |catalogue| catalogue.backup = Some(BackupPolicy { margin_minutes: 60 })).await
}

/// Brings the cluster up and waits until its backup stands.
async fn up_and_planted(house: &House) -> (i64, RunningEngine) {
    let engine = house.start_engine();
    let up = house.ask("up", Some(Size::S)).await;
    house.over(up).await;
    stands(house).await;
    (up, engine)
}

async fn backups(house: &House) -> Vec<BackupDestroy> {
    match house.owed().await {
        Some(owed) => house.store.backups_of(owed.id).await.unwrap(),
        None => Vec::new(),
    }
}

async fn stands(house: &House) {
    house
        .until("both stacks have a backup", async || {
            let backups = backups(house).await;
            let stands = |backup: &BackupDestroy| backup.state == BackupState::Planted;
            (backups.len() == 2 && backups.iter().all(stands)).then_some(())
        })
        .await;
}

async fn is_removed(house: &House) {
    house
        .until("no backup stands any more", async || {
            let is_known = !house.store.standing_backups().await.unwrap().is_empty();
            (!is_known && house.simulator.planted().is_empty()).then_some(())
        })
        .await;
}

/// What was put off is due at once.
async fn is_due(house: &House) {
    sqlx::query("update backup_destroy set next_attempt_at = now()").execute(&house.pool).await.unwrap();
}

/// Nobody is there for six hours, in which the cluster's time and the hours of its backup come.
async fn dies_for_six_hours(house: &House, engine: RunningEngine) {
    sqlx::query("update obligation set destroys_at = now() + interval '30 minutes'")
        .execute(&house.pool)
        .await
        .unwrap();
    house
        .until("the backup was moved", async || {
            let soon = house.store.now().await.unwrap() + chrono::TimeDelta::hours(5);
            let backups = backups(house).await;
            backups.iter().all(|backup| backup.fires_at.is_some_and(|at| at < soon)).then_some(())
        })
        .await;
    engine.kill().await;
    sqlx::raw_sql(
        "update obligation set opened_at = opened_at - interval '6 hours',
                               destroys_at = destroys_at - interval '6 hours',
                               next_attempt_at = next_attempt_at - interval '6 hours';
         update backup_destroy set fires_at = fires_at - interval '6 hours'",
    )
    .execute(&house.pool)
    .await
    .unwrap();
    house.simulator.advance_dates(Duration::from_secs(6 * 3600));
}

async fn jobs(house: &House) -> Vec<(String, JobState)> {
    let jobs = house.store.jobs(&store::JobFilter::default()).await.unwrap();
    jobs.into_iter().map(|job| (job.actor.name, job.state)).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_backup_destroys_what_a_dead_service_owes_and_the_restarted_one_understands(pool: PgPool) {
    let house = house(pool).await;
    let (up, engine) = up_and_planted(&house).await;
    dies_for_six_hours(&house, engine).await;
    assert!(!house.simulator.cluster_is_up(), "the CI has destroyed it by itself");
    assert_eq!(house.effective(), UP_AND_BACKUP);

    let engine = house.start_engine();
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    is_removed(&house).await;
    house
        .until("Slack was told", async || {
            let told = house.simulator.slack_messages();
            told.iter().any(|text| text.contains("backup destroy planted at the CI did it")).then_some(())
        })
        .await;
    engine.stop().await;
    assert_eq!(house.debt_of(up).await.evidence, Some(Evidence::Cloud));
    assert_eq!(house.cluster().await.state, ClusterState::Down);
    assert_eq!(house.effective(), UP_AND_BACKUP, "nothing was destroyed a second time");
    assert_eq!(jobs(&house).await, [("operator".to_owned(), JobState::Succeeded)]);
    let acts = house.store.acts(CLUSTER, 10).await.unwrap();
    assert_eq!((acts[0].what.as_str(), acts[0].actor.name.as_str()), ("backup destroy", "auto-destroy"));
    let told = house.store.check_ins(up, 200).await.unwrap();
    assert!(told.iter().any(|line| line.text.contains("CircleCI pipeline")), "{}", house.story().await);
    assert_eq!(house.simulator.judge().violations, []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_backup_that_is_at_work_is_waited_for(pool: PgPool) {
    let house = house(pool).await;
    let (_, engine) = up_and_planted(&house).await;
    let hangs = Fault::on(Endpoint::CircleciScheduledRun, FaultKind::RunHangs).branch("destroy-cluster");
    house.simulator.inject(hangs).unwrap();
    dies_for_six_hours(&house, engine).await;
    let engine = house.start_engine();
    house
        .until("the run of the backup is seen at work", async || {
            let backups = backups(&house).await;
            let last = backups.last()?.run.as_ref()?;
            (last.status == RunStatus::Running).then_some(())
        })
        .await;
    let looks = house.ci_requests();
    house.until("it is looked at again", async || (house.ci_requests() > looks + 6).then_some(())).await;
    engine.stop().await;
    assert_eq!(house.owed().await.unwrap().state, ObligationState::Due);
    assert_eq!(jobs(&house).await.len(), 1, "no second destroy was started");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_backup_that_failed_leaves_the_destroy_to_the_restarted_service(pool: PgPool) {
    let house = house(pool).await;
    let (up, engine) = up_and_planted(&house).await;
    let fails = Fault::on(Endpoint::CircleciScheduledRun, FaultKind::FailJob).branch("destroy-cluster");
    house.simulator.inject(fails).unwrap();
    dies_for_six_hours(&house, engine).await;
    assert!(house.simulator.cluster_is_up());
    let engine = house.start_engine();
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    is_removed(&house).await;
    house
        .until("the destroy of ours is over", async || {
            let jobs = jobs(&house).await;
            (jobs[0] == ("auto-destroy".to_owned(), JobState::Succeeded)).then_some(())
        })
        .await;
    engine.stop().await;
    assert_eq!(house.debt_of(up).await.evidence, Some(Evidence::Cloud));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_ci_that_does_not_say_what_became_of_the_backup_keeps_no_destroy_waiting_for_ever(pool: PgPool) {
    let house = house(pool).await;
    let (_, engine) = up_and_planted(&house).await;
    let never = Fault::on(Endpoint::CircleciScheduledRun, FaultKind::NeverStarts).every();
    house.simulator.inject(never).unwrap();
    dies_for_six_hours(&house, engine).await;
    let silent = Fault::on(Endpoint::CircleciPipelines, FaultKind::Status500).every();
    house.simulator.inject(silent).unwrap();
    let engine = house.start_engine();
    house
        .until("the destroy waits to hear", async || {
            let backups = backups(&house).await;
            backups.iter().all(|backup| backup.awaited_since.is_some()).then_some(())
        })
        .await;
    assert_eq!(jobs(&house).await.len(), 1);
    sqlx::query("update backup_destroy set awaited_since = now() - interval '4 minutes'")
        .execute(&house.pool)
        .await
        .unwrap();
    house.until("it waits no longer", async || (jobs(&house).await.len() == 2).then_some(())).await;
    // Our own destroy may have to look for a run whose answer was lost.
    house.simulator.forgive();
    house
        .until("the cluster is destroyed as usual", async || {
            let jobs = jobs(&house).await;
            (jobs[0] == ("auto-destroy".to_owned(), JobState::Succeeded)).then_some(())
        })
        .await;
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_backup_that_cannot_be_planted_keeps_nothing_from_starting_and_says_why(pool: PgPool) {
    let house = house(pool).await;
    let refuses = Fault::on(Endpoint::CircleciPlant, FaultKind::Unauthorized).every();
    house.simulator.inject(refuses).unwrap();
    let engine = house.start_engine();
    let up = house.ask("up", Some(Size::S)).await;
    assert_eq!(house.over(up).await.job.state, JobState::Succeeded);
    let refused = house
        .until("it is said of both stacks", async || {
            let backups = backups(&house).await;
            let is_refused = |backup: &BackupDestroy| backup.state == BackupState::Refused;
            (backups.len() == 2 && backups.iter().all(is_refused)).then_some(backups)
        })
        .await;
    for backup in refused {
        assert!(backup.last_error.unwrap().starts_with("CircleCI answered 401"));
    }
    house.simulator.forgive();
    is_due(&house).await;
    stands(&house).await;
    engine.stop().await;
    assert_eq!(house.simulator.planted().len(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_backup_whose_answer_was_lost_is_found_again_and_not_planted_twice(pool: PgPool) {
    let house = house(pool).await;
    house.simulator.drop_next_answer(Endpoint::CircleciPlant).unwrap();
    let engine = house.start_engine();
    let up = house.ask("up", Some(Size::S)).await;
    house.over(up).await;
    house
        .until("an answer was lost", async || {
            let backups = backups(&house).await;
            backups.iter().any(|backup| backup.is_unclear && backup.failures > 0).then_some(())
        })
        .await;
    is_due(&house).await;
    stands(&house).await;
    engine.stop().await;
    assert_eq!(house.simulator.planted().len(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_extension_moves_the_backup(pool: PgPool) {
    let house = house(pool).await;
    let (_, engine) = up_and_planted(&house).await;
    let before = backups(&house).await;
    sqlx::query("update obligation set destroys_at = destroys_at + interval '3 hours'")
        .execute(&house.pool)
        .await
        .unwrap();
    let later = before[1].fires_at.map(|at| at + chrono::TimeDelta::hours(3));
    house
        .until("the backup has moved", async || (backups(&house).await[1].fires_at == later).then_some(()))
        .await;
    engine.stop().await;
    let ids =
        |backups: &[BackupDestroy]| backups.iter().map(|backup| backup.schedule.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&backups(&house).await), ids(&before), "moved, and not planted anew");
    assert_eq!(house.simulator.planted().len(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_backup_is_removed_after_the_proof_also_when_removing_it_fails_at_first(pool: PgPool) {
    let house = house(pool).await;
    let (_, engine) = up_and_planted(&house).await;
    let fails = Fault::on(Endpoint::CircleciRemove, FaultKind::Status500).every().times(2);
    house.simulator.inject(fails).unwrap();
    let down = house.ask("down", None).await;
    house.over(down).await;
    house.is_proved().await;
    house
        .until("removing failed", async || {
            let standing = house.store.left_backups(CLUSTER).await.unwrap();
            standing.iter().all(|backup| backup.failures == 1).then_some(())
        })
        .await;
    is_due(&house).await;
    is_removed(&house).await;
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_backup_of_a_debt_that_a_person_took_over_is_removed(pool: PgPool) {
    let house = house(pool).await;
    let (_, engine) = up_and_planted(&house).await;
    let anna = Actor::new("anna", Channel::Web);
    house.store.close_obligation(CLUSTER, &anna, "removed by hand").await.unwrap();
    is_removed(&house).await;
    engine.stop().await;
}
