//! Where a history is played: one clock, one database, one outside world, and the processes that stand between them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use chrono::TimeDelta;
use domain::Time;

use crate::cast::{Cast, ProcessId};
use crate::clockwork::{Clockwork, Event};
use crate::dice::Dice;
use crate::judge::Judge;
use crate::replica::Replica;
use crate::scenario::Scenario;
use crate::store::Store;
use crate::tale::Tale;
use crate::tally::Tally;
use crate::variants::Variant;
use crate::world::World;

/// How soon a listening process hears of a change; the upper end is its slow read, which needs no hint.
const HINT_MILLISECONDS: std::ops::RangeInclusive<i64> = 5..=2_000;
/// A process that is asked to end has so long.
const GRACE: TimeDelta = TimeDelta::seconds(20);

pub struct Stage {
    pub clock: Clockwork,
    pub dice: Dice,
    pub scenario: Scenario,
    pub variant: Variant,
    pub store: RefCell<Store>,
    pub world: RefCell<World>,
    pub cast: Cast,
    pub judge: RefCell<Judge>,
    pub tally: RefCell<Tally>,
    pub tale: Tale,
    /// Whether the config still declares the clusters.
    pub has_config: Cell<bool>,
}

impl Stage {
    pub fn new(seed: u64, variant: Variant, tale: Tale) -> Rc<Self> {
        let dice = Dice::new(seed);
        let scenario = Scenario::new(&Dice::new(dice.number()));
        let clock = Clockwork::new(Dice::new(dice.number()));
        let names: Vec<String> =
            scenario.catalogue.clusters.iter().map(|cluster| cluster.name.clone()).collect();
        Rc::new(Self {
            store: RefCell::new(Store::new(&names, variant, clock.now())),
            world: RefCell::default(),
            cast: Cast::new(scenario.replicas),
            judge: RefCell::default(),
            tally: RefCell::default(),
            has_config: Cell::new(true),
            clock,
            dice,
            scenario,
            variant,
            tale,
        })
    }

    /// Lets the next thing happen. Returns whether there was one.
    pub fn go_on(self: &Rc<Self>) -> bool {
        match self.clock.next() {
            None => return false,
            Some(Event::Wake(task)) => self.cast.poll(&self.clock, task),
            Some(Event::Happen(what)) => what(self),
        }
        true
    }

    pub fn is_calm(&self) -> bool {
        self.clock.now() >= self.scenario.calm_from
    }

    /// Whether chance lets a fault happen now.
    pub fn chance(&self, one_in: u32) -> bool {
        one_in > 0 && !self.is_calm() && self.dice.one_in(one_in)
    }

    pub fn tell(&self, line: impl FnOnce() -> String) {
        self.tale.tell(self.clock.now(), line);
    }

    /// One transaction. What it changed is judged at once.
    pub fn write<T>(&self, change: impl FnOnce(&mut Store, Time) -> T) -> T {
        let (result, news) = {
            let mut store = self.store.borrow_mut();
            let result = change(&mut store, self.clock.now());
            (result, store.take_news())
        };
        for news in news {
            self.judge_news(&news);
        }
        result
    }

    /// Tells everybody who listens that rows have changed.
    pub fn ring(&self) {
        self.clock.ring(|| TimeDelta::milliseconds(self.dice.among(HINT_MILLISECONDS)));
    }

    /// A process starts, or starts again.
    pub fn start(self: &Rc<Self>, process: ProcessId) {
        self.tell(|| format!("replica {process} starts"));
        self.cast.start(process);
        Replica::new(self, process).run();
    }

    /// At this boundary between two effects the process may be killed or stopped.
    pub fn strike(self: &Rc<Self>, process: ProcessId) {
        let weather = &self.scenario.weather;
        if self.chance(weather.crash) {
            let seconds = self.dice.pick([1, 5, 40, 90]);
            let away = TimeDelta::milliseconds(self.dice.among(100..=seconds * 1_000));
            self.clock.happen_after(TimeDelta::zero(), move |stage| stage.crash(process, away));
        } else if self.chance(weather.stop) {
            let seconds = self.dice.pick([2, 40, 90]);
            let until = self.clock.now() + TimeDelta::milliseconds(self.dice.among(100..=seconds * 1_000));
            self.tally.borrow_mut().stops += 1;
            self.tell(|| format!("replica {process} is stopped until {}", crate::tale::shown(until)));
            self.cast.stop(process, until);
        }
    }

    /// A process is killed, and another takes its place after a while.
    pub fn crash(self: &Rc<Self>, process: ProcessId, away: TimeDelta) {
        if !self.cast.is_alive(process) {
            return;
        }
        self.tally.borrow_mut().crashes += 1;
        self.tell(|| format!("replica {process} is killed"));
        self.cast.kill(process);
        self.clock.happen_after(away, move |stage| stage.start_if_away(process));
    }

    pub fn start_if_away(self: &Rc<Self>, process: ProcessId) {
        if !self.cast.is_alive(process) {
            self.start(process);
        }
    }

    /// A process is asked to end, and another takes its place.
    pub fn replace(self: &Rc<Self>, process: ProcessId) {
        if !self.cast.is_alive(process) {
            return;
        }
        self.tell(|| format!("replica {process} is asked to end"));
        self.cast.ask_to_end(process);
        self.ring();
        self.clock.happen_after(GRACE, move |stage| {
            if stage.cast.is_to_end(process) && stage.cast.is_alive(process) {
                stage.cast.kill(process);
                stage.start(process);
            }
        });
    }
}
