//! One file per command.

pub mod postgres;
pub mod prepare;
