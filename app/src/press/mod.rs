//! What a press of a form's button leads to: a job, or the form again with the reason.

mod act;
mod debt;
mod ending;
mod schedule;
mod share;

use std::sync::Arc;

use domain::actor::{Admitted, Role};
use domain::catalogue::Catalogue;
use domain::order::Order;
use domain::stay::StayError;
use leptos::prelude::use_context;
use leptos_router::location::Url;
use store::{Error, Store, Terms};

use crate::ask::{AskText, AskTextError};
use crate::components::seal::version_of;
use crate::confirmation::must_type_name;
use crate::error::AppError;
use crate::problem::Problem;
use crate::respond::see_other;

pub use act::JobPress;
pub use debt::ClusterPress;
pub use ending::Move;
pub use schedule::{FreezePress, SchedulePress};
pub use share::{REVOKE_WORDS, SharePress};

/// No key of ours is longer.
const LONGEST_KEY: usize = 100;

/// How much of what was entered comes back with the form.
const LONGEST_ENTRY: usize = 200;

/// The page on which a button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormPage {
    Start,
    Resize,
    Deploy,
    Destroy,
    Routine,
}

/// A press, with everything still as the form sent it.
pub struct Press {
    ask: AskText,
    terms: Terms,
}

impl Press {
    pub fn new(routine: &str, cluster: Option<String>) -> Self {
        let ask = AskText {
            routine: routine.trim().to_owned(),
            cluster: cluster.unwrap_or_default().trim().to_owned(),
            ..AskText::default()
        };
        Self { ask, terms: Terms::default() }
    }

    pub fn size(mut self, size: Option<String>) -> Self {
        self.ask.size = size.unwrap_or_default();
        self
    }

    pub fn service(mut self, service: Option<String>) -> Self {
        self.ask.service = service.unwrap_or_default();
        self
    }

    pub fn staying(mut self, lifetime: Option<String>, until: Option<String>) -> Self {
        self.ask.lifetime = lifetime.unwrap_or_default();
        self.ask.until = until.unwrap_or_default();
        self
    }

    pub fn sealed(mut self, expected_version: Option<String>, idempotency_key: Option<String>) -> Self {
        self.terms = terms_of(expected_version.as_deref(), idempotency_key);
        self
    }

