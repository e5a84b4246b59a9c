//! The loop that keeps a destroy planted at the CI for each debt, and hears what became of it when its hour has come.
//!
//! What should stand follows from the debt, each time anew; what is known to stand is in rows. A backup that cannot be
//! planted keeps nothing from starting: it is tried again, and said.

use std::time::Duration;

use domain::backup::{BackupDestroy, BackupRun, BackupState, Stand, Wish, wish};
use domain::obligation::{Duty, duty, pause_after_failure};
use store::{Debts, Error, OwedDestroy};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Engine;
use crate::providers::{BackupPlanter, ProviderError, TriggerError};

/// How often what stands is compared with what should: as often as a run is looked at, within these bounds.
const EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));
/// How long one round may take: some calls for each debt.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long one that is worked on is hidden from other replicas: longer than its calls may take.
const HOLD: Duration = Duration::from_secs(90);
/// What was refused is refused again: a person has to do something.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(15 * 60);

/// Keeps backup destroys planted until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    let pause = engine.pace.poll.to_std().unwrap_or_default().clamp(EVERY.0, EVERY.1);
    while !shutdown.is_cancelled() {
        match timeout(PATIENCE, engine.keep_backups()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(%error, "the backup destroys could not be looked at"),
            Err(_) => warn!("the backup destroys could not be looked at in time"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(pause) => {}
        }
    }
}

/// What was tried at the CI and did not work.
struct Failed {
    is_refused: bool,
    asked: Option<Duration>,
    what: String,
}

impl Engine {
    /// Plants, moves and removes what does not stand as it should, and hears what became of those whose hour has come.
    ///
    /// # Errors
    /// When the database does not answer. That a CI does not is written down.
    pub async fn keep_backups(&self) -> Result<(), Error> {
        self.hear_of_backups().await?;
        let Debts { readable, unreadable } = self.store.debts().await?;
        let mut standing = self.store.standing_backups().await?;
        // A debt that cannot be read keeps its backup: nobody else may be able to pay it.
        standing.retain(|backup| unreadable.iter().all(|debt| debt.id != backup.obligation));
        for debt in &readable {
            let own: Vec<BackupDestroy> =
                standing.extract_if(.., |backup| backup.obligation == debt.obligation.id).collect();
            self.keep_backups_of(debt, own).await?;
        }
        // What is left belongs to debts that are settled.
        self.remove_backups(&standing).await
    }

