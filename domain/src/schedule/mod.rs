//! Schedules: a routine that starts by the clock, when nobody presses anything.

pub mod ahead;
pub mod cron;
pub mod due;
pub mod freeze;
pub mod simple;
pub mod timing;
pub mod zone;

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::catalogue::Catalogue;
use crate::order::{Ask, AskError, Order};
use crate::spelling::spelled_enum;
use crate::stay::Stay;
use crate::text;
use cron::{Cron, CronError};
use timing::Timing;
use zone::{UnknownZone, Zone};

spelled_enum! {
    /// What becomes of a run that was due while nobody was there.
    Missed ("rule for missed runs") {
        /// The newest of them is made up for, once.
        CatchUp = "catch-up",
        Skip = "skip",
    }
}

spelled_enum! {
    /// What becomes of a run while a job is at work on the cluster.
    Overlap ("rule for overlaps") {
        Skip = "skip",
        /// The job is accepted and waits for its turn.
        Queue = "queue",
    }
}

spelled_enum! {
    /// Whether a schedule runs.
    ScheduleState ("schedule state") {
        On = "on",
        Paused = "paused",
        /// The config of today does not know what it asks for.
        Broken = "broken",
    }
}

/// What people say when they write a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    pub ask: Ask,
    /// How long a cluster that it brings up may stay; as the config says where nothing is said.
    pub lifetime_minutes: Option<u32>,
    pub timing: Timing,
    pub missed: Missed,
    pub overlap: Overlap,
}

/// A schedule as it stands in its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub id: i64,
    pub name: String,
    /// With names that the config may not know any more.
    pub ask: Ask,
    pub lifetime_minutes: Option<u32>,
    pub cron: String,
    pub zone: String,
    pub missed: Missed,
    pub overlap: Overlap,
    pub paused: Option<Pause>,
    pub created_by: String,
    pub created_at: Time,
    /// None while it is paused.
    pub next_run_at: Option<Time>,
    /// What became of the newest run.
    pub last: Option<LastRun>,
    pub version: i64,
}

/// Who paused it, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub by: String,
    pub at: Time,
}

/// What became of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// The time at which it was due.
    pub due_at: Time,
    /// When it was heeded.
    pub at: Time,
    /// The job that was started; none when it was skipped.
    pub job: Option<i64>,
    /// Why it was skipped, or that it was late.
    pub remark: Option<String>,
}

/// Why a row has no times. The config of the day is not asked: zones and patterns come with the binary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimingError {
    #[error("{0}")]
    Cron(#[from] CronError),
    #[error("{0}")]
    Zone(#[from] UnknownZone),
}

impl Schedule {
    /// # Errors
    /// When a binary with other zones wrote it.
    pub fn timing(&self) -> Result<Timing, TimingError> {
        Timing::read(&self.cron, &self.zone)
    }

    /// The job that it asks for, by the catalogue of today.
    ///
    /// # Errors
    /// Names what is not known any more.
    pub fn order(&self, catalogue: &Catalogue) -> Result<Order, AskError> {
        order(&self.ask, self.lifetime_minutes, catalogue)
    }

    /// Why it cannot run, if it cannot.
    pub fn broken(&self, catalogue: &Catalogue) -> Option<String> {
        let order = self.order(catalogue).err().map(|error| error.to_string());
        order.or_else(|| self.timing().err().map(|error| error.to_string()))
    }

    pub fn state(&self, catalogue: &Catalogue) -> ScheduleState {
        match (self.broken(catalogue), &self.paused) {
            (Some(_), _) => ScheduleState::Broken,
            (None, Some(_)) => ScheduleState::Paused,
            (None, None) => ScheduleState::On,
        }
    }
}

impl Draft {
    /// The job that it would ask for today.
    ///
    /// # Errors
    /// Names what is not known.
    pub fn order(&self, catalogue: &Catalogue) -> Result<Order, AskError> {
        order(&self.ask, self.lifetime_minutes, catalogue)
    }
}

fn order(ask: &Ask, lifetime_minutes: Option<u32>, catalogue: &Catalogue) -> Result<Order, AskError> {
    let mut order = catalogue.order(ask)?;
    // The cap may have been lowered since it was written.
    let longest = order.stay.limits.longest_minutes;
    if lifetime_minutes.is_some_and(|minutes| minutes > longest) {
        let longest = text::duration(chrono::Duration::minutes(i64::from(longest)));
        return Err(AskError::LifetimeTooLong { cluster: order.cluster, longest });
    }
    order.stay.chosen = lifetime_minutes.map(|minutes| Stay::For { minutes: i64::from(minutes) });
    Ok(order)
}

impl Timing {
    /// # Errors
    /// Names the field of the pattern that is wrong, or zones that are near.
    pub fn read(cron: &str, zone: &str) -> Result<Self, TimingError> {
        Ok(Self { cron: cron.parse::<Cron>()?, zone: zone.parse::<Zone>()? })
    }
}

/// No longer than this is the name of a schedule.
pub const LONGEST_NAME: usize = 60;

/// Why a text cannot name a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("A schedule needs a name of 1 to {LONGEST_NAME} visible characters.")]
pub struct NameError;

/// The name of a schedule, without spaces around it.
///
/// # Errors
/// When there is nothing, too much, or what nobody can see.
pub fn name(text: &str) -> Result<String, NameError> {
    let name = text.trim();
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err(NameError)
    }
}
