//! `cargo xtask bench`: measuring. A time depends on the machine, so what counts are ratios; nothing fails for being slow.

use std::num::NonZeroU64;

use anyhow::Result;

use super::chaos::with_real_processes;
use crate::workspace::Workspace;

#[derive(clap::Subcommand)]
pub enum Bench {
    /// How soon somebody goes on after a kill -9, a SIGTERM, a restart of Postgres
    Recovery {
        /// How often each is measured, about nine seconds each time
        #[arg(long, default_value = "20", value_name = "COUNT")]
        repeats: NonZeroU64,
    },
}

pub fn run(workspace: &Workspace, bench: &Bench) -> Result<()> {
    match bench {
        Bench::Recovery { repeats } => {
            with_real_processes(workspace, &["recovery", "--repeats", &repeats.to_string()])
        }
    }
}
