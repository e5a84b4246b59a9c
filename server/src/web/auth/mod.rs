//! Who asks, and who may. Nobody may do anything unless a rule here says so.
//!
//! - In the demo, whoever reaches this machine's own address may do everything.
//! - Otherwise a person signs in with the operator's or the admin's password and gets a session of that role; a program
//!   sends one of the two API tokens.
//!
//! A cookie counts for pages only and a bearer token for the API only: what a browser sends by itself never reaches
//! the API, which therefore needs no protection against other sites.

mod access;
mod attempts;
mod cookie;
mod gate;
mod login;
mod password;
mod secret;

pub use access::{Access, Identity};
pub use attempts::Attempts;
pub use gate::{Operator, admit, only_at_home, recognise};
pub use login::{sign_in, sign_out};
pub use secret::is_same;
