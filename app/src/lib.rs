//! The web interface. The server draws every page and every piece of one; the browser keeps the pieces current.
//!
//! Pages work without script. Every action is a plain form that posts to a server function and is answered with 303
//! to a page. What the browser gets is small and knows no rule of the product: it listens to the event stream, puts
//! newly drawn pieces in the place of old ones, and lets times tick.

// The type of a view holds the types of all that is in it; a whole page goes deeper than the compiler's usual limit.
#![recursion_limit = "256"]

mod islands;
mod live;
mod moment;

#[cfg(feature = "ssr")]
mod act_problem;
#[cfg(feature = "ssr")]
pub mod adoption;
#[cfg(feature = "ssr")]
pub mod answer;
#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
mod ask;
#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
mod confirmation;
#[cfg(feature = "ssr")]
pub mod draft;
#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
pub mod facts;
#[cfg(feature = "ssr")]
pub mod freeze_form;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod press;
#[cfg(feature = "ssr")]
mod problem;
#[cfg(feature = "ssr")]
pub mod reason;
#[cfg(feature = "ssr")]
mod respond;
#[cfg(test)]
mod samples;
#[cfg(feature = "ssr")]
pub mod schedule_form;
#[cfg(feature = "ssr")]
pub mod session;
#[cfg(feature = "ssr")]
pub mod share_form;
#[cfg(feature = "ssr")]
pub mod shared;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
pub mod stay;
#[cfg(feature = "ssr")]
mod told_once;
#[cfg(feature = "ssr")]
pub mod view;
#[cfg(feature = "ssr")]
mod words;
#[cfg(feature = "ssr")]
mod world;

#[cfg(feature = "ssr")]
pub use shell::{App, shell};
