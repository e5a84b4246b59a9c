//! Fire drills as an operator holds them: the command itself, on a real database, with a role that may touch nothing
//! there but the table of drills. What it left behind is looked for afterwards.

// The helpers of tests fail like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod configs;
mod outcomes;
mod refusals;
mod support;
mod traces;
