//! Runs that do not stop when they are told to, runs that are one too many, and runs of which nobody knows whose they are.

use domain::act::needs_a_look;
use domain::actor::{Actor, Channel};
use domain::cluster::ClusterState;
use domain::job::{JobState, JobWithSteps};
use domain::obligation::ObligationState;
use domain::record::Evidence;
use domain::run::RunRef;
use domain::size::Size;
use domain::step::{Answer, Question, StepState};
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;

use crate::support::{House, RunningEngine};

/// On which a pipeline installs the workloads, and then a build deploys the service.
const BUILD: &str = "release";

fn anna() -> Actor {
    Actor::new("anna", Channel::Web)
}

fn on_trigger(kind: FaultKind, branch: &str) -> Fault {
    Fault::on(Endpoint::CircleciTrigger, kind).branch(branch)
}

/// A guide job whose run on this branch has no end by itself, cancelled once the run is known.
async fn cancelled_at(house: &House, branch: &str, more: Fault) -> (i64, RunningEngine) {
    house.simulator.inject(on_trigger(FaultKind::RunHangs, branch)).unwrap();
    house.simulator.inject(more).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house
        .until("the run is at work", async || {
            let job = house.store.job(guide).await.unwrap().unwrap();
            let is_it = |step: &domain::step::Step| step.state == StepState::Running && step.run().is_some();
            let runs = house.states(branch).contains(&"running");
            (runs && job.steps.iter().any(is_it)).then_some(())
        })
        .await;
    house.store.cancel(guide, &anna(), None).await.unwrap();
    (guide, engine)
}

/// The debt is paid at once when it is tried again, and not after its pause.
async fn is_paid(house: &House) {
    house
        .until("the debt is paid", async || {
            sqlx::query("update obligation set next_attempt_at = now() where state = 'due'")
                .execute(&house.pool)
                .await
                .unwrap();
            house.owed().await.is_none().then_some(())
        })
        .await;
}

async fn is_told(house: &House, what: &str) {
    house
        .until("Slack is told", async || {
            house.simulator.slack_messages().iter().any(|told| told.contains(what)).then_some(())
        })
        .await;
}

