//! Presses that move the auto-destroy time of a cluster.

use domain::Time;
use domain::actor::Role;
use domain::extension::ExtendError;
use store::{Error, Wish};

use super::debt::ClusterPress;
use super::usable_key;
use crate::act_problem::ActProblem;
use crate::error::AppError;
use crate::respond::see_other;
use crate::stay;

/// A move, with everything still as the form sent it.
pub struct Move {
    /// "1h", "until", "none".
    pub by: String,
    pub until: String,
    pub seen: Option<String>,
    pub idempotency_key: Option<String>,
    pub role: Role,
}

impl ClusterPress {
    /// # Errors
    /// When the store cannot be reached.
    pub async fn extend(self, wanted: Move) -> Result<(), AppError> {
        let Move { by, until, seen, idempotency_key, role } = wanted;
        let entered = [("by", by.as_str()), ("until", until.as_str())];
        let back = |problem| self.go_back("extend", problem, &entered);
        let Ok(stay) = stay::read(&by, &until) else { return back(ActProblem::Time) };
        let wish = Wish {
            stay,
            seen: seen.as_deref().and_then(read_seen),
            idempotency_key: usable_key(idempotency_key),
            role,
        };
        match self.store.extend(&self.cluster, &wish, &self.actor).await {
            Ok(_) | Err(Error::UnknownCluster(_)) => see_other(&self.path()),
            Err(Error::Extend(ExtendError::OutOfRange(_))) => return back(ActProblem::Time),
            Err(Error::Extend(ExtendError::Moved { .. } | ExtendError::KeyReused)) => {
                return back(ActProblem::Moved);
            }
            Err(error) if error.is_meant_for_people() => return back(ActProblem::Refused),
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn undo_extension(self, extension: String) -> Result<(), AppError> {
        match self.store.undo_extension(&self.cluster, extension.parse().ok(), &self.actor).await {
            Ok(_) | Err(Error::UnknownCluster(_)) => see_other(&self.path()),
            Err(error) if error.is_meant_for_people() => {
                return self.go_back("extend", ActProblem::NoUndo, &[]);
            }
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }
}

/// What means nothing was not seen: then the press moves nothing, since no end is at the beginning of time.
fn read_seen(text: &str) -> Option<Option<Time>> {
    match text.trim() {
        "" => None,
        stay::NO_END => Some(None),
        time => Some(Some(time.parse().unwrap_or(Time::UNIX_EPOCH))),
    }
}
