//! The simulator as its clients meet it: over HTTP, on a clock that only the tests move.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows a test by its attribute, and not the functions that tests share"
)]

mod batch;
mod circleci_change;
mod circleci_outcome;
mod circleci_read;
mod circleci_schedules;
mod circleci_trigger;
mod cloud;
mod digitalocean;
mod faults;
mod faults_of_destroys;
mod faults_of_sight;
mod hooks;
mod inspect;
mod judge;
mod slack;
mod spoiled_answers;
mod support;
mod tls;
mod travis_change;
mod travis_gate;
mod travis_read;
mod travis_trigger;
mod world;
