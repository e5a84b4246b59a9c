//! One history, from the first press until nothing is left to happen.

use std::rc::Rc;

use chrono::TimeDelta;

use crate::judge::{Breach, Law};
use crate::stage::Stage;
use crate::tale::Tale;
use crate::tally::Tally;
use crate::variants::Variant;

/// Once nothing goes wrong any more, everything has to be over within this time.
const PATIENCE: TimeDelta = TimeDelta::hours(24);
/// A history with more events than this turns in circles.
const MOST_EVENTS: u64 = 400_000;
/// So does one in which a debt accepts one job after the other.
const MOST_JOBS: usize = 1_000;
/// What is left is judged so long after the last change, when everybody has had a look.
const AFTERWARDS: TimeDelta = TimeDelta::minutes(3);

/// How a history ended.
#[derive(Debug, Clone)]
pub struct Ending {
    pub seed: u64,
    pub breach: Option<Breach>,
    pub tally: Tally,
    /// Line by line, if it was to be told.
    pub story: Vec<String>,
}

/// Plays one history.
pub fn play(seed: u64, variant: Variant) -> Ending {
    perform(seed, variant, Tale::untold())
}

/// Plays one history and writes down what happens in it.
pub fn tell(seed: u64, variant: Variant) -> Ending {
    perform(seed, variant, Tale::told())
}

fn perform(seed: u64, variant: Variant, tale: Tale) -> Ending {
    let stage = Stage::new(seed, variant, tale);
    set_up(&stage);
    let mut events = 0;
    while stage.judge.borrow().breach().is_none() && stage.go_on() {
        events += 1;
        if events == MOST_EVENTS || stage.store.borrow().jobs.len() == MOST_JOBS {
            stage.judge_breach(Law::ComesToRest, || format!("turns in circles: {}", stage.unrest()));
        }
    }
    stage.cast.clear();
    let mut tally = stage.tally.take();
    tally.histories = 1;
    Ending { seed, breach: stage.judge.borrow().breach().cloned(), tally, story: stage.tale.lines() }
}

fn set_up(stage: &Rc<Stage>) {
    stage.tell(|| format!("{} replicas, {:?}", stage.scenario.replicas, stage.scenario.weather));
    for process in 0..stage.cast.count() {
        let pause = TimeDelta::milliseconds(stage.dice.among(0..=2_000));
        stage.clock.happen_after(pause, move |stage| stage.start_if_away(process));
    }
    for (at, deed) in &stage.scenario.deeds {
        let deed = deed.clone();
        stage.clock.happen_at(*at, move |stage| stage.act(&deed));
    }
    stage.clock.happen_at(stage.scenario.calm_from, |stage| {
        stage.tell(|| "from now on nothing new goes wrong".to_owned());
        stage.look_round(TimeDelta::zero());
    });
}

impl Stage {
    /// Looks from time to time whether everything is over.
    fn look_round(self: &Rc<Self>, at_rest_for: TimeDelta) {
        const EVERY: TimeDelta = TimeDelta::minutes(1);
        self.answer_all();
        self.take_over_leftovers();
        if (0..self.cast.count()).any(|process| self.cast.is_alive(process)) {
            self.judge_deadlines();
        }
        let unrest = self.unrest();
        if unrest.is_empty() && at_rest_for >= AFTERWARDS {
            self.judge_rest();
            self.cast.clear();
            return self.clock.forget();
        }
        if self.clock.now() > self.scenario.calm_from + PATIENCE {
            return self.judge_breach(Law::ComesToRest, || unrest);
        }
        let at_rest_for = if unrest.is_empty() { at_rest_for + EVERY } else { TimeDelta::zero() };
        self.clock.happen_after(EVERY, move |stage| stage.look_round(at_rest_for));
    }

    /// What is not over yet, in words.
    fn unrest(&self) -> String {
        let store = self.store.borrow();
        let jobs = store.jobs.iter().filter(|row| !row.job.state.is_final());
        let jobs = jobs.map(|row| format!("job {} is {}", row.job.number, row.job.state));
        let debts = store.obligations.iter().filter(|owed| !owed.state.is_final());
        let debts = debts.map(|owed| format!("the debt of {} is {}", owed.cluster, owed.state));
        let is_anybody_there = (0..self.cast.count()).any(|process| self.cast.is_alive(process));
        let nobody = (!is_anybody_there).then(|| "nobody is there".to_owned());
        let runs = (!self.world.borrow().is_at_rest()).then(|| "a run is at work".to_owned());
        jobs.chain(debts).chain(runs).chain(nobody).collect::<Vec<_>>().join(", ")
    }
}
