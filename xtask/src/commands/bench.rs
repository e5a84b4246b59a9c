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
    /// What a crowd that looks at one shared page costs, and how soon all of it knows
    Sse {
        /// How many look, from 20 to 2,500
        #[arg(long, default_value_t = 2_000, value_name = "COUNT")]
        viewers: u16,

        /// How often everything is measured, about ten seconds each time
        #[arg(long, default_value_t = 7, value_name = "COUNT")]
        rounds: u16,

        /// The development build: there much sooner, and slower than what is shipped
        #[arg(long)]
        debug: bool,
    },
}

pub fn run(workspace: &Workspace, bench: &Bench) -> Result<()> {
    match bench {
        Bench::Recovery { repeats } => {
            with_real_processes(workspace, false, &["recovery", "--repeats", &repeats.to_string()])
        }
        Bench::Sse { viewers, rounds, debug } => {
            let (viewers, rounds) = (viewers.to_string(), rounds.to_string());
            with_real_processes(workspace, !debug, &["crowd", "--viewers", &viewers, "--rounds", &rounds])
        }
    }
}
