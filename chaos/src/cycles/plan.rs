//! What happens in a cycle: all of it drawn from the cycle's seed, so that it can be played again.
//!
//! Seeds that follow each other take the disturbances in turn, and the faults of the outside too: twenty cycles know every
//! disturbance, and 340 every pair.

use std::fmt;
use std::time::Duration;

use simulator::{Endpoint, Fault, FaultKind};

use super::link::Toxic;
use super::traffic::Side;
use crate::dice::Dice;

/// A job that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    pub routine: &'static str,
    pub service: Option<&'static str>,
}

pub const GUIDE: Ask = Ask { routine: "guide", service: None };
pub const UP: Ask = Ask { routine: "up", service: None };
const DEPLOY: Ask = Ask { routine: "deploy", service: Some("slack-middleware") };
pub const DOWN: Ask = Ask { routine: "down", service: None };

/// When it strikes, counted from the moment at which the jobs were accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    After(Duration),
    /// While the nth trigger is on its way, or the word that its run has succeeded.
    Held {
        side: Side,
        nth: u32,
    },
}

/// What a replica talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Far {
    Postgres,
    Outside,
}

/// What strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    Kill,
    KillAll,
    /// Longer than its lease.
    Pause,
    Terminate,
    CrashPostgres,
    Poison {
        far: Far,
        toxic: Toxic,
        lasting: Duration,
        all: bool,
    },
}

#[derive(Debug, Clone)]
pub struct Plan {
    pub seed: u64,
    pub jobs: &'static [Ask],
    pub moment: Moment,
    pub disturbance: Disturbance,
    /// Whom it strikes, unless somebody was caught in the act.
    pub victim: usize,
    pub fault: Option<Fault>,
    /// What becomes of the webhooks.
    pub hook: Option<Fault>,
}

/// The kinds of disturbance, in their turn.
const KINDS: u64 = 20;
const QUICK_FAULTS: u64 = 17;
/// One cycle of so many has a fault that takes its time.
const SLOW_EVERY: u64 = 9;

impl Plan {
    pub fn of(seed: u64) -> Self {
        let dice = Dice::new(seed);
        let (jobs, triggers) = dice.pick([
            (&[GUIDE][..], 6),
            (&[GUIDE], 6),
            (&[UP, DOWN], 4),
            (&[UP, DEPLOY], 3),
            (&[UP, DEPLOY, DOWN], 5),
        ]);
        // Each of these stacks is brought up, and destroyed, by one run at CircleCI.
        let told = if jobs.contains(&UP) && !jobs.contains(&DOWN) { 2 } else { 4 };
        let (disturbance, moment) = disturbance(seed % KINDS, triggers, told, &dice);
        let victim = usize::from(dice.one_in(2));
        let fault = if seed % SLOW_EVERY == SLOW_EVERY - 1 {
            Some(slow_fault(seed / SLOW_EVERY, &dice))
        } else {
            quick_fault(seed % QUICK_FAULTS, &dice)
        };
        let jobs = if fault.as_ref().is_some_and(is_of_a_destroy) && jobs == [UP, DEPLOY] {
            &[UP, DEPLOY, DOWN]
        } else {
            jobs
        };
        Self { seed, jobs, moment, disturbance, victim, fault, hook: hook_fault(seed) }
    }
}

