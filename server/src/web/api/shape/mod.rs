//! What clusters, jobs, money and receipts look like to programs.

mod backup;
mod cluster;
mod cost;
mod job;
mod receipt;
mod schedule;
mod usual;

pub use cluster::ClusterShape;
pub use cost::CostShape;
pub use job::JobShape;
pub use receipt::ReceiptShape;
pub use schedule::{FreezeShape, NextShape, ScheduleShape};
