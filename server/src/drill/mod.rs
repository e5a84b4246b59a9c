//! The fire drill: a routine of the operator's own config, run against simulators with faults, in a database of its own.
//!
//! What is drilled is the real engine with the real clients; what is not real are the services that they speak to, and
//! the time that those take. Who judges is the simulated world, not the rows of the engine. Of the real database the
//! drill reads one row and leaves one: how it went.

mod database;
mod draw;
mod engine;
mod injection;
mod plan;
mod play;
mod report;
mod stage;
mod story;
mod strikes;
mod verdict;
mod world;

use std::future::Future;

use anyhow::{Result, anyhow, bail};
use store::Store;

pub use injection::known_faults;
pub use plan::Plan;
pub use report::Report;

use crate::providers;
use database::DrillDatabase;
use stage::Stage;

/// Holds a drill, unless it is interrupted. Its database is gone afterwards, or the report says that it is not.
///
/// # Errors
/// When the drill could not be held, which says nothing about how it would have gone.
pub async fn hold(real: &Store, plan: &Plan, interrupted: impl Future<Output = ()>) -> Result<Report> {
    providers::install_crypto();
    real.last_drill().await.map_err(|error| {
        anyhow!("The last drill cannot be read; is the database up to date? \"cluster-head migrate\" brings it there. {error}")
    })?;
    let stage = Stage::set(plan).await?;
    let database = DrillDatabase::create(real).await?;
    let report = tokio::select! {
        report = play_and_judge(&database, &stage, plan) => report,
        () = interrupted => Err(anyhow!("The drill was interrupted. Nothing was written down.")),
    };
    match (report, database.drop_from(real).await) {
        (Ok(report), Ok(())) => Ok(report),
        (Ok(report), Err(left)) => Ok(report.noting(format!("{left:#}"))),
        (Err(error), Ok(())) => Err(error),
        (Err(error), Err(left)) => bail!("{error:#}; {left:#}"),
    }
}

async fn play_and_judge(database: &DrillDatabase, stage: &Stage, plan: &Plan) -> Result<Report> {
    let store = database.store();
    store.migrate().await?;
    store.ensure_clusters(&[&plan.order.cluster]).await?;
    let played = play::play(store, stage, plan).await?;
    let verdict = verdict::judge(stage, plan, &played).await;
    Ok(Report::new(plan, stage, &played, verdict))
}
