//! The loop: claim a job that is due, take its turn, sleep until the next one is due.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use store::{ChangeListener, Claim, Error, Kind};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout, timeout_at};
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

/// Works on jobs until it is told to stop, then lets the turns under way end, or gives them up after the grace.
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
        let asked_at = Instant::now();
        let Some(claim) = engine.store.claim(engine.worker, engine.lease, kind).await? else {
            return Ok(engine.store.next_look().await?.unwrap_or(NET).clamp(Duration::from_millis(20), NET));
        };
        let (engine, shutdown) = (engine.clone(), shutdown.clone());
        turns.spawn(async move { hold(&engine, &claim, asked_at, &shutdown).await });
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

/// Takes a job's turn while its claim is kept. The claim was asked for at `asked_at`.
async fn hold(engine: &Engine, claim: &Claim, asked_at: Instant, shutdown: &CancellationToken) {
    let Some(ending) = take_turn(engine, claim, asked_at, shutdown).await else { return };
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

/// The turn itself, until it ends, or its claim may, or the process has to. What is left to do about the claim then.
async fn take_turn(
    engine: &Engine,
    claim: &Claim,
    asked_at: Instant,
    shutdown: &CancellationToken,
) -> Option<Ending> {
    let job = claim.job;
    // A panic over one job is a breakdown of that job, not of the process.
    let turn = AssertUnwindSafe(engine.take_turn(claim, shutdown)).catch_unwind();
    let lost = lose(job, engine.lease, asked_at, || engine.store.renew(claim, engine.lease));
    tokio::select! {
        // The claim comes first: who was asleep beyond its end does nothing more for the job.
        biased;
        lost = lost => match lost {
            Lost::PassedOn => ending(claim, Ok(Err(Error::Fenced))),
            Lost::MayEnd => {
                warn!(job, "the claim could not be renewed in time; its turn is given up");
                Some(Ending::NotRecorded)
            }
        },
        () = engine.out_of_grace(shutdown) => {
            warn!(job, "the turn did not end before the process has to; it is given up");
            Some(Ending::CutShort)
        }
        outcome = turn => ending(claim, outcome),
    }
}

/// How a claim was lost during a turn.
#[derive(Debug, PartialEq, Eq)]
enum Lost {
    PassedOn,
    /// The database may end it before another renewal is answered.
    MayEnd,
}

/// Renews a claim until it is lost. It surely holds for a lease from the moment on in which it was asked for, and no answer
/// says more than that.
async fn lose<R>(job: i64, lease: Duration, mut asked_at: Instant, renew: impl Fn() -> R) -> Lost
where
    R: Future<Output = Result<(), Error>>,
{
    loop {
        let renewal = async {
            loop {
                sleep(lease / 3).await;
                let asked_at = Instant::now();
                match timeout(lease / 3, renew()).await {
                    Ok(Ok(())) => return Some(asked_at),
                    Ok(Err(Error::Fenced)) => return None,
                    Ok(Err(error)) => warn!(job, %error, "the claim was not renewed"),
                    Err(_) => warn!(job, "the database did not renew the claim in time"),
                }
            }
        };
        match timeout_at(asked_at + lease * 5 / 6, renewal).await {
            Ok(Some(renewed_at)) => asked_at = renewed_at,
            Ok(None) => return Lost::PassedOn,
            Err(_) => return Lost::MayEnd,
        }
    }
}

/// How a turn ended that has not given its claim back.
#[derive(Clone, Copy)]
enum Ending {
    NotRecorded,
    BrokenDown,
    /// The process has to end, and the turn had not. Another process goes on at once.
    CutShort,
}

impl Engine {
    async fn give_back(&self, claim: &Claim, ending: Ending) -> Result<(), Error> {
        match ending {
            Ending::NotRecorded => self.store.put_off(claim, PAUSE_AFTER_FAILED_TURN).await,
            Ending::CutShort => self.store.put_off(claim, Duration::ZERO).await,
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

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    const LEASE: Duration = Duration::from_millis(300);

    /// Whoever looks at the claim once it may have ended on the database finds that it was given up.
    async fn is_given_up_in_time<R>(asked_at: Instant, renew: impl Fn() -> R)
    where
        R: Future<Output = Result<(), Error>>,
    {
        tokio::select! {
            biased;
            lost = lose(1, LEASE, asked_at, renew) => assert_eq!(lost, Lost::MayEnd),
            () = tokio::time::sleep_until(asked_at + LEASE) => panic!("it is held beyond its end"),
        }
    }

    #[tokio::test]
    async fn a_claim_whose_renewals_do_not_come_back_is_given_up_before_it_ends() {
        is_given_up_in_time(Instant::now(), pending).await;
    }

    #[tokio::test]
    async fn a_claim_whose_renewals_fail_is_given_up_before_it_ends() {
        is_given_up_in_time(Instant::now(), || ready(Err(Error::UnknownJob(1)))).await;
    }

    #[tokio::test]
    async fn a_claim_counts_from_when_it_was_asked_for_and_not_from_the_answer() {
        let long_ago = Instant::now().checked_sub(LEASE / 2).expect("this machine runs for longer");
        is_given_up_in_time(long_ago, pending).await;
    }

    #[tokio::test]
    async fn a_claim_that_is_renewed_is_held_until_it_has_passed_on() {
        let renewals = std::cell::Cell::new(0);
        let renew = || {
            renewals.set(renewals.get() + 1);
            ready(if renewals.get() < 5 { Ok(()) } else { Err(Error::Fenced) })
        };
        assert_eq!(lose(1, LEASE, Instant::now(), renew).await, Lost::PassedOn);
        assert_eq!(renewals.get(), 5);
    }
}
