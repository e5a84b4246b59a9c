//! What the commands of `xtask` and the chaos runs start real programs with: where things lie, running a program and
//! ending it, a private Postgres, the binary of the product.

pub mod interrupt;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod server;
pub mod service;
pub mod system;
pub mod workspace;
