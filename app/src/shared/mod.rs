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
use domain::actor::Channel;
use domain::catalogue::Catalogue;
use domain::cluster::ClusterState;
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
    AllClusters(Vec<SharedCluster>),
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
            Shared::AllClusters => {
                let mut all = Vec::new();
                for cluster in store.clusters().await? {
                    all.extend(SharedCluster::load(store, catalogue, &cluster.name).await?);
                }
                Some(Thing::AllClusters(all))
            }
            Shared::Cluster(name) => {
                let cluster = SharedCluster::load(store, catalogue, name).await?;
                cluster.map(|cluster| Thing::Cluster(Box::new(cluster)))
            }
            Shared::Job(number) => {
                JobFacts::load(store, catalogue, *number).await?.map(|facts| Thing::Job(Box::new(facts)))
            }
            Shared::Receipt(number) => {
                store.receipt(*number).await?.map(|receipt| Thing::Receipt(Box::new(receipt)))
            }
        };
        let Some(thing) = thing else { return Ok(None) };
        // Read after what is shown, so that whoever is named there is known.
        let people = if view.shows_names { Vec::new() } else { people_in(store, &thing).await? };
        Ok(Some(Self::new(thing, view, &people)))
    }

    /// Takes out what is not to be told: `people` are all who may be named in it.
    pub fn new(thing: Thing, view: ShareView, people: &[String]) -> Self {
        let hidden = people.iter().map(String::as_str).filter(|_| !view.shows_names);
        let discretion = Discretion::about(hidden);
        let thing = if view.shows_cost { thing } else { without_cost(thing) };
        Self { thing: without_log(thing, view.detail), view, discretion }
    }

    /// The job that it is about, if it is about one.
    pub fn job(&self) -> Option<&JobFacts> {
        match &self.thing {
            Thing::Cluster(cluster) => cluster.job.as_ref(),
            Thing::Job(job) => Some(job),
            Thing::AllClusters(_) | Thing::Receipt(_) => None,
        }
    }

    /// The clusters that it is about, each with what is shown of it alone.
    pub fn each(self) -> Vec<Self> {
        let Self { thing, view, discretion } = self;
        let one = |thing| Self { thing, view, discretion: discretion.clone() };
        match thing {
            Thing::AllClusters(all) => {
                all.into_iter().map(|cluster| one(Thing::Cluster(Box::new(cluster)))).collect()
            }
            thing => vec![one(thing)],
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

    /// Grows with what is shown: a chat that keeps pictures by their address gets a new address for a new picture.
    pub fn version(&self) -> i64 {
        let of_job = |facts: &JobFacts| facts.job.job.version.max(facts.cluster.version);
        let of_cluster =
            |shared: &SharedCluster| shared.facts.cluster.version.max(shared.job.as_ref().map_or(0, of_job));
        match &self.thing {
            Thing::AllClusters(all) => all.iter().map(of_cluster).max().unwrap_or(0),
            Thing::Cluster(shared) => of_cluster(shared),
            Thing::Job(facts) => of_job(facts),
            Thing::Receipt(receipt) => receipt.number,
        }
    }

    /// When it ends by itself, if it is something that does.
    pub fn destroys_at(&self) -> Option<Time> {
        match &self.thing {
            Thing::Cluster(cluster) => cluster.facts.cluster.destroys_at,
            Thing::AllClusters(_) | Thing::Job(_) | Thing::Receipt(_) => None,
        }
    }
}

impl SharedCluster {
    /// What most wants to be looked at, first.
    pub const BY_URGENCY: [ClusterState; 6] = [
        ClusterState::Failed,
        ClusterState::Unknown,
        ClusterState::Destroying,
        ClusterState::Provisioning,
        ClusterState::Up,
        ClusterState::Down,
    ];

    /// The state of the one that most wants to be looked at.
    pub fn worst(all: &[Self]) -> Option<ClusterState> {
        let is_there =
            |state: &ClusterState| all.iter().any(|shared| shared.facts.cluster.shown_state() == *state);
        Self::BY_URGENCY.into_iter().find(is_there)
    }

    async fn load(store: &Store, catalogue: &Catalogue, name: &str) -> Result<Option<Self>, Error> {
        let Some(facts) = ClusterFacts::load(store, catalogue, name).await? else { return Ok(None) };
        let job = match facts.active_job() {
            Some(job) => JobFacts::load(store, catalogue, job.job.number).await?,
            None => None,
        };
        let newest = JobFilter { cluster: Some(name.to_owned()), limit: PAST + 3, ..JobFilter::default() };
        let mut past = store.jobs(&newest).await?;
        past.retain(|job| job.state.is_final());
        past.truncate(PAST as usize);
        Ok(Some(Self { facts, job, past }))
    }

    async fn people(&self, store: &Store) -> Result<Vec<String>, Error> {
        let latest = self.facts.latest_job.iter().chain(self.job.as_ref().map(|facts| &facts.job));
        let jobs = latest.map(|job| &job.job).chain(&self.past).map(|job| job.number);
        store.people_around(&self.facts.cluster.name, &jobs.collect::<Vec<_>>()).await
    }

    fn without_cost(mut self) -> Self {
        self.facts.offers.clear();
        self.facts.up_times.clear();
        Self { job: self.job.map(job_without_cost), ..self }
    }

    fn without_log(self) -> Self {
        Self { job: self.job.map(job_without_log), ..self }
    }
}

async fn people_in(store: &Store, thing: &Thing) -> Result<Vec<String>, Error> {
    match thing {
        Thing::Job(facts) => store.people_around(&facts.job.job.cluster, &[facts.job.job.number]).await,
        Thing::AllClusters(all) => {
            let mut people = Vec::new();
            for cluster in all {
                people.extend(cluster.people(store).await?);
            }
            Ok(people)
        }
        Thing::Cluster(cluster) => cluster.people(store).await,
        Thing::Receipt(receipt) => Ok(people_on(receipt)),
    }
}

/// A receipt holds its own names.
fn people_on(receipt: &Receipt) -> Vec<String> {
    let people = receipt.jobs.iter().map(|job| &job.by).chain(&receipt.started_by);
    let people = people.filter(|who| who.channel != Channel::System).map(ToString::to_string);
    let closed = receipt.closed.iter().map(|closing| closing.by.clone());
    let taken = receipt.leftovers.iter().map(|left| left.by.clone());
    people.chain(closed).chain(taken).collect()
}

fn without_cost(thing: Thing) -> Thing {
    match thing {
        Thing::AllClusters(all) => {
            Thing::AllClusters(all.into_iter().map(SharedCluster::without_cost).collect())
        }
        Thing::Cluster(cluster) => Thing::Cluster(Box::new(cluster.without_cost())),
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
    match thing {
        Thing::AllClusters(all) => {
            Thing::AllClusters(all.into_iter().map(SharedCluster::without_log).collect())
        }
        Thing::Cluster(cluster) => Thing::Cluster(Box::new(cluster.without_log())),
        Thing::Job(facts) => Thing::Job(Box::new(job_without_log(*facts))),
        Thing::Receipt(receipt) => Thing::Receipt(receipt),
    }
}

fn job_without_log(facts: JobFacts) -> JobFacts {
    let mut facts = JobFacts { check_ins: Vec::new(), ..facts };
    facts.job.steps.iter_mut().for_each(|step| step.message = None);
    facts
}
