//! What clusters, jobs, money and receipts look like to programs.

mod cluster;
mod cost;
mod job;
mod receipt;
mod schedule;

pub use cluster::ClusterShape;
pub use cost::CostShape;
pub use job::JobShape;
pub use receipt::ReceiptShape;
pub use schedule::{FreezeShape, NextShape, ScheduleShape};
