//! Check-ins: the lines of a job's log.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::spelling::spelled_enum;

spelled_enum! {
    /// How much a check-in wants to be read.
    Level ("level") { Info = "info", Warning = "warning", Error = "error" }
}

/// One line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckIn {
    /// 1-based within the job; the anchor of the line.
    pub line: i32,
    pub at: Time,
    pub level: Level,
    /// The step that it is about, if it is about one.
    pub position: Option<i32>,
    pub text: String,
}

/// A check-in before it has a line and a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub level: Level,
    pub position: Option<i32>,
    pub text: String,
}

impl Remark {
    pub fn info(position: Option<i32>, text: impl Into<String>) -> Self {
        Self { level: Level::Info, position, text: crate::text::sentence(&text.into()) }
    }

    pub fn warning(position: Option<i32>, text: impl Into<String>) -> Self {
        Self { level: Level::Warning, position, text: crate::text::sentence(&text.into()) }
    }

    pub fn error(position: Option<i32>, text: impl Into<String>) -> Self {
        Self { level: Level::Error, position, text: crate::text::sentence(&text.into()) }
    }
}
