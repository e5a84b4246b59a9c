//! One file per command.

pub mod build;
pub mod lint;
pub mod postgres;
pub mod prepare;
pub mod run;
pub mod test;