    /// Asks the CI what became of the backups whose hour has come, of debts that are due.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn hear_of_backups(&self) -> Result<(), Error> {
        for OwedDestroy { obligation, is_busy, now } in self.store.unsettled_obligations().await? {
            if duty(&obligation, is_busy, now) != Duty::Destroy {
                continue;
            }
            for backup in self.store.backups_of(obligation.id).await? {
                let is_over = backup.run.as_ref().is_some_and(|run| run.status.is_final());
                if backup.has_come(now) && !is_over && self.store.take_standing_backup(&backup, HOLD).await? {
                    self.hear_of(&backup).await?;
                }
            }
        }
        Ok(())
    }

    async fn hear_of(&self, backup: &BackupDestroy) -> Result<(), Error> {
        let pause = self.pace.poll.to_std().unwrap_or_default();
        match self.run_of(backup).await {
            Ok(run) => self.store.backup_asked(backup, run.as_ref(), pause).await,
            Err(failed) => {
                let pause = failed.asked.unwrap_or(pause);
                self.store.backup_failed(backup, failed.is_refused, &failed.what, pause).await
            }
        }
    }

    /// The newest run that the schedule has started, if it has.
    async fn run_of(&self, backup: &BackupDestroy) -> Result<Option<BackupRun>, Failed> {
        let target = &backup.target;
        let who = target.provider.title();
        let planter = self.planter_for(backup)?;
        let fired = self.noted(who, planter.fired(backup).await).await.map_err(Failed::from)?;
        let Some(newest) = fired.last() else { return Ok(None) };
        let ci =
            self.providers.ci(target.provider).map_err(|missing| Failed::refused(missing.to_string()))?;
        let report = self.noted(who, ci.look(target, &newest.run).await).await.map_err(Failed::from)?;
        Ok(Some(BackupRun { run: report.run, status: report.status, began_at: newest.at }))
    }

    async fn keep_backups_of(&self, debt: &OwedDestroy, own: Vec<BackupDestroy>) -> Result<(), Error> {
        let OwedDestroy { obligation, is_busy, now } = debt;
        let stands = match wish(obligation, *is_busy, &own, self.backup, *now) {
            Wish::These(stands) => stands,
            Wish::Nothing(_) => return self.remove_backups(&own).await,
        };
        for stand in &stands {
            let known = own.iter().find(|backup| backup.position == stand.position);
            let stands_so = known.is_some_and(|backup| {
                backup.state == BackupState::Planted
                    && backup.fires_at == Some(stand.fires_at)
                    && backup.target == stand.target
            });
            let is_due = known.is_none_or(|backup| backup.next_attempt_at <= *now);
            if !stands_so
                && is_due
                && let Some(backup) = self.store.take_backup(obligation.id, stand, HOLD).await?
            {
                self.keep(&obligation.cluster, stand, &backup).await?;
            }
        }
        let beyond: Vec<BackupDestroy> = own
            .into_iter()
            .filter(|backup| stands.iter().all(|stand| stand.position != backup.position))
            .collect();
        self.remove_backups(&beyond).await
    }

    async fn keep(&self, cluster: &str, stand: &Stand, backup: &BackupDestroy) -> Result<(), Error> {
        let is_elsewhere = backup.target.project != stand.target.project;
        let kept = if is_elsewhere && backup.may_stand() {
            // It stands in a project that the teardown does not know any more.
            self.uproot(backup).await.map(|()| None)
        } else {
            self.plant_or_shift(cluster, stand, backup).await?
        };
        match kept {
            Ok(Some(schedule)) => {
                info!(cluster, hour = %stand.fires_at, branch = stand.target.branch, "a backup destroy is planted");
                self.store.backup_planted(backup.obligation, stand, &schedule).await
            }
            Ok(None) => self.store.backup_gone(backup, BackupState::Removed).await,
            Err(failed) => {
                warn!(cluster, error = failed.what, "a backup destroy could not be planted");
                self.failed(backup, failed).await
            }
        }
    }

    /// Gives the id under which it stands now; none when what was known to stand is gone.
    async fn plant_or_shift(
        &self,
        cluster: &str,
        stand: &Stand,
        backup: &BackupDestroy,
    ) -> Result<Result<Option<String>, Failed>, Error> {
        let planter = match self.planter_for(backup) {
            Ok(planter) => planter,
            Err(failed) => return Ok(Err(failed)),
        };
        let name = format!(
            "Cluster Head: backup destroy of {cluster}, debt {}, stack {} [{}]",
            backup.obligation, backup.position, backup.mark
        );
        let known = match &backup.schedule {
            Some(id) => Some(id.clone()),
            // There is never a second one.
            None if backup.is_unclear => match self.only_one(planter, stand, &backup.mark).await {
                Ok(found) => found,
                Err(failed) => return Ok(Err(failed)),
            },
            None => None,
        };
        match known {
            Some(id) => Ok(self.shift(planter, id, &name, stand).await),
            None => self.plant(planter, &name, stand, backup).await,
        }
    }

    async fn shift(
        &self,
        planter: &dyn BackupPlanter,
        id: String,
        name: &str,
        stand: &Stand,
    ) -> Result<Option<String>, Failed> {
        match self.noted(planter.kind().title(), planter.shift(&id, name, stand).await).await {
            Ok(()) => Ok(Some(id)),
            Err(ProviderError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The intent is committed before the call leaves.
    async fn plant(
        &self,
        planter: &dyn BackupPlanter,
        name: &str,
        stand: &Stand,
        backup: &BackupDestroy,
    ) -> Result<Result<Option<String>, Failed>, Error> {
        self.store.backup_is_sent(backup).await?;
        let planted = self.noted(planter.kind().title(), planter.plant(name, stand).await).await;
        if planted.as_ref().is_err_and(|error| !matches!(error, TriggerError::Unknown(_))) {
            self.store.backup_was_not_planted(backup).await?;
        }
        Ok(planted.map(Some).map_err(Failed::from))
    }

    /// What stands already with this mark. Of several all but one are removed.
    async fn only_one(
        &self,
        planter: &dyn BackupPlanter,
        stand: &Stand,
        mark: &str,
    ) -> Result<Option<String>, Failed> {
        let who = stand.target.provider.title();
        let mut found = self.noted(who, planter.planted(&stand.target, mark).await).await?;
        let kept = found.pop();
        for twin in found {
            self.noted(who, planter.remove(&twin).await).await?;
        }
        Ok(kept)
    }

    async fn remove_backups(&self, backups: &[BackupDestroy]) -> Result<(), Error> {
        for backup in backups.iter().filter(|backup| backup.state != BackupState::Removed) {
            if !self.store.take_standing_backup(backup, HOLD).await? {
                continue;
            }
            match self.uproot(backup).await {
                Ok(()) => self.store.backup_gone(backup, BackupState::Removed).await?,
                Err(failed) => {
                    warn!(error = failed.what, "a backup destroy could not be removed");
                    self.failed(backup, failed).await?;
                }
            }
        }
        Ok(())
    }

    /// Removes what stands, also what was planted and whose answer was lost.
    async fn uproot(&self, backup: &BackupDestroy) -> Result<(), Failed> {
        if !backup.may_stand() {
            return Ok(());
        }
        let planter = self.planter_for(backup)?;
        let who = backup.target.provider.title();
        let ids = match &backup.schedule {
            Some(id) => vec![id.clone()],
            None => self.noted(who, planter.planted(&backup.target, &backup.mark).await).await?,
        };
        for id in ids {
            self.noted(who, planter.remove(&id).await).await?;
        }
        Ok(())
    }

    async fn failed(&self, backup: &BackupDestroy, failed: Failed) -> Result<(), Error> {
        let of = [backup.obligation, backup.position.into()];
        let own = pause_after_failure(&of, backup.failures + 1).to_std().unwrap_or_default();
        let own = if failed.is_refused { PAUSE_AFTER_REFUSAL } else { own };
        let pause = failed.asked.map_or(own, |asked| asked.max(own));
        self.store.backup_failed(backup, failed.is_refused, &failed.what, pause).await
    }

    fn planter_for(&self, backup: &BackupDestroy) -> Result<&dyn BackupPlanter, Failed> {
        self.providers.planter(backup.target.provider).map_err(Failed::refused)
    }
}

impl Failed {
    const fn refused(what: String) -> Self {
        Self { is_refused: true, asked: None, what }
    }
}

impl From<ProviderError> for Failed {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Transient { after, what } => Self { is_refused: false, asked: after, what },
            ProviderError::Garbled(what) => Self { is_refused: false, asked: None, what },
            ProviderError::Rejected(what)
            | ProviderError::Unauthorized(what)
            | ProviderError::NotFound(what) => Self::refused(what),
        }
    }
}

impl From<TriggerError> for Failed {
    fn from(error: TriggerError) -> Self {
        match error {
            TriggerError::Unsent { after, what } => Self { is_refused: false, asked: after, what },
            TriggerError::Unknown(what) => Self { is_refused: false, asked: None, what },
            TriggerError::Rejected(what) | TriggerError::Unauthorized(what) => Self::refused(what),
        }
    }
}
