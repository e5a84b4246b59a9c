//! One file per command.

pub mod bench;
pub mod build;
pub mod chaos;
pub mod lint;
pub mod postgres;
pub mod prepare;
pub mod run;
pub mod test;
