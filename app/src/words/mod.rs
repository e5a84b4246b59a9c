//! Says in words what the facts mean: makes the views. Pure functions of the facts and of the time.

mod acts;
mod all_clusters;
mod attention;
mod backup;
mod cancel;
mod ci;
mod cloud;
mod cluster;
mod cluster_line;
mod contacts;
mod ending;
mod job;
mod job_actions;
mod job_row;
mod load;
mod look;
mod money;
mod owed;
mod question;
pub mod schedule;
mod schedule_row;
mod shared;
mod size;
mod steps;
mod usual;

pub use cancel::{what_is_destroyed, what_may_exist, what_stops, what_waits};
pub use cloud::a_day;
pub use cluster_line::second_line;
pub use ending::{at_the_deadline, end_of, its_end};
pub use job_row::cleans_up;
pub use money::{budget_note, cost_or_estimate, what_is_up};
