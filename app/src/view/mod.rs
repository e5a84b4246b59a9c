//! What a page shows, as plain data: the same for the server's pages, the live stream and the islands.
//!
//! Made from domain values by pure functions; `load` fetches those values on the server.

mod cluster;
mod job;
mod job_row;
#[cfg(feature = "ssr")]
mod load;

pub use cluster::{ClusterView, SizeCard};
pub use job::{JobView, OwedView, RunLink, StepView};
pub use job_row::{AtStep, CiWord, JobRow, JobScope};

/// A thing that the live stream sends whole, again and again.
pub trait Versioned {
    fn version(&self) -> i64;

    /// Whether both show the same row, in whatever version.
    fn is_same_as(&self, other: &Self) -> bool;

    /// Whether this is a later look at what `shown` shows.
    fn replaces(&self, shown: &Self) -> bool {
        self.is_same_as(shown) && self.version() > shown.version()
    }
}
