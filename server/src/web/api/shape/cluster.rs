//! What a cluster looks like to programs.

use app::facts::{CiWord, ClusterFacts, Wish};
use chrono::NaiveDate;
use domain::Time;
use domain::cloud::{Resource, ResourceKind};
use domain::cluster::{ClusterState, Deployment};
use domain::obligation::{Obligation, ObligationState};
use domain::price::PriceSource;
use domain::record::Evidence;
use domain::size::Size;
use domain::standing::Doubt;
use domain::step::StepState;
use rust_decimal::Decimal;
use serde::Serialize;

use super::backup::BackupShape;
use super::cost::{CostShape, SizeShape};
use super::job::RunShape;

#[derive(Serialize)]
pub struct ClusterShape {
    name: String,
    /// `unknown` while somebody who should know is silent.
    state: ClusterState,
    size: Option<Size>,
    since: Time,
    /// Why it failed, when it failed.
    failure: Option<String>,
    /// Why the state is not to be believed.
    doubt: Option<Doubt>,
    /// When it is destroyed at the latest; null when it is not up, and when it has no automatic end.
    destroys_at: Option<Time>,
    /// When it is destroyed before that if no job begins; null where idling is no reason, or a job is at work.
    idle_destroys_at: Option<Time>,
    /// The run of a schedule that destroys it before; null where none does.
    scheduled_destroy: Option<PlannedShape>,
    /// The job that is at work on it.
    job: Option<i64>,
    services: Vec<ServiceShape>,
    /// What it can be brought up in, and for how much; empty for a cluster that the config does not know any more.
    sizes: Vec<SizeShape>,
    /// Of the debt below; null where nothing was metered.
    cost: Option<CostShape>,
    /// The number of the receipt of that debt, once it is settled.
    receipt: Option<i64>,
    /// The debt to destroy it; while there is none, the last one.
    obligation: Option<ObligationShape>,
    /// The destroy that the CI carries out when this service is dead; null while nothing is owed.
    backup_destroy: Option<BackupShape>,
    wanted: WantedShape,
    /// What the CI said last of it; null before it has said anything.
    ci: Option<CiShape>,
    /// What the cloud shows of it; null when nobody asks a cloud about it.
    cloud: Option<CloudShape>,
}

#[derive(Serialize)]
struct PlannedShape {
    at: Time,
    schedule: String,
    /// Whether another cluster takes its place at once.
    replaces: bool,
}

#[derive(Serialize)]
struct WantedShape {
    /// `up` or `down`.
    state: ClusterState,
    /// The job at whose end it is destroyed whatever happens.
    until_end_of: Option<i64>,
    until: Option<Time>,
    /// Of when the last wish of anybody is; null where nobody ever had one.
    at: Option<Time>,
}

#[derive(Serialize)]
struct CiShape {
    run: RunShape,
    state: StepState,
    /// When it last said so of this run.
    at: Time,
}

#[derive(Serialize)]
struct ServiceShape {
    name: String,
    deployed_at: Time,
    job: i64,
}

#[derive(Serialize)]
struct ObligationShape {
    state: ObligationState,
    destroys_at: Option<Time>,
    /// The person who chose the present auto-destroy time, at the start or later.
    end_chosen_by: Option<String>,
    /// The last move of the auto-destroy time.
    extension: Option<ExtensionShape>,
    /// So many minutes may a job that is at work then go on.
    grace_minutes: u32,
    /// After so many minutes without a job it is destroyed.
    idle_minutes: Option<u32>,
    /// Since when it has been to be destroyed.
    due_since: Option<Time>,
    failed_attempts: i32,
    next_attempt_at: Time,
    /// On whose word it was settled: `ci` alone, the `cloud`, or `accepted` by a person.
    evidence: Option<Evidence>,
    /// Who took it over, and why.
    closed_by: Option<String>,
    closed_because: Option<String>,
}

/// To be taken back at `/api/v1/clusters/{name}/extend/undo`, within a minute.
#[derive(Serialize)]
struct ExtensionShape {
    number: i64,
    at: Time,
    by: String,
    from: Option<Time>,
    to: Option<Time>,
}

#[derive(Serialize)]
struct CloudShape {
    /// When it last answered; null when it never did.
    answered_at: Option<Time>,
    resources: Vec<ResourceShape>,
}

