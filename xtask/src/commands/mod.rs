//! One file per command.

pub mod build;
pub mod postgres;
pub mod prepare;
pub mod run;
