//! A press about a share: it leads to the list, where a new link is told once, or back to the form.

use std::sync::Arc;

use domain::actor::Actor;
use domain::catalogue::Catalogue;
use leptos_router::location::Url;
use store::{Error, Store};

use crate::error::AppError;
use crate::respond::see_other;
use crate::share_form::ShareText;
use crate::told_once;

const LIST: &str = "/shares";

/// What is typed to end all links at once.
pub const REVOKE_WORDS: &str = "revoke all";

pub struct SharePress {
    store: Store,
    catalogue: Arc<Catalogue>,
    actor: Actor,
}

impl SharePress {
    /// # Errors
    /// When there is no store or no catalogue.
    pub fn new(actor: Actor) -> Result<Self, AppError> {
        let (store, catalogue) = super::world()?;
        Ok(Self { store, catalogue, actor })
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn create(self, text: &ShareText) -> Result<(), AppError> {
        let Ok(draft) = text.draft(&self.catalogue.share) else {
            see_other(&format!("{LIST}/new?problem=refused{}", text.to_query()));
            return Ok(());
        };
        match self.store.create_share(&draft, &self.actor).await {
            Ok((share, token)) => {
                told_once::keep(&token);
                see_other(&format!("{LIST}?made={}", share.id));
            }
            // Its page says that it is not there.
            Err(error) if error.is_meant_for_people() => {
                see_other(&format!("{LIST}/new?problem=refused{}", text.to_query()));
            }
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn revoke(self, id: Option<String>) -> Result<(), AppError> {
        let id = id.and_then(|id| id.parse().ok()).unwrap_or(0);
        match self.store.revoke_share(id, &self.actor).await {
            Ok(()) | Err(Error::UnknownShare(_)) => see_other(LIST),
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn revoke_all(self, typed: Option<String>, cluster: Option<String>) -> Result<(), AppError> {
        // No row has such a name, and the database would not take it.
        let cluster = cluster.filter(|name| !name.is_empty()).map(|name| name.replace('\0', ""));
        let words = cluster.as_deref().unwrap_or(REVOKE_WORDS);
        if typed.unwrap_or_default().trim() != words {
            let of = cluster.map(|name| format!("&cluster={}", Url::escape(&name))).unwrap_or_default();
            see_other(&format!("{LIST}/revoke?problem=words{of}"));
            return Ok(());
        }
        let revoked = self.store.revoke_shares(cluster.as_deref(), &self.actor).await;
        revoked.map_err(|error| AppError::internal(&error))?;
        see_other(LIST);
        Ok(())
    }
}
