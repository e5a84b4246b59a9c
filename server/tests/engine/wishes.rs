//! What people wish of a job while it runs, and after it has ended.

use chrono::TimeDelta;
use domain::act::ActError;
use domain::actor::{Actor, Channel};
use domain::cluster::ClusterState;
use domain::job::{JobState, JobWithSteps};
use domain::obligation::ObligationState;
use domain::order::Ask;
use domain::routine::{Routine, RoutineStep};
use domain::size::Size;
use domain::step::{Answer, Question, Step, StepState, Verdict};
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;
use store::{Error, Terms};

use crate::support::{CLUSTER, GUIDE, House};

fn anna() -> Actor {
    Actor::new("anna", Channel::Web)
}

async fn job(house: &House, number: i64) -> JobWithSteps {
    house.store.job(number).await.unwrap().unwrap()
}

async fn is_running(house: &House, number: i64, position: usize) {
    house
        .until(&format!("step {position} of job #{number} runs"), async || {
            let step = &job(house, number).await.steps[position - 1];
            (step.state == StepState::Running && step.run().is_some()).then_some(())
        })
        .await;
}

async fn is_asked(house: &House, number: i64) -> JobWithSteps {
    house
        .until(&format!("job #{number} asks something"), async || {
            let job = job(house, number).await;
            let asks = job.steps.iter().any(|step| step.question().is_some());
            (asks && job.job.state == JobState::Waiting).then_some(job)
        })
        .await
}

