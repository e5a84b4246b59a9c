//! One cycle: ask for jobs, disturb, wait until all has come to rest, judge.

use std::time::{Duration, Instant};

use anyhow::Result;
use simulator::Invariant;
use tokio::time::timeout;
use workbench::interrupt;

use super::meanwhile::meanwhile;
use super::plan::{Ask, DOWN, Disturbance, Far, Moment, Plan, UP};
use super::stage::Stage;
use super::story::Story;
use super::traffic::{Verdict as Fate, Waiting};
use super::verdict::{Court, Verdict};
use super::violation::Violation;
use crate::loss::Loss;

/// A failed destroy is tried again after 30 s, then after a minute: it may take a while, and not longer.
const QUIET_LIMIT: Duration = Duration::from_secs(240);
/// How long the disturbance waits for the call that it wants to strike.
const HELD_LIMIT: Duration = Duration::from_secs(20);
/// How long somebody is watched for who goes on with the work.
const RECOVERY_LIMIT: Duration = Duration::from_secs(20);
/// After everything is whole again, replicas may take so long to notice.
const NOTICED_WITHIN: Duration = Duration::from_secs(8);
/// After everything is whole again, pages may show what was for so long.
const SHOWN_WITHIN: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What came of a cycle.
pub struct Outcome {
    pub verdict: Verdict,
    /// From the disturbance to the next call for a job by anybody, where there was one to make.
    pub recovery: Option<Duration>,
    /// From SIGTERM to the end of the process.
    pub shutdown: Option<Duration>,
    pub jobs: Vec<String>,
    pub story: Story,
}

/// Plays it.
pub fn play(stage: &mut Stage, plan: &Plan) -> Result<Outcome> {
    let mut cycle = Cycle {
        court: Court::open(stage),
        stage,
        plan,
        story: Story::of(plan),
        violations: Vec::new(),
        recovery: None,
        shutdown: None,
        jobs: Vec::new(),
    };
    cycle.run()?;
    cycle.end()
}

struct Cycle<'a> {
    court: Court,
    stage: &'a mut Stage,
    plan: &'a Plan,
    story: Story,
    violations: Vec<Violation>,
    recovery: Option<Duration>,
    shutdown: Option<Duration>,
    jobs: Vec<i64>,
}

