//! What can be said on the command line.

use std::path::PathBuf;

use chrono::Duration;
use domain::size::Size;

use super::super::values;

/// More than twice the longest call.
pub const DEFAULT_LEASE: u16 = 30;

/// Where the config file is: the same for every command that reads it.
#[derive(Debug, Clone, clap::Args)]
pub struct ConfigArgs {
    /// The config file
    #[arg(long, env = "CLUSTER_HEAD_CONFIG", default_value = "cluster-head.toml", value_name = "FILE")]
    pub config: PathBuf,
}

/// What `serve` takes. Where a variable is named, the flag wins; the variable is read with all the others,
/// so that what is wrong with it is told together with the rest.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub config: ConfigArgs,

    /// Use a simulator instead of real providers; nothing is billed
    #[arg(long)]
    pub demo: bool,

    /// Where the simulator of the demo listens, such as http://127.0.0.1:4010
    #[arg(long, value_name = "URL")]
    pub simulator: Option<String>,

    /// The address to listen on [env: HOST] [default: 127.0.0.1 in the demo, otherwise 0.0.0.0]
    #[arg(long, value_name = "ADDRESS")]
    pub host: Option<String>,

    /// The port to listen on; 0 takes a free one [env: PORT] [default: 3010]
    #[arg(long)]
    pub port: Option<u16>,

    /// The folder with the built wasm, style and static files [env: CLUSTER_HEAD_SITE] [default: target/site]
    #[arg(long, value_name = "FOLDER")]
    pub site: Option<PathBuf>,

    /// How long a claim on a job holds unless it is renewed, in seconds: how late at most another replica goes on with
    /// the work of one that died. The same on all replicas
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_LEASE, value_parser = clap::value_parser!(u16).range(2..=600))]
    pub lease: u16,
}

/// What `drill` takes. What nobody chooses is chosen by the drill.
#[derive(Debug, Clone, clap::Args)]
pub struct DrillArgs {
    #[command(flatten)]
    pub config: ConfigArgs,

    /// The routine to drill [default: the first one whose "finally" destroys the cluster, or else up]
    #[arg(long, value_name = "NAME")]
    pub routine: Option<String>,

    /// The cluster to drill it on [default: the first one]
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,

    /// s, m or l [default: the default size of the cluster]
    #[arg(long)]
    pub size: Option<Size>,

    /// The service to deploy, for a routine that asks for one
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,

    /// What goes wrong, such as "circleci trigger drop_answer"; may be given several times. "list" lists what there is
    /// [default: a step that fails, an answer that is lost and an engine that is killed, drawn at random]
    #[arg(long = "fault", value_name = "FAULT")]
    pub faults: Vec<String>,

    /// How many times faster than life the simulated services are
    #[arg(long, default_value_t = 600.0)]
    pub speed: f64,

    /// Draws the same faults again
    #[arg(long, conflicts_with = "faults")]
    pub seed: Option<u64>,

    /// A drill that is not over by then has failed
    #[arg(long, value_name = "DURATION", default_value = "2min", value_parser = values::duration)]
    pub limit: Duration,

    /// Print the report for programs
    #[arg(long)]
    pub json: bool,
}
