//! What can be said on the command line.

use std::path::PathBuf;

/// More than twice the longest call.
pub const DEFAULT_LEASE: u16 = 30;

/// Where the config file is: the same for `serve` and `check`.
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
