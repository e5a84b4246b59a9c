//! The simulated outside as a whole: one clock, one memory, shared by all services. Clones are handles to the same.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::batch::Queue;
use crate::circleci::{self, Pipelines, Schedules};
use crate::clock::{Clock, Moment};
use crate::digitalocean::Account;
use crate::faults::{Fault, FaultError, Faults, Injected};
use crate::hooks::{Event, Hooks, Receiver};
use crate::judge::{Judgement, Known, judge};
use crate::log::{EffectiveRun, Log};
use crate::settings::Settings;
use crate::slack::Message;
use crate::testimony::Testimony;
use crate::tls::Tls;
use crate::travis::Requests;
use crate::world::{Stacks, World};

#[derive(Clone)]
pub(crate) struct Outside(Arc<Inner>);

struct Inner {
    settings: Settings,
    clock: Clock,
    tls: Option<Tls>,
    memory: Mutex<Memory>,
}

/// Everything that has happened since the start or the last reset.
#[derive(Default)]
pub(crate) struct Memory {
    pub circleci: Pipelines,
    pub circleci_schedules: Schedules,
    pub travis: Requests,
    pub batch: Queue,
    pub digitalocean: Account,
    pub slack: Vec<Message>,
    pub hooks: Hooks,
    pub faults: Faults,
    pub log: Log,
    pub testimony: Testimony,
}

impl Outside {
    pub fn new(settings: Settings) -> io::Result<Self> {
        if !settings.speed.is_finite() || settings.speed < 0.0 {
            let reason = format!("the speed must be 0 or more, not {}", settings.speed);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let tls = settings.tls.then(Tls::new).transpose()?;
        Ok(Self(Arc::new(Inner {
            clock: Clock::new(settings.speed),
            tls,
            memory: Mutex::default(),
            settings,
        })))
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// None where everything is said in the clear.
    pub fn tls(&self) -> Option<&Tls> {
        self.0.tls.as_ref()
    }

    pub fn now(&self) -> Moment {
        self.0.clock.now()
    }

    pub fn date(&self, moment: Moment) -> DateTime<Utc> {
        self.0.clock.date(moment)
    }

    /// RFC 3339 with milliseconds and `Z`, as all the services write it.
    pub fn stamp(&self, moment: Moment) -> String {
        self.date(moment).to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// What happened up to now: schedules whose time came have begun their pipelines.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        let mut memory = self.0.memory.lock().unwrap_or_else(PoisonError::into_inner);
        circleci::fire_schedules(&mut memory, self);
        memory
    }

    pub fn inject(&self, fault: Fault) -> Result<Injected, FaultError> {
        if fault.kind.is_of_a_handshake() && self.tls().is_none() {
            return Err(FaultError::NoTls(fault.kind));
        }
        self.memory().faults.inject(fault).cloned()
    }

    pub fn reset(&self) {
        let mut memory = self.memory();
        *memory = Memory { hooks: memory.hooks.forgetful(), ..Memory::default() };
    }

    pub fn send_hooks_to(&self, receiver: Receiver) {
        let now = self.now();
        let mut memory = self.memory();
        let ended: Vec<Event> = memory.circleci.ended_workflows(now, &HashSet::new()).collect();
        memory.hooks.tell(receiver, &ended);
    }

    pub fn world(&self) -> World {
        self.memory().world(self.settings(), self.now())
    }

    pub fn stacks(&self) -> Stacks {
        let world = self.world();
        Stacks { cluster: world.cluster, workloads: world.workloads, since: self.date(world.since) }
    }

    /// Runs of all services, the oldest first.
    pub fn effective_runs(&self) -> Vec<EffectiveRun> {
        let now = self.now();
        let memory = self.memory();
        let world = memory.world(self.settings(), now);
        memory.effective_runs(self, &world, now)
    }

    pub fn judge(&self) -> Judgement {
        let now = self.now();
        let memory = self.memory();
        let world = memory.world(self.settings(), now);
        let runs = memory.effective_runs(self, &world, now);
        let strangers = memory.digitalocean.strangers().len();
        judge(&Known { runs: &runs, lives: &world.lives, strangers, now }, memory.testimony.facts())
    }
}

impl Memory {
    pub fn world(&self, settings: &Settings, now: Moment) -> World {
        let found = settings.starts_with_a_cluster.then(|| self.digitalocean.found_cluster());
        World::at(now, found, self.circleci.stack_changes(now))
    }

    fn effective_runs(&self, outside: &Outside, world: &World, now: Moment) -> Vec<EffectiveRun> {
        let mut runs = self.circleci.effective_runs(outside, now);
        runs.extend(self.travis.effective_runs(outside, now));
        runs.extend(self.batch.effective_runs(outside, world, now));
        runs.sort_by_key(|run| run.created_at);
        runs
    }

    /// The branch of the run that a path names by id, so that a fault aimed at a branch also finds reads and cancels.
    pub fn branch_of(&self, path: &str) -> Option<String> {
        path.split('/')
            .find_map(|id| {
                let of_schedule = || self.circleci_schedules.branch_of(id);
                self.circleci.branch_of(id).or_else(|| self.travis.branch_of(id)).or_else(of_schedule)
            })
            .map(str::to_owned)
    }

    /// From now on nobody sees the run that a path names by id.
    pub fn vanish(&mut self, path: &str) {
        for id in path.split('/') {
            self.circleci.vanish(id);
            self.travis.vanish(id);
        }
    }
}
