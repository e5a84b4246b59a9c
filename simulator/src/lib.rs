//! Fakes of every outside API that Cluster Head speaks to: CircleCI, Travis, the batch service of the seed,
//! DigitalOcean, Slack.
//! They share one simulated world (what the pipelines did to the cloud), one clock, one log and one list of faults.
//! The same code is a process of its own for the demo and lives inside a test.
//!
//! Runs are not played by tasks: their states are computed from their beginning and the time, when somebody asks.

mod batch;
mod circleci;
mod clock;
mod connections;
mod credentials;
mod digitalocean;
mod exchange;
mod fault_form;
mod faults;
mod hooks;
mod inspect;
mod judge;
mod life;
mod log;
mod named;
mod outside;
mod service;
mod settings;
mod sight;
mod simulator;
mod slack;
mod slack_blocks;
mod spoil;
mod stack;
mod testimony;
mod timeline;
mod tls;
mod travis;
mod twist;
mod world;

use std::future::Future;
use std::io;

use axum::Router;
use tokio::net::TcpListener;

pub use faults::{Chance, Fault, FaultError, FaultKind};
pub use judge::{ClusterCounts, Invariant, Judgement, Violation};
pub use log::{Answer, EffectiveRun, LogEntry};
pub use service::{Endpoint, Service};
pub use settings::Settings;
pub use simulator::Simulator;
pub use testimony::{Fact, TooMuchSaid};
pub use world::{Cluster, Stacks};

use crate::exchange::refuse_strays;
use crate::outside::Outside;

/// Serves all the fakes on one listener until `shutdown`.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    live(listener, Outside::new(settings)?, shutdown).await
}

/// Answers whoever calls, and sends what is sent unasked.
async fn live(listener: TcpListener, outside: Outside, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    tokio::select! {
        ended = connections::accept(listener, &outside, router(outside.clone()), shutdown) => ended,
        never = hooks::deliver(outside.clone()) => match never {},
    }
}

fn router(outside: Outside) -> Router {
    Router::new()
        .nest("/circleci", refuse_strays(circleci::routes(&outside), Service::Circleci))
        .nest("/travis", refuse_strays(travis::routes(&outside), Service::Travis))
        .nest("/batch", refuse_strays(batch::routes(&outside), Service::Batch))
        .nest("/digitalocean", refuse_strays(digitalocean::routes(&outside), Service::Digitalocean))
        .nest("/slack", refuse_strays(slack::routes(&outside), Service::Slack))
        .merge(inspect::routes())
        .with_state(outside)
}
