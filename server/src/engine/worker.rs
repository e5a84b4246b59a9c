//! The loop: claim a job that is due, take its turn, sleep until the next one is due.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use store::{ChangeListener, Claim, Error, Kind};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use super::{DATABASE_PATIENCE, Engine};

/// How many jobs are worked on at the same time.
const SLOTS: usize = 8;
/// Beyond those, only for jobs that pay a debt: a queue full of other work never keeps a destroy waiting.
const TEARDOWN_SLOTS: usize = 2;
/// The pause of a job after a turn that could not be recorded.
const PAUSE_AFTER_FAILED_TURN: Duration = Duration::from_secs(2);
const PAUSE_BEFORE_GIVING_BACK_AGAIN: Duration = Duration::from_millis(50);
/// The pause of a job over which this process broke down.
const PAUSE_AFTER_BREAKDOWN: Duration = Duration::from_secs(1);
/// The longest sleep: what a lost hint costs.
const NET: Duration = Duration::from_secs(2);
/// The pause after the database did not answer.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// Works on jobs until it is told to stop, then lets the turns under way end.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    let mut turns = JoinSet::new();
    let mut listener = None;
    while !shutdown.is_cancelled() {
        let pause = match timeout(DATABASE_PATIENCE, claim_all(engine, shutdown, &mut turns)).await {
            Ok(Ok(pause)) => pause,
            Ok(Err(error)) => {
                warn!(%error, "jobs could not be claimed");
                PAUSE_AFTER_ERROR
            }
            Err(_) => {
                warn!("the database did not give a job in time");
                PAUSE_AFTER_ERROR
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(pause) => {}
            () = hint(engine, &mut listener) => {}
            Some(_) = turns.join_next() => {}
        }
    }
    while turns.join_next().await.is_some() {}
    // What was given back is due for the others, and they sleep as if we had it still. If they cannot be told, they wake
    // up by themselves.
    let _ = timeout(DATABASE_PATIENCE, engine.store.nudge()).await;
}

/// Claims jobs while there are free slots. Returns how long nothing else will be due.
async fn claim_all(
    engine: &Engine,
    shutdown: &CancellationToken,
    turns: &mut JoinSet<()>,
) -> Result<Duration, Error> {
    while turns.try_join_next().is_some() {}
    while turns.len() < SLOTS + TEARDOWN_SLOTS {
        let kind = if turns.len() < SLOTS { Kind::Any } else { Kind::Teardown };
        let Some(claim) = engine.store.claim(engine.worker, engine.lease, kind).await? else {
            return Ok(engine.store.next_look().await?.unwrap_or(NET).clamp(Duration::from_millis(20), NET));
        };
        let (engine, shutdown) = (engine.clone(), shutdown.clone());
        turns.spawn(async move { hold(&engine, &claim, &shutdown).await });
    }
    Ok(NET)
}

/// Waits for a hint that something changed. Without a listener there is only the slow read.
async fn hint(engine: &Engine, listener: &mut Option<ChangeListener>) {
    if listener.is_none() {
        *listener = engine.store.listen().await.ok();
    }
    match listener {
        Some(heard) => {
            if heard.changed().await.is_err() {
                *listener = None;
            }
        }
        None => std::future::pending().await,
    }
}

/// Takes a job's turn while renewing its claim, and stops by itself before the claim could end unnoticed.
async fn hold(engine: &Engine, claim: &Claim, shutdown: &CancellationToken) {
    // A panic over one job is a breakdown of that job, not of the process.
    let turn = AssertUnwindSafe(engine.take_turn(claim, shutdown)).catch_unwind();
    tokio::pin!(turn);
    let mut held_since = Instant::now();
    let outcome = loop {
        tokio::select! {
            outcome = &mut turn => break outcome,
            () = sleep(engine.lease / 3) => {
                match timeout(engine.lease / 3, engine.store.renew(claim, engine.lease)).await {
                    Ok(Ok(())) => held_since = Instant::now(),
                    Ok(Err(Error::Fenced)) => break Ok(Err(Error::Fenced)),
                    Ok(Err(_)) | Err(_) if held_since.elapsed() > engine.lease * 5 / 6 => break Ok(Err(Error::Fenced)),
                    Ok(Err(error)) => warn!(job = claim.job, %error, "the claim was not renewed"),
                    Err(_) => warn!(job = claim.job, "the database did not renew the claim in time"),
                }
            }
        }
    };
    let Some(ending) = ending(claim, outcome) else { return };
    // A database that is away for a moment is no breakdown over the job: tried for as long as the claim surely holds.
    let given_back = async {
        while let Err(error) = engine.give_back(claim, ending).await {
            warn!(job = claim.job, %error, "the claim could not be given back yet");
            sleep(PAUSE_BEFORE_GIVING_BACK_AGAIN).await;
        }
    };
    if timeout(engine.lease / 2, given_back).await.is_err() {
        warn!(job = claim.job, "the claim could not be given back; it ends by itself");
    }
}

/// How a turn ended that has not given its claim back.
#[derive(Clone, Copy)]
enum Ending {
    NotRecorded,
    BrokenDown,
}

impl Engine {
    async fn give_back(&self, claim: &Claim, ending: Ending) -> Result<(), Error> {
        match ending {
            Ending::NotRecorded => self.store.put_off(claim, PAUSE_AFTER_FAILED_TURN).await,
            Ending::BrokenDown => self.store.broke_down(claim, PAUSE_AFTER_BREAKDOWN).await,
        }
    }
}

/// What is left to do about the claim of a turn that ended like this: nothing when it was given back or has passed on.
fn ending(claim: &Claim, outcome: Result<Result<(), Error>, Box<dyn Any + Send>>) -> Option<Ending> {
    let job = claim.job;
    match outcome {
        Ok(Ok(())) => debug!(job, "turn taken"),
        Ok(Err(Error::Fenced)) => info!(job, fence = claim.fence, "stale fence: another worker has the job"),
        Ok(Err(Error::RunTaken)) => {
            warn!(job, "the run that was found belongs to another step; looking again");
            return Some(Ending::NotRecorded);
        }
        Ok(Err(error)) => {
            error!(job, %error, "the turn could not be recorded; it is taken again");
            return Some(Ending::NotRecorded);
        }
        Err(_panic) => {
            error!(job, "broke down over the job");
            return Some(Ending::BrokenDown);
        }
    }
    None
}
