//! What has to hold in every history. Judged from what really is: the runs, the cloud, the committed rows. Not from what
//! the service believes.

mod debts;
mod jobs;
mod runs;

use std::collections::BTreeMap;

use domain::Time;
use uuid::Uuid;

use crate::loss::Loss;
use crate::stage::Stage;
use crate::store::News;
use crate::world::{Attempt, Origin, RunId};

/// The laws, by the invariants (I) of the product and its promises (P) that they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// I1, P1: once nothing goes wrong any more, every job ends and every debt is settled or closed.
    ComesToRest,
    /// P1: what was accepted is there, and a press that was repeated is one job.
    OneJobPerPress,
    /// I2, P2: an attempt has one run, but for the windows that are named, and one batch job without any window.
    OneRunPerAttempt,
    /// All calls of one attempt carry one marker.
    OneMarkerPerAttempt,
    /// A run begins its work only while its step is under way, but for the windows that are named: what the service has
    /// given up, or never knew of, does not create and does not destroy.
    RunsOnlyUnderWay,
    /// I3: what a worker writes after its claim has passed on has no effect.
    NoStaleWrite,
    /// P3: when the call that may create something arrives, the debt to destroy it is there.
    DebtBeforeCreate,
    /// I4, P3: what stands in the cloud is owed, but for the windows that are named.
    DebtWhileItStands,
    /// A debt is settled on proof: two looks that were begun after the destroy, or the CI's word where no cloud can be asked.
    SettledOnProof,
    /// A cluster does not outlive its auto-destroy time because of a job, for longer than its terms say.
    EndsInTime,
    /// What is held for second thoughts is not begun before.
    HeldUntilThen,
    /// What nobody owes any more and still stands is at least shown as a disagreement.
    LeakIsShown,
    /// A step succeeded only if its run did, a job only if its steps did, and the first error is named.
    TruthfulEnds,
    /// I5: what changes gets a newer version.
    VersionsGrow,
}

impl Law {
    /// What it costs when it is broken.
    pub const fn guards_against(self) -> Loss {
        match self {
            Self::ComesToRest | Self::OneJobPerPress => Loss::LostJob,
            Self::DebtBeforeCreate
            | Self::DebtWhileItStands
            | Self::SettledOnProof
            | Self::EndsInTime
            | Self::LeakIsShown => Loss::LeakedCluster,
            Self::OneRunPerAttempt | Self::OneMarkerPerAttempt | Self::RunsOnlyUnderWay => Loss::DoubleRun,
            Self::NoStaleWrite | Self::HeldUntilThen | Self::TruthfulEnds | Self::VersionsGrow => Loss::Other,
        }
    }
}

/// A law that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub law: Law,
    pub what: String,
}

/// What the judge remembers.
#[derive(Default)]
pub struct Judge {
    breach: Option<Breach>,
    attempts: BTreeMap<Attempt, Course>,
    /// Looks at the cloud, by cluster: when each was begun, and whether it showed nothing.
    looks: BTreeMap<String, Vec<(Time, bool)>>,
    closed_at: BTreeMap<String, Time>,
    /// For how many looks in a row a job has outstayed, by cluster.
    overstays: BTreeMap<String, u32>,
}

/// What became of one attempt of a step.
#[derive(Default)]
struct Course {
    /// The runs that a CI accepted for it.
    runs: Vec<RunId>,
    marker: Option<Uuid>,
    /// From when on the settle time of its last call that was not answered is counted.
    settles_from: Option<Time>,
    /// A person said that none of the runs that fit is ours.
    was_asked_again: bool,
    was_put_aside: bool,
    /// A search for its run was not answered.
    was_not_searched: bool,
    /// It could not be told which run is its own.
    was_unsure: bool,
}

impl Judge {
    pub fn breach(&self) -> Option<&Breach> {
        self.breach.as_ref()
    }

    fn course(&mut self, origin: &Origin) -> &mut Course {
        self.attempts.entry(origin.attempt()).or_default()
    }
}

impl Stage {
    /// Notes a breach. The first one counts.
    pub fn judge_breach(&self, law: Law, what: impl FnOnce() -> String) {
        let mut judge = self.judge.borrow_mut();
        if judge.breach.is_none() {
            let breach = Breach { law, what: what() };
            self.tell(|| format!("BREACH of {:?}: {}", breach.law, breach.what));
            judge.breach = Some(breach);
        }
    }

    /// Judges what a transaction changed.
    pub fn judge_news(&self, news: &News) {
        match news {
            News::StaleWrite { job, position } => self.judge_breach(Law::NoStaleWrite, || {
                format!("a worker wrote to job {job}, step {position:?}, though its claim had passed on")
            }),
            News::OldVersion { what } => {
                self.judge_breach(Law::VersionsGrow, || format!("{what} changed without a newer version"));
            }
            News::Step { job, position } => self.judge_step(*job, *position),
            News::PutAside { job, position } => self.note_put_aside(*job, *position),
            News::JobEnded { job } => self.judge_end_of_job(*job),
            News::Settled { obligation } => self.judge_settled(*obligation),
            News::Closed { obligation } => self.note_closed(*obligation),
        }
    }

    /// Judges what is left when everything has come to rest.
    pub fn judge_rest(&self) {
        for cluster in &self.scenario.catalogue.clusters {
            self.judge_cluster(&cluster.name);
            self.judge_shown(&cluster.name);
        }
    }
}
