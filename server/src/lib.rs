//! The service: what comes in over HTTP, the engine that carries jobs out, the clients of the outside services, and
//! this file, which puts them together.
//!
//! The parts know as little of each other as they can: `web` and `engine` meet only in the rows of the store.

pub mod config;
pub mod drill;
pub mod engine;
pub mod providers;
pub mod telemetry;
pub mod web;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use domain::catalogue::Catalogue;
use secrecy::ExposeSecret;
use store::Store;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use config::{Mode, Secrets, Settings};
use engine::Engine;
use providers::{Patience, Providers};
use web::auth::Access;
use web::{Setup, ViewerLimits, Web};

/// How many connections people and programs share. With those below and one each to listen, two replicas get by with 20,
/// which is what the smallest hosted databases give.
const WEB_CONNECTIONS: u32 = 5;

/// How many connections the engine has for itself: however many people look and press, a destroy finds one free.
const ENGINE_CONNECTIONS: u32 = 3;

/// How long requests under way may take to end. The host kills us 30 seconds after it asked us to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long somebody who lost the right to look may still see what changes.
const CHECK_SESSIONS_EVERY: Duration = Duration::from_secs(60);

/// When whatever still runs is left behind, such as a look at a database that does not answer. What it was doing is found
/// again in the rows.
const DEADLINE: Duration = Duration::from_secs(15);

/// Serves until `shutdown`, then stops: no more requests, live pages sent away, claims given back.
///
/// # Errors
/// When the database cannot be reached or brought up to date, or a setting cannot be used.
pub async fn serve(
    settings: Settings,
    catalogue: Catalogue,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    providers::install_crypto();
    let store = open_store(&settings, &catalogue).await?;
    let providers = Arc::new(connect_providers(&settings)?);
    let closing = CancellationToken::new();
    let engines_store = connect(settings.database_url.expose_secret(), ENGINE_CONNECTIONS).await?;
    let catalogue = Arc::new(catalogue);
    let engine = Engine::new(engines_store.clone(), providers, settings.pace.clone())
        .with_marks(&catalogue)
        .with_backup(catalogue.backup)
        .with_schedules(Arc::clone(&catalogue))
        .with_lease(settings.lease);
    let web = Web::new(Setup {
        store: store.clone(),
        catalogue,
        access: access(&settings)?,
        slack_token: settings.secrets.slack_request_token.clone(),
        circleci_webhook_secrets: settings.secrets.circleci_webhook_secrets.clone(),
        site: settings.site.clone(),
        check_sessions_every: CHECK_SESSIONS_EVERY,
        viewers: ViewerLimits::default(),
        closing: closing.clone(),
    });

    let address = listener.local_addr().context("the listener has no address")?;
    tracing::info!(%address, demo = settings.is_demo(), "serving");
    let running = async {
        tokio::join!(
            web::listen::serve(listener, web::router(web.clone()), closing.clone(), GRACE),
            web.follow_changes(),
            engine.run(closing.clone()),
        );
        engines_store.close().await;
        store.close().await;
    };
    tokio::pin!(running);
    tokio::select! {
        () = &mut running => bail!("the service ended by itself"),
        () = shutdown => tracing::info!("stopping"),
    }
    closing.cancel();
    if timeout(DEADLINE, running).await.is_err() {
        tracing::warn!("stopped before everything had ended");
        return Ok(());
    }
    tracing::info!("stopped");
    Ok(())
}

/// Connects to the database and brings it up to date.
///
/// # Errors
/// When it does not answer or cannot be brought up to date.
pub async fn migrate(database_url: &str) -> Result<Store> {
    let store = connect(database_url, WEB_CONNECTIONS).await?;
    store.migrate().await.map_err(|error| anyhow!("cannot bring the database up to date: {error}"))?;
    Ok(store)
}

async fn connect(database_url: &str, connections: u32) -> Result<Store> {
    Store::connect(database_url, connections).await.map_err(|error| anyhow!("cannot connect: {error}"))
}

async fn open_store(settings: &Settings, catalogue: &Catalogue) -> Result<Store> {
    let store = migrate(settings.database_url.expose_secret()).await?;
    let names: Vec<&str> = catalogue.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    store.ensure_clusters(&names).await.context("the clusters cannot be written down")?;
    Ok(store)
}

fn connect_providers(settings: &Settings) -> Result<Providers> {
    let secrets = &settings.secrets;
    let batch_secrets = secrets.batch_values.clone().into_iter().collect();
    let patience = Patience::default();
    let providers = match &settings.mode {
        Mode::Demo { simulator } => Providers::simulated(simulator.as_str(), batch_secrets, patience),
        Mode::Real => Providers::real(
            providers::Access {
                circleci_token: secrets.circleci_token.clone(),
                travis_token: secrets.travis_token.clone(),
                digitalocean_token: secrets.digitalocean_token.clone(),
                slack_webhook: secrets.slack_incoming_url.clone(),
                batch_secrets,
            },
            patience,
        ),
    };
    let providers = providers.context("an outside service cannot be spoken to")?;
    Ok(match &settings.public_url {
        Some(pages) => providers.linking_to(pages.clone()),
        None => providers,
    })
}

fn access(settings: &Settings) -> Result<Access> {
    let Secrets { operator, admin, .. } = settings.secrets.clone();
    match settings.mode {
        Mode::Demo { .. } => {
            Ok(Access::Demo { api_token: admin.api_token.context("the demo has no API token")? })
        }
        Mode::Real if operator.password.is_none() => bail!("there is no password for the operator"),
        Mode::Real => Ok(Access::Real { operator, admin }),
    }
}
