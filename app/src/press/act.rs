//! A press on a job that is there: it leads to the job's page, or back to the form with the reason.

use std::sync::Arc;

use domain::actor::{Actor, Role};
use domain::catalogue::Catalogue;
use domain::job::JobWithSteps;
use domain::stay::Stay;
use domain::step::Step;
use leptos::prelude::use_context;
use leptos_router::location::Url;
use store::{Error, Store};

use crate::act_problem::ActProblem;
use crate::answer;
use crate::components::seal::version_of;
use crate::error::AppError;
use crate::reason;
use crate::respond::see_other;
use crate::stay;

/// Who pressed, and on which job.
pub struct JobPress {
    store: Store,
    actor: Actor,
    /// As the form sent it.
    job: String,
}

impl JobPress {
    /// # Errors
    /// When there is no store.
    pub fn new(job: Option<String>, actor: Actor) -> Result<Self, AppError> {
        let store = use_context::<Store>().ok_or_else(AppError::without_context)?;
        Ok(Self { store, actor, job: job.unwrap_or_default().trim().to_owned() })
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn cancel(self, because: String) -> Result<(), AppError> {
        let Some(number) = self.number() else { return Ok(()) };
        let entered = [("because", because.as_str())];
        let Ok(reason) = reason::optional(&because) else {
            return self.go_back("cancel", ActProblem::Reason, &entered);
        };
        let done = self.store.cancel(number, &self.actor, reason.as_deref()).await;
        self.lead_on("cancel", done, &entered, |job| job.job.cancelled.is_some()).await
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn leave_up(self, length: String, until: String, because: String) -> Result<(), AppError> {
        let Some(number) = self.number() else { return Ok(()) };
        let entered = [("for", length.as_str()), ("until", until.as_str()), ("because", because.as_str())];
        let catalogue = use_context::<Arc<Catalogue>>().ok_or_else(AppError::without_context)?;
        let Some(job) = self.store.job(number).await.map_err(|error| AppError::internal(&error))? else {
            see_other(&self.path());
            return Ok(());
        };
        let now = self.store.now().await.map_err(|error| AppError::internal(&error))?;
        let latest = stay::latest(&catalogue, &job.job.cluster, now);
        let end = match Stay::from_form(&length, &until).map(|stay| stay::end(stay, now)) {
            Ok(end) if stay::check(end, latest, now).is_ok() => end,
            _ => return self.go_back("leave-up", ActProblem::Time, &entered),
        };
        let Ok(reason) = reason::optional(&because) else {
            return self.go_back("leave-up", ActProblem::Reason, &entered);
        };
        let done = self.store.leave_up(number, &self.actor, end, latest, reason.as_deref()).await;
        self.lead_on("leave-up", done, &entered, |job| job.job.abandoned.is_some()).await
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn answer(self, step: String, says: String, run: Option<String>) -> Result<(), AppError> {
        let Some(number) = self.number() else { return Ok(()) };
        let position = step.parse().unwrap_or_default();
        let Some(answer) = answer::read(&says, run) else {
            see_other(&format!("{}?problem=answer&step={position}", self.path()));
            return Ok(());
        };
        match self.store.answer(number, position, answer.clone(), &self.actor).await {
            Ok(()) | Err(Error::UnknownJob(_)) => see_other(&self.path()),
            Err(error) if error.is_meant_for_people() => {
                let said = |step: &Step| {
                    step.position == position
                        && step.answer.as_ref().is_some_and(|given| given.answer == answer)
                };
                let place = if self.job_is(|job| job.steps.iter().any(said)).await? {
                    self.path()
                } else {
                    format!("{}?problem=answer&step={position}", self.path())
                };
                see_other(&place);
            }
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn resume(
        self,
        from: String,
        idempotency_key: Option<String>,
        role: Role,
    ) -> Result<(), AppError> {
        let Some(number) = self.number() else { return Ok(()) };
        let catalogue = use_context::<Arc<Catalogue>>().ok_or_else(AppError::without_context)?;
        let mut terms =
            super::terms_of(idempotency_key.as_deref().and_then(version_of), idempotency_key.clone());
        terms.limit = catalogue.limit_of(role);
        terms.role = role;
        let entered = [("from", from.as_str())];
        let back = |problem| self.go_back("resume", problem, &entered);
        match self.store.resume(number, from.parse().unwrap_or_default(), &self.actor, &terms).await {
            Ok(accepted) => see_other(&format!("/jobs/{}", accepted.number)),
            Err(Error::UnknownJob(_)) => see_other(&self.path()),
            Err(Error::OverBudget(_)) => return back(ActProblem::Budget),
            Err(Error::Stale { .. }) => return back(ActProblem::Stale),
            Err(Error::KeyReused { number }) => return back(ActProblem::Used { job: number }),
            Err(error) if error.is_meant_for_people() => return back(ActProblem::Refused),
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    /// None when the form names no job; the browser is then sent to the page that says so.
    fn number(&self) -> Option<i64> {
        let number = self.job.parse().ok();
        if number.is_none() {
            see_other(&self.path());
        }
        number
    }

    fn path(&self) -> String {
        format!("/jobs/{}", Url::escape(&self.job))
    }

    /// To the job once it is done. What somebody has wished before is done too: a second press is no mistake.
    async fn lead_on(
        &self,
        form: &str,
        done: Result<(), Error>,
        entered: &[(&str, &str)],
        is_wished: impl Fn(&JobWithSteps) -> bool,
    ) -> Result<(), AppError> {
        match done {
            Ok(()) | Err(Error::UnknownJob(_)) => see_other(&self.path()),
            Err(error) if error.is_meant_for_people() => {
                if self.job_is(is_wished).await? {
                    see_other(&self.path());
                } else {
                    return self.go_back(form, ActProblem::Refused, entered);
                }
            }
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    async fn job_is(&self, so: impl Fn(&JobWithSteps) -> bool) -> Result<bool, AppError> {
        let Ok(number) = self.job.parse() else { return Ok(false) };
        let job = self.store.job(number).await.map_err(|error| AppError::internal(&error))?;
        Ok(job.is_some_and(|job| so(&job)))
    }

    fn go_back(&self, form: &str, problem: ActProblem, entered: &[(&str, &str)]) -> Result<(), AppError> {
        see_other(&problem.path_back(&format!("{}/{form}", self.path()), entered));
        Ok(())
    }
}
