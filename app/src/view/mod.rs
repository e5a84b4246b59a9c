//! What a page says, in words and as plain data. Made from facts (`words`), drawn by `components`.
//!
//! The live stream sends the three views that change: as JSON, each is its version and its pieces, newly drawn. The
//! fourth, how old our facts are, changes with every second; it goes along with the server's time.

mod backup;
mod cluster;
mod contacts;
mod ending;
mod job;
mod job_row;
mod look;
mod money_line;
mod month;
mod owed;
mod pulse;
mod question;
mod run_link;
mod schedule_row;
mod sentence;
mod shared;
mod standing;

pub use backup::BackupView;
pub use cluster::{ActionView, ClusterView, SizeCard, SizeChoice, StartView};
pub use contacts::ContactsView;
pub use ending::{EndView, HoldView, StopHold, UndoView, seen};
pub use job::{JobView, LineView, StepView};
pub use job_row::JobRow;
pub use look::Look;
pub use money_line::MoneyLine;
pub use month::MonthView;
pub use owed::OwedView;
pub use pulse::{AttentionView, PulseView};
pub use question::{AnswerView, QuestionView};
pub use run_link::RunLink;
pub use schedule_row::ScheduleRow;
pub use sentence::{Part, Sentence};
pub use shared::{SharedPast, SharedProgress, SharedStep, SharedView};
pub use standing::{AgeView, FoundView, LeftoverRow, LeftoversView};

/// A thing that the live stream sends whole, again and again; the newest version is the truth.
pub trait Versioned {
    fn version(&self) -> i64;
}
