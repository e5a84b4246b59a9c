//! What is drilled: a routine of the config on one of its clusters, and what goes wrong meanwhile.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use domain::catalogue::{Catalogue, ClusterSpec};
use domain::order::{Ask, Order};
use domain::routine::{Routine, RoutineStep};
use domain::step::BodyValue;
use rand::RngExt;
use secrecy::SecretString;

use super::injection::Injection;
use super::{draw, world};
use crate::config::DrillArgs;

/// What a drill needs to know before it begins.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) catalogue: Catalogue,
    pub(super) order: Order,
    pub(super) injections: Vec<Injection>,
    /// What the injections were drawn with, when nobody chose them.
    pub(super) seed: Option<u64>,
    pub(super) speed: f64,
    pub(super) limit: Duration,
    /// What is not as the config says.
    pub(super) notes: Vec<String>,
    /// What batch calls name: demo values, whatever the environment holds.
    pub(super) batch_secrets: HashMap<String, SecretString>,
}

impl Plan {
    /// Chooses what nobody chose.
    ///
    /// # Errors
    /// Says what is not known, and what is.
    pub fn new(catalogue: &Catalogue, args: &DrillArgs) -> Result<Self> {
        ensure!(
            (1.0..=10_000.0).contains(&args.speed),
            "--speed {} is not allowed; write a number from 1 to 10000",
            args.speed
        );
        let injections: Vec<Injection> = args
            .faults
            .iter()
            .map(|text| text.parse().with_context(|| format!("--fault \"{text}\"")))
            .collect::<Result<_>>()?;
        let routine = args.routine.clone().unwrap_or_else(|| usual_routine(catalogue));
        let cluster = match &args.cluster {
            Some(name) => name.clone(),
            None => first_cluster(catalogue)?.name.clone(),
        };

        let mut notes = Vec::new();
        let mut catalogue = world::simulated(catalogue.clone(), &cluster, args.speed, &mut notes);
        if let Some(routine) = catalogue.routines.iter_mut().find(|known| known.name == routine) {
            world::beginning_with_a_cluster(routine, &mut notes);
        }
        let ask = Ask { routine, cluster, size: args.size, service: args.service.clone(), lifetime: None };
        let order = catalogue.order(&ask)?;

        let drawn = injections.is_empty();
        let seed = drawn.then(|| args.seed.unwrap_or_else(|| rand::rng().random_range(1..10_000)));
        let injections = seed.map_or(injections, |seed| draw::three(&order, seed));
        Ok(Self {
            batch_secrets: demo_secrets(&catalogue),
            limit: args.limit.to_std().context("--limit")?,
            speed: args.speed,
            catalogue,
            order,
            injections,
            seed,
            notes,
        })
    }

    pub(super) fn cluster(&self) -> Option<&ClusterSpec> {
        self.catalogue.cluster(&self.order.cluster)
    }
}

/// The first one that cleans up after itself, for that is what a drill is to prove.
fn usual_routine(catalogue: &Catalogue) -> String {
    let cleans_up = |routine: &&Routine| routine.finally.contains(&RoutineStep::Down);
    let routine = catalogue.routines.iter().find(cleans_up);
    routine.map_or_else(|| "up".to_owned(), |routine| routine.name.clone())
}

fn first_cluster(catalogue: &Catalogue) -> Result<&ClusterSpec> {
    match catalogue.clusters.first() {
        Some(cluster) => Ok(cluster),
        None => bail!("The config declares no cluster, so there is nothing to drill."),
    }
}

fn demo_secrets(catalogue: &Catalogue) -> HashMap<String, SecretString> {
    let values = catalogue.batches.iter().flat_map(|batch| batch.body.values());
    values
        .filter_map(|value| match value {
            BodyValue::Env(name) => Some((name.clone(), SecretString::from("drill"))),
            BodyValue::Text(_) | BodyValue::AttemptKey => None,
        })
        .collect()
}
