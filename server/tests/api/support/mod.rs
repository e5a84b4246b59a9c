//! A service for each test, and what one asks it.

pub mod cctray;
mod events;
mod log;
pub mod routes;
mod service;

pub use events::Events;
pub use log::Log;
pub use service::{
    ADMIN_API_TOKEN, ADMIN_PASSWORD, API_TOKEN, CLUSTER, PASSWORD, SLACK_TOKEN, Service, WEBHOOK_SECRETS,
    cookie_of,
};