impl Cycle<'_> {
    fn run(&mut self) -> Result<()> {
        self.stage.traffic.forget();
        for fault in self.plan.fault.iter().chain(&self.plan.hook) {
            self.stage.simulator.inject(fault.clone())?;
        }
        let waiting = match self.plan.moment {
            Moment::Held { side, nth } => Some(self.stage.traffic.lie_in_wait(side, nth)),
            Moment::After(_) => None,
        };
        for ask in self.plan.jobs {
            self.ask(*ask)?;
        }
        self.strike(waiting)?;
        self.stage.mend()?;
        self.wait_for_quiet()?;
        self.stage.simulator.forgive();
        self.judge()?;
        self.lean_on_the_victim()?;
        if self.stage.records().wanted_clusters()? > 0 {
            self.ask(DOWN)?;
            self.wait_for_quiet()?;
        }
        self.stage.mend()?;
        self.judge()?;
        self.wait_for_browsers()
    }

    fn judge(&mut self) -> Result<()> {
        self.violations.extend(self.court.at_rest(self.stage, &self.jobs)?);
        Ok(())
    }

    /// After any fault, whoever looks sees what is. A page that does not is found when the court closes.
    fn wait_for_browsers(&self) -> Result<()> {
        let Some(first) = self.jobs.first() else { return Ok(()) };
        let began = Instant::now();
        while began.elapsed() < SHOWN_WITHIN {
            interrupt::check()?;
            self.stage.simulator.testify(self.stage.records().versions_from(*first)?)?;
            let violations = self.stage.judge()?.violations;
            if violations.iter().all(|violation| violation.invariant != Invariant::VersionsRise) {
                break;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    /// Lets the work depend on the one whose link to Postgres was bad: another that is well would hide that it is not.
    fn lean_on_the_victim(&mut self) -> Result<()> {
        let Disturbance::Poison { far: Far::Postgres, .. } = self.plan.disturbance else { return Ok(()) };
        for replica in self.stage.replicas.iter_mut().filter(|replica| replica.number != self.plan.victim) {
            replica.kill()?;
        }
        if self.stage.records().wanted_clusters()? == 0 {
            self.ask(UP)?;
            self.wait_for_quiet()?;
        }
        Ok(())
    }

    fn end(mut self) -> Result<Outcome> {
        let mut verdict = self.court.close(self.stage, &self.jobs)?;
        verdict.violations.append(&mut self.violations);
        let jobs = match self.jobs.first() {
            Some(first) => self.stage.records().jobs_from(*first)?,
            None => Vec::new(),
        };
        for job in &jobs {
            self.story.tell(job);
        }
        Ok(Outcome { verdict, recovery: self.recovery, shutdown: self.shutdown, jobs, story: self.story })
    }

    fn ask(&mut self, ask: Ask) -> Result<()> {
        match self.stage.ask(ask)? {
            Some(number) => {
                self.story.tell(format_args!("{} is accepted as #{number}", ask.routine));
                self.jobs.push(number);
            }
            None => self.story.tell(format_args!("{} is refused", ask.routine)),
        }
        Ok(())
    }

    /// Waits for the moment, then strikes.
    fn strike(&mut self, waiting: Option<Waiting>) -> Result<()> {
        let mut victim = self.plan.victim;
        let mut fate = None;
        match (self.plan.moment, waiting) {
            (Moment::Held { .. }, Some(Waiting { caught, verdict })) => {
                let caught = self.stage.runtime.block_on(async { timeout(HELD_LIMIT, caught).await });
                if let Ok(Ok(replica)) = caught {
                    self.story.tell(format_args!("replica {replica} is caught in the act"));
                    victim = replica;
                    fate = Some(verdict);
                }
            }
            (Moment::After(time), _) => std::thread::sleep(time),
            (Moment::Held { .. }, None) => {}
        }
        let decide = |verdict: Fate| {
            // Nobody may be waiting for it any more: the replica gave the call up, or is dead.
            if let Some(fate) = fate {
                let _ = fate.send(verdict);
            }
        };
        self.story.tell(format_args!("{} strikes replica {victim}", self.plan.disturbance.name()));
        let struck = Instant::now();
        match self.plan.disturbance {
            Disturbance::Kill => {
                self.stage.replicas[victim].kill()?;
                decide(Fate::Lost);
                self.watch_recovery(struck)?;
            }
            Disturbance::KillAll => {
                self.stage.replicas.iter_mut().try_for_each(super::replica::Replica::kill)?;
                self.stage.mend()?;
                self.watch_recovery(struck)?;
            }
            Disturbance::Pause => {
                self.stage.replicas[victim].pause();
                std::thread::sleep(self.stage.lease + Duration::from_millis(1_500));
                self.stage.replicas[victim].wake();
                decide(Fate::Passes);
                self.watch_recovery(struck)?;
            }
            Disturbance::Terminate => {
                self.stage.replicas[victim].ask_to_end();
                decide(Fate::Passes);
                match self.stage.replicas[victim].see_it_end(struck) {
                    Ok(took) => self.shutdown = Some(took),
                    Err(error) => self.violations.push(Violation::new(Loss::Other, error)),
                }
                self.watch_recovery(struck)?;
            }
            Disturbance::CrashPostgres => {
                self.stage.postgres.crash()?;
                let accepting = Instant::now();
                decide(Fate::Passes);
                self.watch_recovery(accepting)?;
            }
            Disturbance::Poison { far, toxic, lasting, all } => {
                for replica in self.stage.replicas.iter().filter(|replica| all || replica.number == victim) {
                    let link = if far == Far::Postgres { &replica.database } else { &replica.outside };
                    link.poison(toxic);
                }
                std::thread::sleep(lasting);
            }
        }
        Ok(())
    }

    /// Waits for the next call for a job by anybody, unless there is nothing left to do.
    fn watch_recovery(&mut self, since: Instant) -> Result<()> {
        let mut asked = since;
        while since.elapsed() < RECOVERY_LIMIT {
            interrupt::check()?;
            if let Some(call) = self.stage.traffic.first_after(since) {
                let took = call.at - since;
                self.story.tell(format_args!(
                    "replica {} goes on after {} ms: {}",
                    call.replica,
                    took.as_millis(),
                    call.line
                ));
                self.recovery = Some(took);
                return Ok(());
            }
            if asked.elapsed() > LOOK_AGAIN {
                if self.stage.records().unrest()?.is_over() {
                    return Ok(());
                }
                asked = Instant::now();
            }
            std::thread::sleep(LOOK_AGAIN / 10);
        }
        self.story.tell("nobody has called for a job");
        Ok(())
    }

    fn wait_for_quiet(&mut self) -> Result<()> {
        let began = Instant::now();
        loop {
            interrupt::check()?;
            for replica in &mut self.stage.replicas {
                if let Err(error) = replica.must_live() {
                    self.violations.push(Violation::new(Loss::Other, error));
                    replica.revive()?;
                }
            }
            if let Some(fault) = &self.plan.fault {
                meanwhile(self.stage, fault.kind, &mut self.story)?;
            }
            let unrest = self.stage.records().unrest()?;
            if unrest.is_over() {
                self.story.tell("all has come to rest");
                return Ok(());
            }
            if began.elapsed() > NOTICED_WITHIN {
                self.stage.simulator.testify(unrest.left_behind.clone())?;
            }
            if began.elapsed() > QUIET_LIMIT {
                let what = format_args!("I1: no rest within {} s: {unrest:?}", QUIET_LIMIT.as_secs());
                self.violations.push(Violation::new(Loss::LostJob, what));
                return Ok(());
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}
