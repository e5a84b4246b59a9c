//! The parts of a page that run in the browser. Each draws with the same functions as the server and then listens.

pub mod cluster;
pub mod connection;
pub mod given;
pub mod job;
pub mod jobs;
pub mod price_label;
