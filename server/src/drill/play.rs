//! The drill itself: one job from its acceptance until nothing is owed any more, whatever strikes meanwhile.

use std::time::Duration;

use anyhow::{Context, Result};
use chrono::Utc;
use domain::Time;
use domain::actor::{Actor, Channel};
use domain::event::CheckIn;
use domain::job::{Job, JobWithSteps};
use domain::obligation::Obligation;
use domain::step::{Answer, Question};
use store::{JobFilter, JobGroup, Store, Terms};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::engine::RunningEngine;
use super::plan::Plan;
use super::stage::Stage;

/// How often the requests are counted, so that a kill comes soon after its request.
const COUNT_EVERY: Duration = Duration::from_millis(5);
/// How often the rows are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// More than any drill makes.
const MOST_JOBS: i64 = 200;
const MOST_CHECK_INS: i64 = 1_000;

/// What came of it, as the rows tell it.
pub(super) struct Played {
    pub beginning: Beginning,
    /// The job that was drilled.
    pub job: JobWithSteps,
    /// What it owed last, paid or not.
    pub debt: Option<Obligation>,
    /// Why the last look at the cloud brought nothing.
    pub unseen: Option<String>,
    /// Whether everything had come to its end in time.
    pub came_to_rest: bool,
    /// When the engine was killed.
    pub kills: Vec<Time>,
    /// Of all jobs, the oldest first.
    pub check_ins: Vec<(Job, CheckIn)>,
}

/// The moment of acceptance on both clocks: that of the database, which rows carry, and ours, which the simulators have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beginning {
    pub in_rows: Time,
    pub here: Time,
}

pub(super) async fn play(store: &Store, stage: &Stage, plan: &Plan) -> Result<Played> {
    let beginning = Beginning { in_rows: store.now().await?, here: Utc::now() };
    let accepted = store.accept(&plan.order, &drill(), &Terms::default()).await?;
    let mut engine = RunningEngine::start(store, stage, &plan.catalogue);
    let deadline = Instant::now() + plan.limit;
    let (mut count, mut look) = (interval(COUNT_EVERY), interval(LOOK_EVERY));
    count.set_missed_tick_behavior(MissedTickBehavior::Delay);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);

    let mut kills = Vec::new();
    let came_to_rest = loop {
        tokio::select! {
            _ = count.tick() => {
                let is_due = stage.kills.get(kills.len()).is_some_and(|nth| stage.simulator.log().len() >= *nth as usize);
                if is_due {
                    engine.kill().await;
                    kills.push(Utc::now());
                    engine = RunningEngine::start(store, stage, &plan.catalogue);
                }
            }
            _ = look.tick() => {
                let unfinished = unfinished(store).await?;
                if unfinished.is_empty() && store.unsettled_obligations().await?.is_empty() {
                    break true;
                }
                for job in &unfinished {
                    answer_as_a_person(store, job).await?;
                }
            }
            () = sleep_until(deadline) => break false,
        }
    };
    engine.stop().await;
    Ok(Played {
        beginning,
        job: store.job(accepted.number).await?.context("the job of the drill is gone")?,
        debt: store.obligation_of_job(accepted.number).await?,
        unseen: store.observation(&plan.order.cluster).await?.and_then(|observation| observation.error),
        came_to_rest,
        kills,
        check_ins: check_ins(store).await?,
    })
}

fn drill() -> Actor {
    Actor::new("drill", Channel::System)
}

async fn unfinished(store: &Store) -> Result<Vec<JobWithSteps>> {
    let filter = JobFilter { state: Some(JobGroup::Running), limit: MOST_JOBS, ..JobFilter::default() };
    let mut unfinished = Vec::new();
    for job in store.jobs(&filter).await? {
        unfinished.extend(store.job(job.number).await?);
    }
    Ok(unfinished)
}

/// The drill is the person whom a step asks: it approves, and takes the oldest run that fits for the one that it started.
async fn answer_as_a_person(store: &Store, job: &JobWithSteps) -> Result<()> {
    for step in job.steps.iter().filter(|step| step.answer.is_none()) {
        let answer = match step.question() {
            Some(Question::Approve(_)) => Answer::Approve,
            Some(Question::WhichRun([oldest, ..])) => Answer::Adopt { run: oldest.run.id.clone() },
            Some(Question::WhichRun([])) => Answer::GiveUp,
            None => continue,
        };
        match store.answer(job.job.number, step.position, answer, &drill()).await {
            // Its time was over in the meantime.
            Ok(()) | Err(store::Error::Act(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn check_ins(store: &Store) -> Result<Vec<(Job, CheckIn)>> {
    let filter = JobFilter { limit: MOST_JOBS, ..JobFilter::default() };
    let mut all = Vec::new();
    for job in store.jobs(&filter).await?.into_iter().rev() {
        let told = store.check_ins(job.number, MOST_CHECK_INS).await?;
        all.extend(told.into_iter().map(|check_in| (job.clone(), check_in)));
    }
    Ok(all)
}
