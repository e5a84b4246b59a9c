//! Plays the protocol of Cluster Head under every fault that chance can think of, and judges what came of it.

mod dice;

pub use dice::Dice;
