//! What a stranger with a link gets to see: the facts that a share opens, and nothing beside them.
//!
//! What is not to be told is taken out of the facts before anything is made of them, so that no page, feed or picture
//! can tell it by mistake.

mod address;
mod body;
mod discreet;
mod document;
mod wall;

use domain::Time;
use domain::catalogue::Catalogue;
use domain::event::CheckIn;
use domain::job::Job;
use domain::receipt::Receipt;
use domain::share::{ShareDetail, ShareView, Shared};
use store::{Error, JobFilter, Store};

use crate::facts::{ClusterFacts, JobFacts};
use discreet::Discretion;

pub use address::{address, origin};
pub use body::body;
pub use document::{Document, Look, document, gone, part};
pub use wall::{states, tiles};

/// How many ended jobs a shared cluster tells of.
const PAST: i64 = 5;

/// The facts that are shown.
#[derive(Debug, Clone)]
pub struct Opened {
    pub thing: Thing,
    pub view: ShareView,
    pub(crate) discretion: Discretion,
}

#[derive(Debug, Clone)]
pub enum Thing {
    Cluster(Box<SharedCluster>),
    Job(Box<JobFacts>),
    Receipt(Box<Receipt>),
}

#[derive(Debug, Clone)]
pub struct SharedCluster {
    pub facts: ClusterFacts,
    /// The job at work on it.
    pub job: Option<JobFacts>,
    /// The jobs that ended last, the newest first.
    pub past: Vec<Job>,
}

impl Opened {
    /// None when what was shared is not there any more.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(
        store: &Store,
        catalogue: &Catalogue,
        what: &Shared,
        view: ShareView,
    ) -> Result<Option<Self>, Error> {
        let thing = match what {
            Shared::Cluster(name) => {
                let Some(facts) = ClusterFacts::load(store, catalogue, name).await? else { return Ok(None) };
                let job = match facts.active_job() {
                    Some(job) => JobFacts::load(store, catalogue, job.job.number).await?,
                    None => None,
                };
                let newest =
                    JobFilter { cluster: Some(name.clone()), limit: PAST + 3, ..JobFilter::default() };
                let mut past = store.jobs(&newest).await?;
                past.retain(|job| job.state.is_final());
                past.truncate(PAST as usize);
                Some(Thing::Cluster(Box::new(SharedCluster { facts, job, past })))
            }
            Shared::Job(number) => {
                JobFacts::load(store, catalogue, *number).await?.map(|facts| Thing::Job(Box::new(facts)))
            }
            Shared::Receipt(number) => {
                store.receipt(*number).await?.map(|receipt| Thing::Receipt(Box::new(receipt)))
            }
        };
        Ok(thing.map(|thing| Self::new(thing, view)))
    }

    /// Takes out what is not to be told.
    pub fn new(thing: Thing, view: ShareView) -> Self {
        let discretion = if view.shows_names { Discretion::default() } else { names_in(&thing) };
        let thing = if view.shows_cost { thing } else { without_cost(thing) };
        Self { thing: without_log(thing, view.detail), view, discretion }
    }

    /// The job that it is about, if it is about one.
    pub fn job(&self) -> Option<&JobFacts> {
        match &self.thing {
            Thing::Cluster(cluster) => cluster.job.as_ref(),
            Thing::Job(job) => Some(job),
            Thing::Receipt(_) => None,
        }
    }

    /// The newest lines of its log, where they may be seen.
    pub fn log(&self) -> &[CheckIn] {
        self.job().map(|job| job.check_ins.as_slice()).unwrap_or_default()
    }

    pub fn text(&self, text: &str) -> String {
        self.discretion.text(text)
    }

    pub fn shows_steps(&self) -> bool {
        self.view.detail != ShareDetail::Summary
    }

    /// When it ends by itself, if it is something that does.
    pub fn destroys_at(&self) -> Option<Time> {
        match &self.thing {
            Thing::Cluster(cluster) => cluster.facts.cluster.destroys_at,
            Thing::Job(_) | Thing::Receipt(_) => None,
        }
    }
}

fn names_in(thing: &Thing) -> Discretion {
    let none = Discretion::default();
    match thing {
        Thing::Job(facts) => none.about(&facts.job),
        Thing::Cluster(cluster) => {
            let latest = cluster.facts.latest_job.iter().chain(cluster.job.as_ref().map(|facts| &facts.job));
            let named = latest.fold(none, Discretion::about);
            let named = cluster.past.iter().fold(named, |named, job| named.and(&job.actor.name));
            cluster.facts.acts.iter().fold(named, |named, act| named.and(&act.actor.name))
        }
        Thing::Receipt(receipt) => {
            let people = receipt.jobs.iter().map(|job| &job.by).chain(&receipt.started_by);
            let named = people.fold(none, |named, who| named.and(&who.to_string()).and(&who.name));
            let closed = receipt.closed.iter().map(|closing| closing.by.as_str());
            let taken = receipt.leftovers.iter().map(|left| left.by.as_str());
            closed.chain(taken).fold(named, Discretion::and)
        }
    }
}

fn without_cost(thing: Thing) -> Thing {
    match thing {
        Thing::Cluster(mut cluster) => {
            cluster.facts.offers.clear();
            cluster.facts.up_times.clear();
            cluster.job = cluster.job.map(job_without_cost);
            Thing::Cluster(cluster)
        }
        Thing::Job(facts) => Thing::Job(Box::new(job_without_cost(*facts))),
        Thing::Receipt(receipt) => Thing::Receipt(receipt),
    }
}

fn job_without_cost(facts: JobFacts) -> JobFacts {
    JobFacts { price: None, up_times: Vec::new(), ..facts }
}

fn without_log(thing: Thing, detail: ShareDetail) -> Thing {
    if detail == ShareDetail::StepsAndLog {
        return thing;
    }
    let quiet = |facts: JobFacts| {
        let mut facts = JobFacts { check_ins: Vec::new(), ..facts };
        facts.job.steps.iter_mut().for_each(|step| step.message = None);
        facts
    };
    match thing {
        Thing::Cluster(mut cluster) => {
            cluster.job = cluster.job.map(quiet);
            Thing::Cluster(cluster)
        }
        Thing::Job(facts) => Thing::Job(Box::new(quiet(*facts))),
        Thing::Receipt(receipt) => Thing::Receipt(receipt),
    }
}
