//! What the commands do. Whatever is wrong is told before anything starts.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, anyhow, bail, ensure};
use domain::audit::ChainHead;
use server::config::{self, ConfigArgs, DrillArgs, Environment, ServeArgs, Settings};
use server::drill;
use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[derive(clap::Args)]
pub struct AuditArgs {
    /// A head that was noted earlier, as in the log of yesterday: it has to be on the chain still
    #[arg(long, value_name = "NUMBER:HEX")]
    head: Option<ChainHead>,
}

#[derive(clap::Args)]
pub struct SimulateArgs {
    /// The port to listen on, on this machine only
    #[arg(long, default_value_t = 4010)]
    port: u16,

    /// How many times faster than life
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
}

pub async fn serve(args: &ServeArgs) -> Result<()> {
    let loaded = config::load(&args.config.config)?;
    let settings = Settings::from_process(args, &loaded)?;
    server::telemetry::start(&settings.log)?;
    let listener = listen(settings.address).await?;
    server::serve(settings, loaded.catalogue, listener, asked_to_stop()?).await
}

pub fn check(args: &ConfigArgs) -> Result<()> {
    let loaded = config::load(&args.config)?;
    print!("{}", config::describe(&loaded.catalogue));
    Ok(())
}

pub async fn migrate() -> Result<()> {
    let url = database_url("which database to bring up to date")?;
    server::migrate(&url).await?.close().await;
    println!("The database is up to date.");
    Ok(())
}

pub async fn audit(args: &AuditArgs) -> Result<()> {
    let url = database_url("in which database the acts are")?;
    let store = Store::connect(&url, 1).await.map_err(|error| anyhow!("cannot connect: {error}"))?;
    let audit = store.verify_audit().await.map_err(|error| {
        anyhow!("The acts cannot be verified; is the database up to date? \"cluster-head migrate\" brings it there. {error}")
    })?;
    let head = audit.head.map_err(|broken| anyhow!("The chain of acts is broken at {broken}."))?;
    if let Some(noted) = &args.head {
        is_on_the_chain(&store, noted, &head).await?;
    }
    println!("{} acts, the chain holds, head {head}", audit.acts);
    Ok(())
}

async fn is_on_the_chain(store: &Store, noted: &ChainHead, head: &ChainHead) -> Result<()> {
    match store.chain_link(noted.number).await? {
        Some(link) if link == *noted => Ok(()),
        Some(link) => bail!(
            "The noted head {noted} is not on the chain of acts, which has {link} in its place. The chain was written \
             anew, or this is another database."
        ),
        None => bail!(
            "The noted head {noted} is not on the chain of acts, which ends with {head}. What was done later was cut \
             off, or the database comes from an older backup."
        ),
    }
}

pub async fn drill(args: &DrillArgs) -> Result<()> {
    if args.faults.iter().any(|fault| fault == "list") {
        print!("{}", drill::known_faults());
        return Ok(());
    }
    let loaded = config::load(&args.config.config)?;
    let plan = drill::Plan::new(&loaded.catalogue, args)?;
    let url =
        database_url("where the result is kept; the drill runs in a database of its own on that server")?;
    let real = Store::connect(&url, 1).await.map_err(|error| anyhow!("cannot connect: {error}"))?;
    let report = drill::hold(&real, &plan, asked_to_stop()?).await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    let noted = real.note_drill(&report.record()).await;
    noted.map_err(|error| anyhow!("The result could not be written down. {error}"))?;
    ensure!(report.passed, "The drill failed.");
    Ok(())
}

pub async fn simulate(args: &SimulateArgs) -> Result<()> {
    ensure!(args.speed.is_finite() && args.speed >= 0.0, "--speed has to be a number that is not negative");
    let listener = listen((Ipv4Addr::LOCALHOST, args.port).into()).await?;
    println!("The simulators listen on http://{}", listener.local_addr()?);
    let settings = simulator::Settings { speed: args.speed, ..simulator::Settings::default() };
    Ok(simulator::serve(listener, settings, asked_to_stop()?).await?)
}

fn database_url(says: &str) -> Result<String> {
    let environment = Environment::of_process();
    let url = environment.get("DATABASE_URL");
    url.map(str::to_owned).with_context(|| format!("DATABASE_URL is not set. It says {says}."))
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// SIGTERM from the host, or Ctrl-C.
fn asked_to_stop() -> Result<impl Future<Output = ()>> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}