/// `triggers` is how many runs the jobs start, `told` how many of them CircleCI says have succeeded.
fn disturbance(kind: u64, triggers: i64, told: u32, dice: &Dice) -> (Disturbance, Moment) {
    // A run takes a second, until somebody looks.
    let at_any_time = Moment::After(millis(dice, 0..=triggers * 1_000));
    let nth = u32::try_from(dice.among(1..=triggers)).unwrap_or(1);
    let (before, after) = (Moment::Held { side: Side::Before, nth }, Moment::Held { side: Side::After, nth });
    let disturbance = match kind {
        0 => return (Disturbance::Kill, before),
        1 => return (Disturbance::Kill, after),
        2 => return (Disturbance::Kill, Moment::Held { side: Side::Told, nth: told }),
        3 => Disturbance::KillAll,
        4 => return (Disturbance::Pause, before),
        5 => Disturbance::Pause,
        6 => Disturbance::Terminate,
        7 => return (Disturbance::Terminate, after),
        8 => Disturbance::CrashPostgres,
        9 => return (Disturbance::CrashPostgres, after),
        _ => {
            let toxic = match kind % 5 {
                0 => Toxic::Down,
                1 => Toxic::Reset,
                2 => Toxic::Limit(usize::try_from(dice.among(100..=4_000)).unwrap_or(100)),
                3 => Toxic::Silence,
                _ => Toxic::Latency(millis(dice, 50..=500)),
            };
            let far = if kind < 15 { Far::Postgres } else { Far::Outside };
            Disturbance::Poison { far, toxic, lasting: millis(dice, 1_500..=5_000), all: dice.one_in(3) }
        }
    };
    (disturbance, at_any_time)
}

/// What goes wrong outside and is over within seconds.
fn quick_fault(kind: u64, dice: &Dice) -> Option<Fault> {
    let nth = u32::try_from(dice.among(1..=4)).unwrap_or(1);
    let ci = |kind| Some(Fault::on(Endpoint::CircleciTrigger, kind).nth(nth));
    let branch = dice.pick(["release-cluster", "release"]);
    match kind {
        0 => None,
        1 => ci(FaultKind::DropAnswer),
        2 => Some(Fault::on(Endpoint::TravisTrigger, FaultKind::DropAnswer)),
        3 => ci(FaultKind::ErrorAfterAccepting),
        4 => ci(FaultKind::TruncatedJson),
        5 => ci(FaultKind::Html),
        6 => ci(FaultKind::RateLimited),
        // Together with a lost answer it is what the settle time is for.
        7 => Some(Fault::on(Endpoint::CircleciTrigger, FaultKind::ListsLate).every().times(6).seconds(2.0)),
        8 => Some(Fault::on(Endpoint::CircleciTrigger, FaultKind::Twin).branch("release-cluster")),
        9 => Some(Fault::on(Endpoint::CircleciTrigger, FaultKind::FailJob).branch(branch)),
        10 => Some(
            Fault::on(Endpoint::CircleciWorkflows, FaultKind::Status500)
                .by_chance(0.5, dice.number())
                .times(2),
        ),
        11 => ci(FaultKind::UnknownStatus),
        12 => Some(Fault::on(Endpoint::DigitaloceanClusters, FaultKind::Unauthorized).every().times(3)),
        // Of these two, somebody helps that they are over soon: see `meanwhile`.
        13 => Some(Fault::on(Endpoint::CircleciTrigger, FaultKind::DestroysNothing)),
        14 => Some(Fault::on(Endpoint::CircleciTrigger, FaultKind::Leftovers).every()),
        15 => Some(Fault::on(Endpoint::CircleciTrigger, FaultKind::SlowDelete).seconds(4.0)),
        _ => Some(Fault::on(Endpoint::TravisTrigger, FaultKind::Vanishes)),
    }
}

/// What becomes of the webhooks of CircleCI, in its turn. Whoever is told may be dead besides.
fn hook_fault(seed: u64) -> Option<Fault> {
    let every = |kind| Some(Fault::on(Endpoint::CircleciHook, kind).every());
    match seed % 7 {
        0 => every(FaultKind::HookLost),
        1 => every(FaultKind::HookTenTimes),
        2 => every(FaultKind::HookLate).map(|late| late.seconds(0.5)),
        3 => every(FaultKind::HookForged),
        4 => every(FaultKind::HookFromTomorrow),
        5 => Some(Fault::on(Endpoint::CircleciTrigger, FaultKind::HookEarly).every()),
        _ => None,
    }
}

