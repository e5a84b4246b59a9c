//! The web interface. Pages are rendered on the server and work without script; islands make the live parts live.
//!
//! Every action is a plain form that posts to a server function and is answered with 303 to a page.

// The type of a view holds the types of all that is in it; a whole page goes deeper than the compiler's usual limit.
#![recursion_limit = "256"]

pub mod api;
mod components;
mod error;
mod islands;
mod live;
mod moment;
pub mod view;

#[cfg(feature = "ssr")]
mod ask;
#[cfg(feature = "ssr")]
mod confirmation;
#[cfg(feature = "ssr")]
mod facts;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod press;
#[cfg(feature = "ssr")]
mod problem;
#[cfg(feature = "ssr")]
mod respond;
#[cfg(all(test, feature = "ssr"))]
mod samples;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod words;
#[cfg(feature = "ssr")]
mod world;

#[cfg(feature = "ssr")]
pub use shell::{App, shell};