/// `up`, then a question, then `down` whatever was said.
fn with_question(without_answer: Verdict) -> Routine {
    Routine {
        name: "asking".into(),
        description: "Ask before going on.".into(),
        steps: vec![
            RoutineStep::Up,
            RoutineStep::Approval {
                question: "Go on with the batch?".into(),
                time_limit_minutes: 60,
                without_answer,
            },
            RoutineStep::Batch("s3-orgs-job".into()),
        ],
        finally: vec![RoutineStep::Down],
        time_limit_minutes: None,
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cancel_stops_the_run_at_the_provider_and_destroys_what_may_exist(pool: PgPool) {
    let house = House::build(pool).await;
    let hangs = Fault::on(Endpoint::CircleciTrigger, FaultKind::RunHangs).branch("release");
    house.simulator.inject(hangs).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    is_running(&house, guide, 2).await;
    house.store.cancel(guide, &anna(), Some("wrong size")).await.unwrap();
    let again = house.store.cancel(guide, &anna(), None).await.unwrap_err();
    assert!(matches!(again, Error::Act(ActError::AskedBefore { .. })), "{again}");
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Cancelled, "{}", house.story().await);
    let outcome = over.job.outcome.unwrap();
    assert!(
        outcome.starts_with("Cancelled by anna") && outcome.ends_with("cluster was destroyed."),
        "{outcome}"
    );
    assert_eq!(over.steps[1].state, StepState::Cancelled);
    assert_eq!(house.effective(), ["release-cluster", "release", "destroy-release", "destroy-cluster"]);
    assert_eq!(house.owed().await, None);
    let acts = house.store.acts(CLUSTER, 10).await.unwrap();
    assert_eq!((acts[0].what.as_str(), acts[0].because.as_deref()), ("cancel", Some("wrong size")));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cancel_while_the_trigger_is_out_adopts_the_run_stops_it_and_destroys(pool: PgPool) {
    let house = House::build(pool).await;
    let lost = Fault::on(Endpoint::CircleciTrigger, FaultKind::DropAnswer).branch("release-cluster");
    house.simulator.inject(lost).unwrap();
    let lists = Fault::on(Endpoint::CircleciPipelines, FaultKind::Status500).every();
    house.simulator.inject(lists).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house.until("the trigger was carried out", async || (!house.effective().is_empty()).then_some(())).await;
    house.store.cancel(guide, &anna(), None).await.unwrap();
    house.simulator.forgive();
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Cancelled, "{}", house.story().await);
    assert_eq!(house.effective(), ["release-cluster", "destroy-release", "destroy-cluster"]);
    assert_eq!(house.cluster().await.state, ClusterState::Down);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_destroy_that_pays_a_debt_cannot_be_cancelled(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    let owed = house.owed().await.unwrap();
    sqlx::query("update obligation set destroys_at = now()").execute(&house.pool).await.unwrap();
    let pays = house.store.accept_teardown(&owed).await.unwrap().unwrap();
    let refused = house.store.cancel(pays, &anna(), None).await.unwrap_err();
    assert!(matches!(refused, Error::Act(ActError::PaysDebt { .. })), "{refused}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_that_is_left_up_stays_and_is_destroyed_at_the_chosen_time(pool: PgPool) {
    let house = House::build(pool).await;
    let hangs = Fault::on(Endpoint::BatchTrigger, FaultKind::RunHangs);
    house.simulator.inject(hangs).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house
        .until("the batch is at work", async || {
            (job(&house, guide).await.steps[3].state == StepState::Running).then_some(())
        })
        .await;
    let now = house.store.now().await.unwrap();
    let (until, latest) = (now + TimeDelta::hours(3), now + TimeDelta::hours(24));
    let late =
        house.store.leave_up(guide, &anna(), now + TimeDelta::days(9), latest, None).await.unwrap_err();
    assert!(matches!(late, Error::Act(ActError::OutOfRange { .. })), "{late}");
    house.store.leave_up(guide, &anna(), until, latest, Some("debugging")).await.unwrap();
    // A look that is under way would write the beginning down again as it read it.
    engine.stop().await;
    sqlx::query("update step set started_at = now() - interval '25 hours' where position = 4")
        .execute(&house.pool)
        .await
        .unwrap();
    let engine = house.start_engine();
    let over = house.over(guide).await;
    assert_eq!(over.job.state, JobState::Cancelled, "{}", house.story().await);
    assert!(over.job.outcome.unwrap().starts_with("anna left the cluster up."));
    let owed = house.owed().await.unwrap();
    assert_eq!(owed.state, ObligationState::Open);
    assert_eq!(owed.destroys_at.map(|at| at.timestamp()), Some(until.timestamp()));
    assert!(house.simulator.cluster_is_up());

    sqlx::query("update obligation set destroys_at = now()").execute(&house.pool).await.unwrap();
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;
    assert!(!house.simulator.cluster_is_up());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_person_says_which_of_two_runs_is_ours(pool: PgPool) {
    let house = House::build(pool).await;
    let lost = Fault::on(Endpoint::CircleciTrigger, FaultKind::DropAnswer).branch("release-cluster");
    house.simulator.inject(lost).unwrap();
    let lists = Fault::on(Endpoint::CircleciPipelines, FaultKind::Status500).every();
    house.simulator.inject(lists).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house.until("the trigger was carried out", async || (!house.effective().is_empty()).then_some(())).await;
    house.somebody_else_starts("release-cluster").await;
    house.simulator.forgive();
    let asking = is_asked(&house, guide).await;
    assert_eq!(asking.job.state, JobState::Waiting);
    let candidates = match asking.steps[0].question() {
        Some(Question::WhichRun(candidates)) => candidates.to_vec(),
        other => panic!("asked {other:?}"),
    };
    assert_eq!(candidates.len(), 2);
    let stranger = Answer::Adopt { run: "no-such-run".into() };
    let refused = house.store.answer(guide, 1, stranger, &anna()).await.unwrap_err();
    assert!(matches!(refused, Error::Act(ActError::NoAnswer { .. })), "{refused}");
    let ours = Answer::Adopt { run: candidates[0].run.id.clone() };
    house.store.answer(guide, 1, ours, &anna()).await.unwrap();
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(over.steps[0].run().unwrap().id, candidates[0].run.id);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_question_that_is_approved_lets_the_job_go_on(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.routines.push(with_question(Verdict::Refuse))).await;
    let asking = house.ask("asking", Some(Size::S)).await;
    let engine = house.start_engine();
    is_asked(&house, asking).await;
    house.store.answer(asking, 3, Answer::Approve, &anna()).await.unwrap();
    let over = house.over(asking).await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(over.steps[2].message.as_deref(), Some("approved by anna"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_question_that_nobody_answers_in_time_is_refused_and_the_cluster_destroyed(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.routines.push(with_question(Verdict::Refuse))).await;
    let asking = house.ask("asking", Some(Size::S)).await;
    let engine = house.start_engine();
    is_asked(&house, asking).await;
    sqlx::query("update step set started_at = now() - interval '2 hours' where position = 3")
        .execute(&house.pool)
        .await
        .unwrap();
    sqlx::query("update job set next_check_at = now(), is_nudged = true").execute(&house.pool).await.unwrap();
    let over = house.over(asking).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Failed, "{}", house.story().await);
    assert_eq!(over.steps[2].state, StepState::TimedOut);
    assert_eq!(house.cluster().await.state, ClusterState::Down);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_failed_is_started_anew_as_often_as_its_target_allows(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.services[0].deploy.retries.count = 2).await;
    for nth in [1, 2] {
        house.simulator.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::FailJob).nth(nth)).unwrap();
    }
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(over.steps[2].attempt, 3);
    assert_eq!(house.effective().iter().filter(|branch| *branch == "release").count(), 4);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_that_failed_is_resumed_from_the_step_that_failed(pool: PgPool) {
    let house = House::with(pool, |catalogue| {
        let guide = catalogue.routines.iter_mut().find(|routine| routine.name == "guide").unwrap();
        guide.finally.clear();
    })
    .await;
    house.simulator.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::FailJob)).unwrap();
    let failed = house.ask("guide", Some(Size::S)).await;
    let over = house.play(failed).await;
    assert_eq!(over.job.state, JobState::Failed);
    let refused = house.store.resume(failed, 4, &anna(), &Terms::default()).await.unwrap_err();
    assert!(matches!(refused, Error::Act(ActError::NotResumable { latest: 3, .. })), "{refused}");
    let resumed = house.store.resume(failed, 3, &anna(), &Terms::default()).await.unwrap().number;
    let over = house.play(resumed).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(over.job.resumes, Some(failed));
    assert!(!over.steps[..2].iter().any(Step::was_begun), "what was done is not done again");
    assert_eq!(house.effective(), [&GUIDE[..3], &["release", "s3-orgs-job"]].concat());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_that_takes_too_long_goes_no_further_and_cleans_up(pool: PgPool) {
    let house = House::with(pool, |catalogue| {
        let guide = catalogue.routines.iter_mut().find(|routine| routine.name == "guide").unwrap();
        guide.time_limit_minutes = Some(30);
    })
    .await;
    let hangs = Fault::on(Endpoint::CircleciTrigger, FaultKind::RunHangs).branch("release");
    house.simulator.inject(hangs).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    is_running(&house, guide, 2).await;
    sqlx::query("update job set started_at = now() - interval '31 minutes'")
        .execute(&house.pool)
        .await
        .unwrap();
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Failed, "{}", house.story().await);
    assert!(over.job.outcome.unwrap().contains("the job did not end within 30 min"));
    assert_eq!(house.cluster().await.state, ClusterState::Down);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_debt_that_falls_due_goes_before_jobs_that_only_wait(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    let ask = Ask {
        routine: "deploy".into(),
        cluster: CLUSTER.into(),
        service: Some("slack-middleware".into()),
        size: None,
        lifetime: None,
    };
    let waits = house.ask_for(&ask).await;
    sqlx::query("update obligation set destroys_at = now()").execute(&house.pool).await.unwrap();
    let owed = house.owed().await.unwrap();
    let pays = house.store.accept_teardown(&owed).await.unwrap().unwrap();
    assert_eq!(house.store.jobs_ahead(waits).await.unwrap(), [pays]);
    let over = house.play(waits).await;
    assert_eq!(
        over.job.outcome.as_deref(),
        Some("iriversland2 is down. Start it first. Nothing was started.")
    );
    assert!(!house.simulator.cluster_is_up());
}
