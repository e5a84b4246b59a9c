//! Plays the protocol of Cluster Head under every fault that chance can think of, and judges what came of it.
//!
//! A *history* is played out of a seed: a virtual clock, a few processes of the service, the rows that they share, and an
//! outside world that loses calls, lies and lags. The processes call `domain` for every decision, as the real engine does;
//! between any two of their effects chance may kill them, stop them, or let another come first. The *judge* knows what
//! really happened and holds it against the laws. [`Variant`]s are protocols that are broken on purpose: the judge has to
//! catch each of them.
//!
//! [`cycles`] do the same to real processes: slower by far, and with a real database in between. A [`crowd`] breaks nothing: it measures.

mod campaign;
mod cast;
mod clockwork;
pub mod crowd;
pub mod cycles;
mod dice;
mod judge;
mod loss;
mod people;
mod play;
mod replica;
mod scenario;
mod stage;
mod store;
mod tale;
mod tally;
mod variants;
mod world;

pub use campaign::{Campaign, campaign, caught};
pub use judge::{Breach, Law};
pub use loss::{Loss, Losses};
pub use play::{Ending, play, tell};
pub use tally::Tally;
pub use variants::Variant;
pub use world::Window;