#[derive(Serialize)]
struct ResourceShape {
    kind: ResourceKind,
    id: String,
    name: String,
    created_at: Option<Time>,
    /// US dollars a day, as a decimal in a text.
    daily: Option<Decimal>,
    is_estimate: bool,
    /// By which list that is estimated; null where there is no price.
    prices_from: Option<PriceSource>,
    prices_of: Option<NaiveDate>,
    machine: Option<String>,
    /// Who took it over.
    accepted_by: Option<String>,
}

impl ClusterShape {
    /// By the clock of the database: what it has cost grows.
    pub fn new(facts: ClusterFacts, now: Time) -> Self {
        let cloud = facts.observation.as_ref().map(|observation| CloudShape {
            answered_at: observation.answered_at,
            resources: observation
                .resources
                .iter()
                .map(|resource| resource_shape(resource, &facts))
                .collect(),
        });
        let ci = facts.ci_word().map(CiShape::from);
        let wanted = WantedShape::from(facts.wish());
        let cost = CostShape::new(&facts.up_times, facts.cost(now), facts.cost_at_most(now));
        let sizes =
            facts.offers.iter().map(|offer| SizeShape::new(offer.clone(), facts.default_size)).collect();
        let backup_destroy = BackupShape::of(&facts);
        let job_is_active = facts.active_job().is_some();
        let idle_destroys_at = facts.unsettled().and_then(|owed| owed.idle_end(job_is_active));
        let scheduled_destroy = facts.planned.map(|planned| PlannedShape {
            at: planned.at,
            schedule: planned.schedule,
            replaces: planned.replaces,
        });
        let cluster = facts.cluster;
        Self {
            state: cluster.shown_state(),
            name: cluster.name,
            size: cluster.size,
            since: cluster.since,
            failure: cluster.failure,
            doubt: cluster.doubt,
            destroys_at: cluster.destroys_at,
            idle_destroys_at,
            scheduled_destroy,
            job: cluster.active_job,
            services: cluster.deployments.into_iter().map(ServiceShape::from).collect(),
            sizes,
            cost,
            receipt: facts.receipt,
            obligation: facts.owed.map(ObligationShape::from),
            backup_destroy,
            wanted,
            ci,
            cloud,
        }
    }
}

impl From<Wish> for WantedShape {
    fn from(wish: Wish) -> Self {
        let state = if wish.is_up { ClusterState::Up } else { ClusterState::Down };
        Self { state, until_end_of: wish.until_end_of, until: wish.until, at: wish.at }
    }
}

impl From<CiWord<'_>> for CiShape {
    fn from(word: CiWord<'_>) -> Self {
        Self { run: RunShape::from(word.run), state: word.state, at: word.at }
    }
}

impl From<Deployment> for ServiceShape {
    fn from(deployment: Deployment) -> Self {
        Self { name: deployment.service, deployed_at: deployment.at, job: deployment.job }
    }
}

impl From<Obligation> for ObligationShape {
    fn from(owed: Obligation) -> Self {
        let (closed_by, closed_because) = owed.closed.map(|closing| (closing.by, closing.because)).unzip();
        Self {
            state: owed.state,
            destroys_at: owed.destroys_at,
            end_chosen_by: owed.chosen_by,
            extension: owed.extended.map(|last| ExtensionShape {
                number: last.id,
                at: last.at,
                by: last.by,
                from: last.from,
                to: last.to,
            }),
            grace_minutes: owed.limits.grace_minutes,
            idle_minutes: owed.limits.idle_minutes,
            due_since: owed.due_since,
            failed_attempts: owed.failed_attempts,
            next_attempt_at: owed.next_attempt_at,
            evidence: owed.evidence,
            closed_by,
            closed_because,
        }
    }
}

fn resource_shape(resource: &Resource, facts: &ClusterFacts) -> ResourceShape {
    let seen_at = facts.observation.as_ref().and_then(|observation| observation.answered_at);
    let list = resource.list(seen_at);
    ResourceShape {
        kind: resource.kind,
        id: resource.id.clone(),
        name: resource.name.clone(),
        created_at: resource.created_at,
        daily: resource.daily,
        is_estimate: true,
        prices_from: list.map(|list| list.source),
        prices_of: list.and_then(|list| list.of),
        machine: resource.machine.clone(),
        accepted_by: facts.acceptance_of(resource).map(|taken| taken.by.clone()),
    }
}
