//! One process of the service: the hand that `server::engine` is, call by call, with chance between any two effects.
//!
//! Each `await` here is a point at which another process may come first, at which this one may be killed or stopped, and at
//! which an answer may be lost. All decisions are those of `domain`; nothing of it is copied.

mod look;
mod observe;
mod strays;
mod trigger;
mod turn;
mod unwind;
mod worker;

use std::rc::Rc;

use chrono::TimeDelta;
use domain::Time;
use domain::record::Record;
use domain::turn::Facts;

use crate::cast::ProcessId;
use crate::stage::Stage;
use crate::store::{Claim, Refusal, Store};

/// One process.
#[derive(Clone)]
pub struct Replica {
    stage: Rc<Stage>,
    id: ProcessId,
}

/// All that a turn of a job needs to know.
struct Turn {
    facts: Facts,
    read_at: Time,
    read_when: Time,
}

impl Turn {
    /// The database's time, carried on by the clock of this process since the row was read.
    fn now(&self, stage: &Stage) -> Time {
        self.read_at + (stage.clock.now() - self.read_when)
    }
}

impl Replica {
    pub fn new(stage: &Rc<Stage>, id: ProcessId) -> Self {
        Self { stage: Rc::clone(stage), id }
    }

    /// Comes to work: looks at what is owed and asks the cloud, before any job is claimed.
    pub fn run(self) {
        let stage = Rc::clone(&self.stage);
        stage.cast.spawn(&stage.clock, self.id, async move {
            let _ = self.pay_what_is_due().await;
            let _ = self.observe().await;
            let cast = &self.stage.cast;
            cast.spawn(&self.stage.clock, self.id, self.clone().work());
            cast.spawn(&self.stage.clock, self.id, self.clone().unwind());
            cast.spawn(&self.stage.clock, self.id, self.clone().follow_strays());
            if self.stage.scenario.has_observer {
                cast.spawn(&self.stage.clock, self.id, self.clone().watch());
            }
        });
    }

    fn is_to_end(&self) -> bool {
        self.stage.cast.is_to_end(self.id)
    }

    /// A moment between two effects.
    async fn boundary(&self) {
        self.stage.tally.borrow_mut().boundaries += 1;
        self.stage.strike(self.id);
        let is_slow = self.stage.chance(self.stage.scenario.weather.statement_is_slow);
        let range = if is_slow { 200..=4_000 } else { 1..=8 };
        self.stage.clock.sleep(TimeDelta::milliseconds(self.stage.dice.among(range))).await;
    }

    /// One statement or transaction: it may not arrive, and its answer may be lost.
    async fn ask_rows<T>(
        &self,
        statement: impl FnOnce(&mut Store, Time) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let stage = &self.stage;
        let weather = &stage.scenario.weather;
        self.boundary().await;
        let is_away = weather.database_is_away.iter().any(|span| span.holds(stage.clock.now()));
        if is_away || stage.chance(weather.statement_lost) {
            stage.tally.borrow_mut().lost_answers += 1;
            self.boundary().await;
            return Err(Refusal::NoAnswer);
        }
        let result = stage.write(statement);
        self.boundary().await;
        if stage.chance(weather.commit_unheard) {
            stage.tally.borrow_mut().lost_answers += 1;
            return Err(Refusal::NoAnswer);
        }
        result
    }

    /// Writes a transition down, in as many transactions as the variant makes of it.
    async fn record(&self, claim: &Claim, facts: &Facts, record: Record) -> Result<(), Refusal> {
        for part in self.stage.variant.transactions(facts, record, self.stage.clock.now()) {
            self.tell_of(claim, &part);
            self.ask_rows(|store, now| store.record(claim, &part, now)).await?;
            self.stage.ring();
        }
        Ok(())
    }

    fn tell_of(&self, claim: &Claim, record: &Record) {
        self.stage.tell(|| {
            let step = record.step.as_ref().map(|step| {
                let trigger = step
                    .trigger
                    .as_ref()
                    .map(|trigger| format!(" ({}, {} tries)", trigger.state, trigger.tries));
                format!(" step {} is {}{};", step.position, step.state, trigger.unwrap_or_default())
            });
            let said: Vec<&str> = record.remarks.iter().map(|remark| remark.text.as_str()).collect();
            let debt = record.obligation.as_ref().map(|change| format!(" debt: {change:?};"));
            format!(
                "replica {} records for job {} (fence {}):{}{} {}",
                self.id,
                claim.job,
                claim.fence,
                step.unwrap_or_default(),
                debt.unwrap_or_default(),
                said.join(" ")
            )
        });
    }
}
