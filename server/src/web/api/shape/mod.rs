//! What a cluster and a job look like to programs.

mod cluster;
mod job;

pub use cluster::ClusterShape;
pub use job::JobShape;
