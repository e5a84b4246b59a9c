//! One schedule as a row.

use super::{Look, Sentence};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    pub id: i64,
    pub name: String,
    pub look: Look,
    /// "up (m) on iriversland2"
    pub what: String,
    /// "Monday to Friday at 09:00, Europe/Berlin"
    pub when: String,
    pub cron: String,
    pub rules: String,
    pub next: Sentence,
    pub last: Sentence,
    /// Why it cannot run.
    pub broken: Option<String>,
    pub is_paused: bool,
    pub by: String,
    /// The key of a press on "Run now".
    pub key: String,
}
