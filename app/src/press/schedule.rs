//! A press about a schedule or a freeze: it leads to the list of schedules, to the job that it started, or back to the
//! form with the reason.

use std::sync::Arc;

use domain::actor::{Actor, Role};
use domain::catalogue::Catalogue;
use leptos_router::location::Url;
use store::{Error, Store, Terms};

use crate::error::AppError;
use crate::freeze_form;
use crate::reason;
use crate::respond::see_other;
use crate::schedule_form::ScheduleForm;

const LIST: &str = "/schedules";

/// Who pressed, and about which schedule.
pub struct SchedulePress {
    store: Store,
    catalogue: Arc<Catalogue>,
    actor: Actor,
    /// None for a new one.
    id: Option<i64>,
}

impl SchedulePress {
    /// # Errors
    /// When there is no store or no catalogue.
    pub fn new(id: Option<String>, actor: Actor) -> Result<Self, AppError> {
        let (store, catalogue) = super::world()?;
        // What is no id names no schedule, and the list is where to look then.
        let id = id.filter(|id| !id.is_empty()).map(|id| id.parse().unwrap_or(0));
        Ok(Self { store, catalogue, actor, id })
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn save(self, form: ScheduleForm, expected_version: Option<String>) -> Result<(), AppError> {
        let seen: Option<i64> = expected_version.and_then(|version| version.parse().ok());
        let back = |problem: &str| {
            let form_path = self.id.map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
            let version = seen.map(|seen| format!("&expected_version={seen}")).unwrap_or_default();
            see_other(&format!("{form_path}?problem={problem}{version}{}", form.to_query()));
            Ok(())
        };
        let Ok(draft) = form.draft(&self.catalogue) else { return back("refused") };
        let now = self.store.now().await.map_err(|error| AppError::internal(&error))?;
        let saved = match self.id {
            None => self.store.add_schedule(&draft, &self.actor, now).await.map(|_| ()),
            Some(id) => self.store.change_schedule(id, &draft, seen, &self.actor, now).await,
        };
        match saved {
            Ok(()) => see_other(LIST),
            Err(Error::ScheduleNameTaken(_)) => return back("taken"),
            Err(Error::ScheduleStale(_)) => {
                // With the version of now, so that whoever looks again can decide anew.
                let path = self.id.map_or_else(|| LIST.to_owned(), |id| format!("{LIST}/{id}?problem=stale"));
                see_other(&path);
            }
            Err(error) => return self.elsewhere(error),
        }
        Ok(())
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn pause(self) -> Result<(), AppError> {
        let done = self.store.pause_schedule(self.id.unwrap_or(0), &self.actor).await;
        self.to_list(done)
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn resume(self) -> Result<(), AppError> {
        let now = self.store.now().await.map_err(|error| AppError::internal(&error))?;
        let done = self.store.resume_schedule(self.id.unwrap_or(0), &self.actor, now).await;
        self.to_list(done)
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn delete(self) -> Result<(), AppError> {
        let done = self.store.delete_schedule(self.id.unwrap_or(0), &self.actor).await;
        self.to_list(done)
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn run_now(self, role: Role, idempotency_key: Option<String>) -> Result<(), AppError> {
        let id = self.id.unwrap_or(0);
        let found = self.store.schedule(id).await.map_err(|error| AppError::internal(&error))?;
        let Some(schedule) = found else {
            see_other(LIST);
            return Ok(());
        };
        // What destroys a cluster at once has pages of its own, which say what is lost.
        let cluster = Url::escape(&schedule.ask.cluster);
        match schedule.ask.routine.as_str() {
            "down" => {
                see_other(&format!("/clusters/{cluster}/destroy"));
                return Ok(());
            }
            "resize" => {
                let size = schedule.ask.size.map(|size| format!("?size={size}")).unwrap_or_default();
                see_other(&format!("/clusters/{cluster}/resize{size}"));
                return Ok(());
            }
            _ => {}
        }
        let back = || {
            see_other(&format!("{LIST}?not_run={id}"));
            Ok(())
        };
        let Ok(order) = schedule.order(&self.catalogue) else { return back() };
        let terms = Terms {
            idempotency_key: super::usable_key(idempotency_key),
            limit: self.catalogue.limit_of(role),
            ..Terms::default()
        };
        match self.store.accept(&order, &self.actor, &terms).await {
            Ok(accepted) => see_other(&format!("/jobs/{}", accepted.number)),
            Err(error) if error.is_meant_for_people() => return back(),
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    fn to_list(&self, done: Result<(), Error>) -> Result<(), AppError> {
        match done {
            Ok(()) => see_other(LIST),
            Err(error) => return self.elsewhere(error),
        }
        Ok(())
    }

    /// A schedule that is gone is not in the list, and that says it.
    fn elsewhere(&self, error: Error) -> Result<(), AppError> {
        if !matches!(error, Error::UnknownSchedule(_)) {
            return Err(AppError::internal(&error));
        }
        see_other(LIST);
        Ok(())
    }
}

/// What was entered in the form of a freeze.
pub struct FreezePress {
    pub from: String,
    pub from_time: String,
    pub until: String,
    pub until_time: String,
    pub zone: String,
    pub cluster: String,
    pub because: String,
}

impl FreezePress {
    /// # Errors
    /// When the store cannot be reached.
    pub async fn add(self, actor: &Actor) -> Result<(), AppError> {
        let (store, catalogue) = super::world()?;
        let now = store.now().await.map_err(|error| AppError::internal(&error))?;
        let cluster = Some(self.cluster.trim()).filter(|cluster| !cluster.is_empty());
        let is_known = cluster.is_none_or(|cluster| catalogue.cluster(cluster).is_some());
        let from = freeze_form::joined(&self.from, &self.from_time);
        let until = freeze_form::joined(&self.until, &self.until_time);
        let times = freeze_form::read(&from, &until, &self.zone, now);
        let (Ok((from, until)), Ok(because), true) = (times, reason::required(&self.because), is_known)
        else {
            see_other(&self.path_back());
            return Ok(());
        };
        let added = store.add_freeze(from, until, cluster, &because, actor).await;
        added.map_err(|error| AppError::internal(&error))?;
        see_other(LIST);
        Ok(())
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn remove(id: Option<String>, actor: &Actor) -> Result<(), AppError> {
        let (store, _) = super::world()?;
        let id = id.and_then(|id| id.parse().ok()).unwrap_or(0);
        match store.remove_freeze(id, actor).await {
            Ok(()) | Err(Error::UnknownFreeze(_)) => see_other(LIST),
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    fn path_back(&self) -> String {
        let entered = [
            ("from", &self.from),
            ("from_time", &self.from_time),
            ("until", &self.until),
            ("until_time", &self.until_time),
            ("zone", &self.zone),
            ("cluster", &self.cluster),
            ("because", &self.because),
        ];
        let entered: String = entered
            .into_iter()
            .map(|(name, value)| {
                let kept: String = value.chars().take(reason::LONGEST + 1).collect();
                format!("&{name}={}", Url::escape(&kept))
            })
            .collect();
        format!("{LIST}/freeze?problem=refused{entered}")
    }
}