    /// The same where the key travels alone, with the button that was pressed.
    pub fn sealed_by(self, idempotency_key: Option<String>) -> Self {
        let version = idempotency_key.as_deref().and_then(version_of).map(str::to_owned);
        self.sealed(version, idempotency_key)
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn accept(mut self, by: &Admitted, page: FormPage) -> Result<(), AppError> {
        let (store, catalogue) = world()?;
        self.terms.limit = catalogue.limit_of(by.role);
        match self.ask.order(&catalogue) {
            Ok(order) => self.send(&store, &order, by, page).await,
            Err(AskTextError::Stay(_)) => {
                self.go_back(page, Problem::Lifetime);
                Ok(())
            }
            Err(_) => {
                self.go_back(page, Problem::Refused);
                Ok(())
            }
        }
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn accept_routine(mut self, by: &Admitted) -> Result<(), AppError> {
        let (_, catalogue) = world()?;
        if let Some(routine) = catalogue.routine(&self.ask.routine) {
            if routine.begins_with_destroy() {
                let page = if routine.creates_cluster() { FormPage::Resize } else { FormPage::Destroy };
                see_other(&page.path(&self.ask));
                return Ok(());
            }
            // The one form offers every field; a routine that takes no size or service has no use for them.
            self.ask.leave_out_what_is_not_taken(routine);
        }
        self.accept(by, FormPage::Routine).await
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn accept_destroy(self, by: &Admitted, typed_name: String) -> Result<(), AppError> {
        let (store, _) = world()?;
        let cluster = store.cluster(&self.ask.cluster).await.map_err(|error| AppError::internal(&error))?;
        if let Some(cluster) = cluster
            && typed_name.trim() != cluster.name
            && must_type_name(&store, &cluster, &by.actor)
                .await
                .map_err(|error| AppError::internal(&error))?
                .is_some()
        {
            self.go_back(FormPage::Destroy, Problem::Name { typed: typed_name });
            return Ok(());
        }
        self.accept(by, FormPage::Destroy).await
    }

    async fn send(
        mut self,
        store: &Store,
        order: &Order,
        by: &Admitted,
        page: FormPage,
    ) -> Result<(), AppError> {
        self.terms.role = by.role;
        match store.accept(order, &by.actor, &self.terms).await {
            Ok(accepted) => see_other(&format!("/jobs/{}", accepted.number)),
            Err(Error::Conflict(_) | Error::UnknownCluster(_)) => self.go_back(page, Problem::Refused),
            Err(Error::OverBudget(_)) => self.go_back(page, Problem::Budget),
            Err(Error::Stay(StayError::UpAlready { .. })) => self.go_back(page, Problem::UpAlready),
            Err(Error::Stay(_)) => self.go_back(page, Problem::Lifetime),
            Err(Error::Stale { .. }) => self.go_back(page, Problem::Stale),
            Err(Error::KeyReused { number }) => self.go_back(page, Problem::Used { job: number }),
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    /// Back to the form with what was entered. The reason travels as a code; its text is found again there.
    fn go_back(&self, page: FormPage, problem: Problem) {
        let path = page.path(&self.ask);
        let joint = if path.contains('?') { '&' } else { '?' };
        let entered = [
            ("size", &self.ask.size),
            ("service", &self.ask.service),
            ("lifetime", &self.ask.lifetime),
            ("until", &self.ask.until),
        ];
        let entered = entered
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.chars().take(LONGEST_ENTRY).collect::<String>()))
            .map(|(name, value)| format!("&{name}={}", Url::escape(&value)))
            .collect::<String>();
        see_other(&format!("{path}{joint}{}{entered}", problem.to_query()));
    }
}

impl FormPage {
    fn path(self, ask: &AskText) -> String {
        let cluster = Url::escape(&ask.cluster);
        match self {
            Self::Start => format!("/clusters/{cluster}/start"),
            Self::Resize => format!("/clusters/{cluster}/resize"),
            Self::Deploy => format!("/clusters/{cluster}/deploy"),
            Self::Destroy => format!("/clusters/{cluster}/destroy"),
            Self::Routine => format!("/jobs/new?routine={}&cluster={cluster}", Url::escape(&ask.routine)),
        }
    }
}

/// What is no version and no key is left out.
fn terms_of(expected_version: Option<&str>, idempotency_key: Option<String>) -> Terms {
    Terms {
        idempotency_key: usable_key(idempotency_key),
        expected_version: expected_version.and_then(|version| version.parse().ok()),
        limit: None,
        role: Role::default(),
    }
}

fn usable_key(key: Option<String>) -> Option<String> {
    key.filter(|key| !key.is_empty() && key.len() <= LONGEST_KEY)
}

fn world() -> Result<(Store, Arc<Catalogue>), AppError> {
    use_context::<Store>().zip(use_context::<Arc<Catalogue>>()).ok_or_else(AppError::without_context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::seal::Seal;

    #[test]
    fn a_name_from_outside_stays_inside_its_path_segment() {
        let ask = AskText { cluster: "../../x?y=//evil".into(), ..AskText::default() };
        let path = FormPage::Start.path(&ask);
        assert!(path.starts_with("/clusters/") && path.ends_with("/start"), "{path}");
        assert_eq!(path.matches('/').count(), 3, "{path}");
        assert!(!path.contains('?'), "{path}");
    }

    #[test]
    fn a_key_alone_says_on_which_version_the_press_was_decided() {
        let key = Seal::fresh().key(7);
        let press = Press::new("guide", None).sealed_by(Some(key.clone()));
        assert_eq!((press.terms.expected_version, press.terms.idempotency_key), (Some(7), Some(key)));
        assert_eq!(Press::new("guide", None).sealed_by(Some("k".into())).terms.expected_version, None);
    }

    #[test]
    fn what_is_no_version_and_no_key_is_left_out() {
        let press = Press::new("up", None).sealed(Some("new".into()), Some("k".repeat(LONGEST_KEY + 1)));
        assert_eq!(press.terms.expected_version, None);
        assert_eq!(press.terms.idempotency_key, None);
    }
}
