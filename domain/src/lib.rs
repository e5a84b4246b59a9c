//! What Cluster Head knows and decides, without doing anything.
//!
//! No IO and no clock: every function takes what it needs, `now` included, so that each rule of the
//! product can be read and tested here. The other crates store, act on, and show what stands here.

pub mod act;
pub mod actor;
pub mod aftermath;
pub mod audit;
pub mod backup;
pub mod catalogue;
pub mod cloud;
pub mod cluster;
pub mod command;
pub mod ending;
pub mod event;
pub mod extension;
pub mod history;
pub mod job;
pub mod money;
pub mod obligation;
pub mod order;
pub mod plan;
pub mod price;
pub mod proof;
pub mod receipt;
pub mod record;
pub mod routine;
pub mod run;
// The zones of the world are large, and no browser needs them.
#[cfg(not(target_arch = "wasm32"))]
pub mod schedule;
pub mod share;
pub mod size;
pub mod spelling;
mod spread;
pub mod standing;
pub mod stay;
pub mod step;
pub mod stray;
pub mod text;
pub mod turn;

/// A point in time. All times are UTC; the page that shows one says so.
pub type Time = chrono::DateTime<chrono::Utc>;
