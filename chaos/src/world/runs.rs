//! Runs at the CI, from the call that was accepted to their end.

use chrono::TimeDelta;
use domain::Time;
use domain::run::{ProviderKind, RunRef, RunStatus};
use uuid::Uuid;

use super::Work;

pub type RunId = usize;

/// Job, step and attempt.
pub type Attempt = (i64, i32, i32);

/// For which attempt of which step a run was asked, and how. The service does not see this; the judge does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    pub job: i64,
    pub position: i32,
    pub attempt: i32,
    /// When the intent says that the call left.
    pub sent_at: Time,
    /// The claim had passed on when the call really left.
    pub left_stale: bool,
}

impl Origin {
    pub const fn attempt(&self) -> Attempt {
        (self.job, self.position, self.attempt)
    }
}

/// Why the service cannot be blamed for not knowing of a run, or not any more. These are the windows that
/// `docs/reliability.md` owns up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Window {
    /// The list showed it only after the settle time was over (F07).
    LateInList,
    /// A process was stopped between writing the intent down and sending the call, for longer than its claim (F12).
    StaleCall,
    /// The provider said three times in a row that there is no such run (F42).
    Hidden,
    /// The provider refused to stop it until its time limit was over.
    CancelRefused,
    /// Its answer was lost, and the list could not be read until its time limit was over.
    NotSearched,
    /// Workers broke down over its step until the step was put aside (F14).
    PutAside,
    /// The provider made two of one call, and only one of them was listed when it was looked for (F09).
    Twin,
    /// It carries no marker, and another run was taken for it, or a person had to say which one it is.
    Unsure,
}

impl Window {
    pub const fn what(self) -> &'static str {
        match self {
            Self::LateInList => "listed after the settle time",
            Self::StaleCall => "sent by a process that was stopped",
            Self::Hidden => "denied by its provider",
            Self::CancelRefused => "not stopped by its provider",
            Self::NotSearched => "not to be looked for",
            Self::PutAside => "put aside after breakdowns",
            Self::Twin => "made twice by its provider",
            Self::Unsure => "without a marker, and not told apart",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    Queued,
    Running,
    Ended(RunStatus),
}

/// How a run will go, unless something happens to it.
#[derive(Debug, Clone, Copy)]
pub struct Course {
    pub queued_for: TimeDelta,
    pub takes: TimeDelta,
    pub end: RunStatus,
    /// How long it takes to stop when it is asked to.
    pub stops_after: TimeDelta,
    pub destroys: Thoroughness,
}

/// How much of what a destroy should remove it does remove, when it says that it succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thoroughness {
    Whole,
    /// The cloud goes on showing it for so long.
    Slow(TimeDelta),
    /// A volume stays.
    Leftover,
    Nothing,
}

/// One run.
pub struct Run {
    pub id: RunId,
    pub provider: ProviderKind,
    pub project: String,
    pub branch: String,
    pub work: Work,
    /// What of our marker travelled with the call.
    pub marker: Option<Uuid>,
    /// None for a run that a person started by hand.
    pub origin: Option<Origin>,
    pub accepted_at: Time,
    /// From when on the list shows it.
    pub listed_at: Time,
    pub course: Course,
    pub state: RunState,
    pub is_cancelled: bool,
    /// How many looks at it are still to be answered with 404.
    pub missing_looks: u32,
    pub missed_in_a_row: i32,
    pub window: Option<Window>,
}

impl Run {
    pub fn reference(&self) -> RunRef {
        RunRef {
            provider: self.provider,
            id: self.id.to_string(),
            number: Some(self.id.to_string()),
            url: String::new(),
        }
    }

    /// "run 7 (apply-0/c0)"
    pub fn name(&self) -> String {
        format!("run {} ({})", self.id, self.branch)
    }

    /// The first reason counts.
    pub fn excuse(&mut self, window: Window) {
        self.window.get_or_insert(window);
    }
}
