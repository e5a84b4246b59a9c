
pub mod providers;
pub mod engine;
pub mod config;
