//! The real clients against fake far ends: the simulators where behaviour counts, a canned service where the
//! exact request or an exact answer counts, a bare socket where HTTP itself is broken.

#![allow(clippy::unwrap_used, reason = "in a helper of a test, a panic is the report")]

mod batch;
mod canned;
mod circleci;
mod circleci_backup;
mod circleci_cancel;
mod circleci_faults;
mod circleci_find;
mod digitalocean;
mod digitalocean_faults;
mod http;
mod seed;
mod slack;
mod tls;
mod travis;
mod travis_faults;
mod world;
