//! The story of a history, for people. It is only written when somebody wants to read it.

use std::cell::RefCell;

use domain::Time;

use crate::clockwork::START;

/// What happened, line by line.
pub struct Tale(Option<RefCell<Vec<String>>>);

impl Tale {
    pub const fn untold() -> Self {
        Self(None)
    }

    pub const fn told() -> Self {
        Self(Some(RefCell::new(Vec::new())))
    }

    pub fn tell(&self, at: Time, line: impl FnOnce() -> String) {
        if let Some(lines) = &self.0 {
            lines.borrow_mut().push(format!("{} {}", shown(at), line()));
        }
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.as_ref().map(|lines| lines.borrow().clone()).unwrap_or_default()
    }
}

/// Hours, minutes, seconds and milliseconds since the beginning.
pub fn shown(at: Time) -> String {
    let since = at - START;
    let (hours, minutes, seconds) = (since.num_hours(), since.num_minutes() % 60, since.num_seconds() % 60);
    format!("{hours:2}:{minutes:02}:{seconds:02}.{:03}", since.num_milliseconds() % 1_000)
}
