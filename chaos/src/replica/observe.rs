//! The loop that asks the cloud: what exists, and whether a destroy is proved.

use std::collections::BTreeMap;

use domain::Time;
use domain::cloud::{CloudMark, Resource, belonging};
use domain::obligation::{Obligation, ObligationState};
use domain::proof::{Judgement, judge};

use super::Replica;
use crate::store::{Owed, Refusal};
use crate::variants::Variant;
use crate::world::Failure;

impl Replica {
    /// Asks the cloud until the process is asked to end.
    pub(super) async fn watch(self) {
        while !self.is_to_end() {
            self.stage.clock.sleep(self.stage.scenario.pace.observe).await;
            let _ = self.observe().await;
        }
    }

    /// Asks the cloud once, if it is this process's turn.
    pub(super) async fn observe(&self) -> Result<(), Refusal> {
        let gap = self.stage.scenario.pace.observe * 9 / 10;
        let is_its_turn = self.ask_rows(|store, now| Ok(store.take_account_look(gap, now))).await?;
        if !is_its_turn || !self.stage.scenario.has_observer {
            return Ok(());
        }
        let owed = self.ask_rows(|store, now| Ok(store.owed(now))).await?;
        let marks = self.all_marks(&owed);
        self.boundary().await;
        let asked_at = self.stage.clock.now();
        let account = match self.stage.account() {
            Err(Failure::Unauthorized) if self.stage.variant == Variant::TrustForbidden => Ok(Vec::new()),
            answer => answer,
        };
        self.stage.clock.sleep(self.stage.travel()).await;
        match account {
            Ok(account) => {
                for (cluster, mark) in &marks {
                    let debt = owed.iter().find(|owed| owed.obligation.cluster == *cluster);
                    self.seen_of(cluster, mark, &account, debt, asked_at).await?;
                }
            }
            Err(failure) => {
                for cluster in marks.keys() {
                    self.ask_rows(|store, now| {
                        store.not_observed(cluster, failure.what(), now);
                        Ok(())
                    })
                    .await?;
                }
            }
        }
        Ok(())
    }

    /// The marks of the config, and those that debts carry.
    fn all_marks(&self, owed: &[Owed]) -> BTreeMap<String, CloudMark> {
        let declared = self.stage.scenario.catalogue.clusters.iter().filter(|_| self.stage.has_config.get());
        let declared = declared.filter_map(|spec| Some((spec.name.clone(), spec.cloud.clone()?)));
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
        debt: Option<&Owed>,
        asked_at: Time,
    ) -> Result<(), Refusal> {
        let known = self.ask_rows(|store, _| Ok(store.observation(cluster))).await?;
        let known = known.map(|known| known.known_ids).unwrap_or_default();
        let own: Vec<Resource> = belonging(account, mark, &known).into_iter().cloned().collect();
        let is_taken: Vec<bool> = self
            .ask_rows(|store, _| Ok(own.iter().map(|shown| store.is_accepted(cluster, shown)).collect()))
            .await?;
        let left: Vec<&Resource> =
            own.iter().zip(&is_taken).filter(|(_, taken)| !**taken).map(|(shown, _)| shown).collect();
        self.stage.judge_looked(cluster, asked_at, left.is_empty());
        let verified = debt.filter(|debt| debt.obligation.state == ObligationState::Verifying);
        let mut clears =
            verified.filter(|_| left.is_empty()).and_then(|debt| debt.obligation.verifying_since);
        if self.stage.variant == Variant::AnyLookProves && left.is_empty() {
            clears = self
                .ask_rows(|store, _| Ok(store.unsettled(cluster).and_then(|owed| owed.verifying_since)))
                .await?;
        }
        self.ask_rows(|store, now| {
            store.observed(cluster, &own, clears, now);
            Ok(())
        })
        .await?;
        let Some(Owed { obligation, now, .. }) = verified else { return Ok(()) };
        let known = self.ask_rows(|store, _| Ok(store.observation(cluster))).await?;
        let mut clean_looks = known.map_or(0, |known| known.clean_looks);
        if self.stage.variant == Variant::SettleOnOneLook {
            clean_looks *= 2;
        }
        let since = obligation.verifying_since.unwrap_or(*now);
        let judgement = judge(&left, left.len() < own.len(), clean_looks, since, *now);
        self.judged(obligation, judgement, *now).await
    }

    async fn judged(&self, owed: &Obligation, judgement: Judgement, now: Time) -> Result<(), Refusal> {
        match judgement {
            Judgement::LookAgain | Judgement::Leftovers => {}
            Judgement::Settled(evidence) => {
                self.ask_rows(|store, now| Ok(store.settle(owed, evidence, now))).await?;
                self.stage.ring();
            }
            Judgement::DestroyAgain => {
                let because = "The CI says destroyed, but the cloud still shows it";
                let next = now + owed.pause_after_another_failure();
                self.ask_rows(|store, now| {
                    store.destroy_again(owed, because, next, now);
                    Ok(())
                })
                .await?;
                self.stage.ring();
            }
        }
        Ok(())
    }
}
