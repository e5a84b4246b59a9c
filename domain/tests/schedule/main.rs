//! Schedules over whole years and every change of the clock.

mod clock_changes;
mod laws;
mod oracle;
mod years;