async fn has_no_stray(house: &House) {
    house
        .until("no run is followed any more", async || {
            let at_work: i64 = sqlx::query_scalar("select count(*) from stray where ended_at is null")
                .fetch_one(&house.pool)
                .await
                .unwrap();
            (at_work == 0).then_some(())
        })
        .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cancel_that_the_provider_ignores_is_sent_again_until_it_agrees(pool: PgPool) {
    let house = House::build(pool).await;
    let deaf = Fault::on(Endpoint::CircleciCancel, FaultKind::CancelIgnored).every().times(2);
    let (guide, engine) = cancelled_at(&house, "release-cluster", deaf).await;
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Cancelled, "{}", house.story().await);
    assert_eq!(over.steps[0].state, StepState::Cancelled);
    assert_eq!(house.calls_of(Endpoint::CircleciCancel), 3, "{}", house.story().await);
    assert_eq!(house.states("release-cluster"), ["canceled"]);
    assert!(house.story().await.contains("Asked again to stop CircleCI pipeline"));
    assert_eq!(house.effective(), ["release-cluster", "destroy-release", "destroy-cluster"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_stops_slowly_is_followed_until_it_has_stopped(pool: PgPool) {
    let house = House::build(pool).await;
    let slow = on_trigger(FaultKind::CancelSlow, "release-cluster").seconds(0.5);
    let (guide, engine) = cancelled_at(&house, "release-cluster", slow).await;
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.steps[0].state, StepState::Cancelled, "{}", house.story().await);
    let runs = house.simulator.effective_runs();
    let (stopped, destroyed) = (runs[0].ended_at.unwrap(), runs[1].created_at);
    assert!(stopped <= destroyed, "the destroy waits for it: {}", house.story().await);
    assert!(!house.story().await.contains("may still be at work"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_does_not_stop_is_said_to_be_at_work_and_the_cis_word_proves_nothing_beside_it(
    pool: PgPool,
) {
    let mut house = House::build(pool).await;
    house.change_providers(|providers| providers.observer = None);
    let deaf = Fault::on(Endpoint::CircleciCancel, FaultKind::CancelIgnored).every();
    let (guide, engine) = cancelled_at(&house, "release-cluster", deaf).await;
    let over = house.over(guide).await;
    assert_eq!(over.job.state, JobState::Cancelled, "{}", house.story().await);
    let outcome = over.job.outcome.unwrap();
    assert!(outcome.contains("it may still be at work"), "{outcome}");
    is_told(&house, "it may still be at work").await;
    assert_eq!(house.effective(), ["release-cluster", "destroy-release", "destroy-cluster"]);
    let owed = house.owed().await.unwrap();
    assert_eq!(owed.state, ObligationState::Due, "{}", house.story().await);
    assert!(owed.last_error.unwrap().contains("may have been at work beside the destroy"));

    house.simulator.forgive();
    has_no_stray(&house).await;
    assert_eq!(house.states("release-cluster"), ["canceled"]);
    is_paid(&house).await;
    engine.stop().await;
    assert_eq!(house.debt_of(guide).await.evidence, Some(Evidence::Ci));
    assert_eq!(house.states("destroy-cluster").last(), Some(&"success"));
    assert!(house.states("destroy-cluster").len() >= 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_a_stranger_started_is_not_taken_for_the_lost_one(pool: PgPool) {
    let house = House::build(pool).await;
    house.simulator.inject(on_trigger(FaultKind::Hang, "release-cluster")).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house
        .until("the call has left", async || (house.calls_of(Endpoint::CircleciTrigger) > 0).then_some(()))
        .await;
    let stranger = house.a_stranger_starts("release-cluster").await;
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_ne!(over.steps[0].run().unwrap().id, stranger);
    assert_eq!(house.states("release-cluster"), ["success", "success"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_two_builds_that_one_call_made_the_younger_is_told_to_stop(pool: PgPool) {
    let house = House::build(pool).await;
    for kind in [FaultKind::Twin, FaultKind::RunHangs] {
        house.simulator.inject(Fault::on(Endpoint::TravisTrigger, kind)).unwrap();
    }
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house
        .until("the younger one is stopped", async || {
            (house.states(BUILD).last() == Some(&"canceled")).then_some(())
        })
        .await;
    assert_eq!(house.states(BUILD), ["success", "started", "canceled"], "{}", house.story().await);
    has_no_stray(&house).await;
    is_told(&house, "carries the same marker as Travis CI build").await;
    house.store.cancel(guide, &anna(), None).await.unwrap();
    house.over(guide).await;
    engine.stop().await;
    assert_eq!(house.states(BUILD), ["success", "canceled", "canceled"]);
}

/// A guide job that asks which of two pipelines without an end it has started.
async fn asks_which(house: &House) -> (i64, RunningEngine) {
    let branch = "release-cluster";
    house.simulator.inject(on_trigger(FaultKind::RunHangs, branch).every().times(2)).unwrap();
    house.simulator.inject(on_trigger(FaultKind::DropAnswer, branch)).unwrap();
    let lists = Fault::on(Endpoint::CircleciPipelines, FaultKind::Status500).every();
    house.simulator.inject(lists).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house.until("the trigger was carried out", async || (!house.effective().is_empty()).then_some(())).await;
    house.somebody_else_starts(branch).await;
    house.simulator.forgive();
    house
        .until("the job asks which run is ours", async || {
            let job = house.store.job(guide).await.unwrap().unwrap();
            job.steps[0].question().is_some().then_some(())
        })
        .await;
    (guide, engine)
}

async fn answered(house: &House, guide: i64, answer: Answer) -> JobWithSteps {
    house.store.answer(guide, 1, answer, &anna()).await.unwrap();
    let over = house.over(guide).await;
    house.is_proved().await;
    over
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_says_that_no_run_is_ours_gets_another_one(pool: PgPool) {
    let house = House::build(pool).await;
    let (guide, engine) = asks_which(&house).await;
    let over = answered(&house, guide, Answer::TriggerAgain).await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.states("release-cluster"), ["running", "running", "success"]);
}

/// A step of a job that is over has this run.
async fn another_step_takes(house: &House, run: &RunRef) {
    sqlx::query(
        "with other as (
             insert into job (routine, cluster_name, state, actor_name, channel, teardown, lifetime_minutes, finished_at)
             select 'up', cluster_name, 'succeeded', 'bob', 'web', '[]', 60, now() from cluster
             returning job_number),
         step as (
             insert into step (job_number, position, phase, title, action, state)
             select job_number, 1, 'forward', 'Create the cluster', '{}', 'succeeded' from other
             returning job_number)
         insert into trigger (marker, job_number, position, state, intended_at, sent_at, tries, looks, run)
         select gen_random_uuid(), job_number, 1, 'accepted', now(), now(), 1, 0, $1 from step",
    )
    .bind(serde_json::to_value(run).unwrap())
    .execute(&house.pool)
    .await
    .unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_another_step_has_taken_since_the_question_is_not_adopted_and_the_question_stays(
    pool: PgPool,
) {
    let house = House::build(pool).await;
    let (guide, engine) = asks_which(&house).await;
    engine.stop().await;
    let fitting = async || match house.store.job(guide).await.unwrap().unwrap().steps[0].question() {
        Some(Question::WhichRun(candidates)) => candidates.to_vec(),
        other => panic!("asked {other:?}"),
    };
    let [taken, left] = <[_; 2]>::try_from(fitting().await).unwrap();
    another_step_takes(&house, &taken.run).await;
    let named = Answer::Adopt { run: taken.run.id.clone() };
    house.store.answer(guide, 1, named, &anna()).await.unwrap();

    let engine = house.start_engine();
    house
        .until("the answer was heeded", async || {
            let step = house.store.job(guide).await.unwrap().unwrap().steps.swap_remove(0);
            step.answer.is_none().then_some(())
        })
        .await;
    let story = house.story().await;
    assert!(story.contains("The run that was named is not among those that fit."), "{story}");
    assert_eq!(fitting().await, std::slice::from_ref(&left));
    let over = answered(&house, guide, Answer::TriggerAgain).await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    let own = &over.steps[0].run().unwrap().id;
    assert!(*own != taken.run.id && *own != left.run.id, "{}", house.story().await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_gives_the_step_up_gets_the_runs_that_fitted_stopped_and_the_cluster_destroyed(pool: PgPool) {
    let house = House::build(pool).await;
    let (guide, engine) = asks_which(&house).await;
    let over = answered(&house, guide, Answer::GiveUp).await;
    has_no_stray(&house).await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Failed, "{}", house.story().await);
    let outcome = over.job.outcome.unwrap();
    assert!(outcome.contains("given up by anna: CircleCI pipeline 1, CircleCI pipeline 2"), "{outcome}");
    assert_eq!(house.states("release-cluster"), ["canceled", "canceled"]);
    assert_eq!(house.cluster().await.state, ClusterState::Down);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_cancelled_while_it_asks_names_the_runs_and_stops_them(pool: PgPool) {
    let house = House::build(pool).await;
    let (guide, engine) = asks_which(&house).await;
    house.store.cancel(guide, &anna(), None).await.unwrap();
    let over = house.over(guide).await;
    has_no_stray(&house).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Cancelled, "{}", house.story().await);
    let outcome = over.job.outcome.unwrap();
    assert!(outcome.contains("CircleCI pipeline 1, CircleCI pipeline 2 may still be at work"), "{outcome}");
    assert_eq!(house.states("release-cluster"), ["canceled", "canceled"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_trigger_that_is_never_answered_is_sent_three_times_and_then_a_person_has_to_look(pool: PgPool) {
    let house = House::build(pool).await;
    house.simulator.inject(on_trigger(FaultKind::Hang, "release-cluster").every()).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    let sent = house.simulator.log().into_iter().filter(|entry| entry.fault == Some(FaultKind::Hang)).count();
    assert_eq!(sent, 3, "{}", house.story().await);
    assert_eq!(over.job.state, JobState::Failed);
    assert!(needs_a_look(&over.steps[0]), "{:?}", over.steps[0]);
    let outcome = over.job.outcome.unwrap();
    assert!(outcome.contains("no run was found; a person has to look"), "{outcome}");
    assert_eq!(house.effective(), ["destroy-release", "destroy-cluster"]);
    assert_eq!(house.owed().await, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_trigger_that_is_accepted_and_never_answered_is_adopted(pool: PgPool) {
    let house = House::build(pool).await;
    let silent = on_trigger(FaultKind::HangAfterAccepting, "release-cluster");
    house.simulator.inject(silent).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), crate::support::GUIDE);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cloud_that_says_that_there_is_no_such_thing_or_no_right_proves_nothing(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    for kind in [FaultKind::NotFound, FaultKind::Forbidden] {
        let half = Fault::on(Endpoint::DigitaloceanClusters, kind).every().times(3);
        house.simulator.inject(half).unwrap();
    }
    let down = house.ask("down", None).await;
    let engine = house.start_engine();
    house.over(down).await;
    let clusters = || {
        let log = house.simulator.log().into_iter();
        log.filter(|entry| entry.endpoint == Some(Endpoint::DigitaloceanClusters.name()))
            .map(|entry| entry.fault)
            .collect::<Vec<_>>()
    };
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;
    let settled_after = clusters();
    let refused = settled_after.iter().filter(|fault| fault.is_some()).count();
    assert_eq!(refused, 6, "nothing was proved while it refused: {settled_after:?}");
}