/// Whether it waits for a destroy.
fn is_of_a_destroy(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::DestroysNothing | FaultKind::Leftovers | FaultKind::SlowDelete)
}

/// What somebody has to wait for: a call that is not answered, a pause after a refusal, a destroy that is tried again.
fn slow_fault(kind: u64, dice: &Dice) -> Fault {
    let nth = u32::try_from(dice.among(1..=4)).unwrap_or(1);
    let on = |kind| Fault::on(Endpoint::CircleciTrigger, kind).nth(nth);
    match kind % 6 {
        0 => on(FaultKind::Hang),
        1 => Fault::on(Endpoint::CircleciTrigger, FaultKind::FailJob).branch("destroy-cluster"),
        2 => on(FaultKind::Unauthorized),
        3 => on(FaultKind::SlowBody),
        4 => on(FaultKind::GzipBomb),
        _ => on(FaultKind::EndlessBody),
    }
}

fn millis(dice: &Dice, range: std::ops::RangeInclusive<i64>) -> Duration {
    Duration::from_millis(dice.among(range).unsigned_abs())
}

impl Disturbance {
    /// What it is called in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill -9",
            Self::KillAll => "kill -9 of both",
            Self::Pause => "pause beyond the lease",
            Self::Terminate => "SIGTERM",
            Self::CrashPostgres => "Postgres crash",
            Self::Poison { far: Far::Postgres, .. } => "bad link to Postgres",
            Self::Poison { far: Far::Outside, .. } => "bad link to the outside",
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let jobs: Vec<_> = self.jobs.iter().map(|ask| ask.routine).collect();
        write!(f, "{}; {}", jobs.join(", "), self.disturbance.name())?;
        if let Disturbance::Poison { toxic, lasting, all, .. } = self.disturbance {
            let whose = if all { "of both" } else { "of one" };
            write!(f, " {whose} ({toxic:?} for {} ms)", lasting.as_millis())?;
        }
        match self.moment {
            Moment::After(time) => write!(f, " after {} ms", time.as_millis())?,
            Moment::Held { side: Side::Before, nth } => write!(f, " before trigger {nth} arrives")?,
            Moment::Held { side: Side::After, nth } => write!(f, " before trigger {nth} is answered")?,
            Moment::Held { side: Side::Told, nth } => write!(f, " before success {nth} is heard of")?,
        }
        match &self.fault {
            Some(fault) => write!(
                f,
                "; {} on {} {}",
                fault.kind.name(),
                fault.endpoint.service().name(),
                fault.endpoint.name()
            ),
            None => write!(f, "; no fault outside"),
        }?;
        self.hook.as_ref().map_or(Ok(()), |hook| write!(f, "; {}", hook.kind.name()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_means_the_same_cycle_each_time() {
        assert_eq!(Plan::of(7).to_string(), Plan::of(7).to_string());
    }

    #[test]
    fn a_fault_of_a_destroy_meets_one() {
        let destroys = |plan: &Plan| plan.jobs.iter().any(|ask| [GUIDE, DOWN].contains(ask));
        let waits = |plan: &Plan| plan.fault.as_ref().is_some_and(is_of_a_destroy);
        let waiting: Vec<Plan> = (0..340).map(Plan::of).filter(waits).collect();
        assert!(waiting.len() > 40 && waiting.iter().all(destroys));
    }

    #[test]
    fn twenty_cycles_know_every_kind_of_disturbance() {
        let kind = |seed| match Plan::of(seed) {
            Plan { disturbance: Disturbance::Poison { far, toxic, .. }, .. } => {
                format!("{far:?} {:?}", std::mem::discriminant(&toxic))
            }
            Plan { disturbance, moment, .. } => {
                let side = if let Moment::Held { side, .. } = moment { Some(side) } else { None };
                format!("{disturbance:?} {side:?}")
            }
        };
        let kinds: BTreeSet<String> = (0..KINDS).map(kind).collect();
        assert_eq!(kinds.len(), 20);
    }
}
