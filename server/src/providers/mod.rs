//! The outside services, spoken to over real HTTP: CI providers, the cloud, the batch endpoint, Slack.
//!
//! Nothing here decides what happens next, keeps state, or repeats a call by itself. A client turns one
//! question into requests, and the answers into our words; its errors carry the decision. Base addresses are
//! arguments, so that the same clients talk to the real services, to the simulators of the demo, and to those
//! of the tests.

mod batch;
mod circleci;
mod configured;
mod digitalocean;
mod error;
pub mod http;
mod slack;
mod travis;

use std::time::Duration;

use async_trait::async_trait;
use domain::Time;
use domain::backup::{BackupDestroy, Stand};
use domain::cloud::Resource;
use domain::price::ListedPrice;
use domain::run::{Candidate, ProviderKind, RunRef, RunReport};
use domain::step::CiTarget;
use uuid::Uuid;

pub use batch::Batch;
pub use circleci::CircleCi;
pub use configured::{Access, Patience, Providers};
pub use digitalocean::DigitalOcean;
pub use error::{NotConfigured, ProviderError, SetupError, TriggerError};
pub use http::install_crypto;
pub use slack::{LinkButton, Slack};
pub use travis::Travis;

/// A CI that can be asked to start a run and to tell how far it is.
#[async_trait]
pub trait CiProvider: Send + Sync {
    /// Which CI this is: the one that its targets and runs name.
    fn kind(&self) -> ProviderKind;

    /// Starts a run of the target with one POST, which is never repeated by itself.
    ///
    /// The marker travels with it where the provider lets it: in the message of a Travis request, in the
    /// CircleCI parameter that the target names for it.
    ///
    /// # Errors
    /// Each variant says whether the run may have been started and whether to send again.
    async fn trigger(&self, target: &CiTarget, marker: Uuid) -> Result<RunRef, TriggerError>;

    /// Runs of this target that may be the one that was sent with this marker at or after `since`, oldest
    /// first.
    ///
    /// Where the marker travels, only runs that carry it. Elsewhere all that fit by branch, trigger, time and
    /// parameters, runs of earlier steps included: the caller knows those. What the provider says to be another
    /// user's than our token's is none of ours. `since` is a time of our clock;
    /// the provider's clock may be [`CLOCK_ALLOWANCE`] behind it.
    ///
    /// # Errors
    /// An error says nothing about whether there is such a run.
    async fn find(
        &self,
        target: &CiTarget,
        marker: Uuid,
        since: Time,
    ) -> Result<Vec<Candidate>, ProviderError>;

    /// How far the run is. A status word that we do not know gives
    /// [`RunStatus::Unknown`](domain::run::RunStatus).
    ///
    /// # Errors
    /// An error says nothing about the run; `NotFound` is no proof that it ended.
    async fn look(&self, target: &CiTarget, run: &RunRef) -> Result<RunReport, ProviderError>;

    /// Asks the provider to stop the run. Providers stop later than they say so: look again. A run that has
    /// ended already is no error.
    ///
    /// # Errors
    /// `Transient` also while the provider has not begun and there is nothing yet that could be stopped.
    async fn cancel(&self, target: &CiTarget, run: &RunRef) -> Result<(), ProviderError>;

    /// The same CI as one at which destroys can be planted, where it starts runs by its own clock in a given hour.
    fn planter(&self) -> Option<&dyn BackupPlanter> {
        None
    }
}

/// A CI at which a destroy can be planted that it carries out by its own clock.
#[async_trait]
pub trait BackupPlanter: Send + Sync {
    /// Which CI this is.
    fn kind(&self) -> ProviderKind;

    /// The ids of what stands in the project of this target with the mark in its name.
    ///
    /// # Errors
    /// An error says nothing about what stands.
    async fn planted(&self, target: &CiTarget, mark: &str) -> Result<Vec<String>, ProviderError>;

    /// Plants a destroy with one POST, which is never repeated by itself; gives its id.
    ///
    /// # Errors
    /// Each variant says whether it may have been planted and whether to send again.
    async fn plant(&self, name: &str, stand: &Stand) -> Result<String, TriggerError>;

    /// Makes what stands under this id into this one. Doing it twice is doing it once.
    ///
    /// # Errors
    /// `NotFound` when nothing stands there.
    async fn shift(&self, id: &str, name: &str, stand: &Stand) -> Result<(), ProviderError>;

    /// Removes what stands under this id. What is not there any more is no error.
    ///
    /// # Errors
    /// It may still stand.
    async fn remove(&self, id: &str) -> Result<(), ProviderError>;

    /// The runs that the CI has started by its clock for this one since its hour has come, oldest first.
    ///
    /// # Errors
    /// An error says nothing about whether there is one.
    async fn fired(&self, backup: &BackupDestroy) -> Result<Vec<Fired>, ProviderError>;
}

/// A run that the CI has started by its own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    pub at: Time,
    pub run: RunRef,
}

/// A cloud that can be asked what exists. Nothing is changed there.
#[async_trait]
pub trait CloudObserver: Send + Sync {
    /// Which cloud this is, for people: "DigitalOcean".
    fn name(&self) -> &'static str;

    /// Everything in the account that may belong to a cluster, read to the end of each list.
    ///
    /// # Errors
    /// An error says nothing about what exists: half an answer is no proof, and neither is a missing right.
    async fn look(&self) -> Result<Vec<Resource>, ProviderError>;
}

/// A cloud that says what its machines cost.
#[async_trait]
pub trait PriceList: Send + Sync {
    /// The whole list, read to its end.
    ///
    /// # Errors
    /// An error says nothing about what anything costs.
    async fn prices(&self) -> Result<Vec<ListedPrice>, ProviderError>;
}

/// How far a provider's clock may be behind ours.
pub const CLOCK_ALLOWANCE: Duration = Duration::from_secs(120);
