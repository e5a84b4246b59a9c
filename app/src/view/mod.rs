//! What a page shows, in words and as plain data: the same for the server's pages, the live stream and the islands.
//!
//! The server makes all of it from facts (`words`). The browser draws it, and ticks; it knows no rule of the product.

mod cluster;
mod job;
mod job_row;
mod look;
mod owed;
#[cfg(feature = "ssr")]
mod run_link;
mod sentence;

pub use cluster::{ActionView, ClusterView, SizeCard, StartView};
pub use job::{Bar, JobView, LineView, StepView};
pub use job_row::{JobRow, JobScope};
pub use look::Look;
pub use owed::OwedView;
#[cfg(feature = "ssr")]
pub use run_link::RunLink;
pub use sentence::{Piece, Sentence};

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
