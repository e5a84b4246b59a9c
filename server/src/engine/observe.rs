//! The loop that asks the cloud: what exists, whether a destroy is proved, and whether a cluster's state is to be
//! believed.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::Time;
use domain::cloud::{CloudMark, Resource, belonging, strangers};
use domain::cluster::Cluster;
use domain::obligation::{Obligation, ObligationState};
use domain::proof::{Judgement, Observation, judge};
use domain::standing::{Source, doubt, last_word_of_ci, listed};
use store::{Error, OwedDestroy};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Engine;
use super::patience::in_time;
use crate::providers::CloudObserver;

/// How long one look may take: all pages of all lists, and the rows of all clusters.
const PATIENCE: Duration = Duration::from_secs(120);

/// Asks the cloud until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    let pause = engine.pace.observe.to_std().unwrap_or_default();
    while !shutdown.is_cancelled() {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(pause) => {
                match timeout(PATIENCE, engine.observe()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => warn!(%error, "what the cloud shows could not be written down"),
                    Err(_) => warn!("what the cloud shows could not be written down in time"),
                }
            }
        }
    }
}

impl Engine {
    /// Asks the cloud once, if it is this process's turn, and says what follows from the answer.
    ///
    /// # Errors
    /// When the database does not answer. That the cloud does not is written down.
    pub async fn observe(&self) -> Result<(), Error> {
        // A little early is in time: the loops of replicas are not in step.
        let gap = (self.pace.observe * 9 / 10).to_std().unwrap_or_default();
        if !self.store.take_account_look(gap).await? {
            return Ok(());
        }
        if let Some(observer) = &self.providers.observer {
            self.look_at_account(observer).await?;
        }
        self.say_what_to_believe().await
    }

    async fn look_at_account(&self, observer: &impl CloudObserver) -> Result<(), Error> {
        let owed = self.store.unsettled_obligations().await?;
        let marks = self.all_marks(&owed);
        match self.noted(observer.name(), observer.look().await).await {
            Ok(account) => {
                for (cluster, mark) in &marks {
                    let debt = owed.iter().find(|owed| owed.obligation.cluster == *cluster);
                    if let Err(error) = in_time(self.seen_of(cluster, mark, &account, debt)).await {
                        warn!(cluster, %error, "what the cloud shows of a cluster could not be written down");
                    }
                }
                let marks: Vec<CloudMark> = marks.into_values().collect();
                let unknown: Vec<Resource> = strangers(&account, &marks).into_iter().cloned().collect();
                self.store.set_strangers(&unknown).await
            }
            Err(error) => {
                for cluster in marks.keys() {
                    self.store.not_observed(cluster, &error.to_string()).await?;
                }
                Ok(())
            }
        }
    }

    /// The marks of the config, and those that debts carry: a debt outlives its config entry.
    fn all_marks(&self, owed: &[OwedDestroy]) -> BTreeMap<String, CloudMark> {
        let declared = self.marks.iter().cloned();
        let carried = owed
            .iter()
            .filter_map(|owed| Some((owed.obligation.cluster.clone(), owed.obligation.cloud.clone()?)));
        declared.chain(carried).collect()
    }

    async fn seen_of(
        &self,
        cluster: &str,
        mark: &CloudMark,
        account: &[Resource],
        debt: Option<&OwedDestroy>,
    ) -> Result<(), Error> {
        let known = self.store.observation(cluster).await?.map(|known| known.known_ids).unwrap_or_default();
        let own: Vec<Resource> = belonging(account, mark, &known).into_iter().cloned().collect();
        let accepted = self.store.accepted_leftovers(cluster).await?;
        let is_accepted = |resource: &&Resource| {
            accepted.iter().any(|taken| taken.kind == resource.kind && taken.resource_id == resource.id)
        };
        let left: Vec<&Resource> = own.iter().filter(|resource| !is_accepted(resource)).collect();
        let verified = debt.filter(|debt| debt.obligation.state == ObligationState::Verifying);
        let clears = verified.filter(|_| left.is_empty()).and_then(|debt| debt.obligation.verifying_since);
        self.store.observed(cluster, &own, clears).await?;
        let Some(OwedDestroy { obligation, now, .. }) = verified else { return Ok(()) };
        let clean_looks = self.store.observation(cluster).await?.map_or(0, |known| known.clean_looks);
        let since = obligation.verifying_since.unwrap_or(*now);
        self.judged(obligation, judge(&left, left.len() < own.len(), clean_looks, since, *now), &own, *now)
            .await
    }

    async fn judged(
        &self,
        owed: &Obligation,
        judgement: Judgement,
        shown: &[Resource],
        now: Time,
    ) -> Result<(), Error> {
        match judgement {
            Judgement::LookAgain | Judgement::Leftovers => Ok(()),
            Judgement::Settled(evidence) => {
                if self.store.settle(owed, evidence).await? {
                    info!(cluster = owed.cluster, %evidence, "the destroy is proved");
                }
                Ok(())
            }
            Judgement::DestroyAgain => {
                let because = format!("The CI says destroyed, but the cloud still shows {}", listed(shown));
                warn!(cluster = owed.cluster, because, "destroying again");
                let next_attempt_at = now + owed.pause_after_another_failure();
                self.store.destroy_again(owed, &because, next_attempt_at).await
            }
        }
    }

    /// Writes down for each cluster whether its state is to be believed.
    async fn say_what_to_believe(&self) -> Result<(), Error> {
        let owed = self.store.unsettled_obligations().await?;
        let now = self.store.now().await?;
        for cluster in self.store.clusters().await? {
            let debt = owed.iter().map(|owed| &owed.obligation).find(|owed| owed.cluster == cluster.name);
            if let Err(error) = in_time(self.say_what_to_believe_of(&cluster, debt, now)).await {
                warn!(cluster = cluster.name, %error, "whether a state is to be believed could not be said");
            }
        }
        Ok(())
    }

    async fn say_what_to_believe_of(
        &self,
        cluster: &Cluster,
        debt: Option<&Obligation>,
        now: Time,
    ) -> Result<(), Error> {
        let observation = self.store.observation(&cluster.name).await?;
        let observer = self.observer_of(observation.as_ref());
        let ci = self.ci_at_work_on(cluster).await?;
        let doubt = doubt(cluster, debt, observation.as_ref(), observer.as_ref(), ci.as_ref(), now);
        if self.store.set_doubt(&cluster.name, doubt.as_ref()).await? {
            info!(cluster = cluster.name, ?doubt, "the state of the cluster is seen in another light");
        }
        Ok(())
    }

    fn observer_of(&self, observation: Option<&Observation>) -> Option<Source> {
        let observer = self.providers.observer.as_ref()?;
        let observation = observation?;
        Some(Source {
            who: observer.name().to_owned(),
            answered_at: observation.answered_at.unwrap_or(observation.first_asked_at),
        })
    }

    /// The CI whose run is followed on the cluster now, with its last word.
    async fn ci_at_work_on(&self, cluster: &Cluster) -> Result<Option<Source>, Error> {
        let Some(number) = cluster.active_job else { return Ok(None) };
        let Some(job) = self.store.job(number).await? else { return Ok(None) };
        let Some((target, _)) = last_word_of_ci(&job.steps, None) else { return Ok(None) };
        let who = target.provider.title();
        let contacts = self.store.provider_contacts().await?;
        let last =
            contacts.iter().find(|contact| contact.name == who).and_then(|contact| contact.last_answer_at);
        let word = last_word_of_ci(&job.steps, last);
        Ok(word.map(|(_, answered_at)| Source { who: who.to_owned(), answered_at }))
    }
}
