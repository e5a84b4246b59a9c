//! What can go wrong with the rows. Those that a person can mend are told to people as they are.

use domain::act::ActError;
use domain::cloud::ResourceKind;
use domain::cluster::ClusterState;
use domain::extension::ExtendError;
use domain::money::OverBudget;
use domain::order::Conflict;
use domain::stay::StayError;

/// It says itself that it stops, was stopped, or is not up yet.
const GOING_OR_COMING: [&str; 3] = ["57P01", "57P02", "57P03"];

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cluster's state forbids the job.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The month has cost as much as it may.
    #[error(transparent)]
    OverBudget(#[from] OverBudget),
    /// Decided on a version of the cluster that is not the present one.
    #[error("{cluster} has changed in the meantime: it is {}. Nothing was started.", domain::text::cluster_state(*.state).to_lowercase())]
    Stale { cluster: String, state: ClusterState },
    /// The key came before, with another ask.
    #[error(
        "This idempotency key was used for another request, which became job #{number}. Nothing was started."
    )]
    KeyReused { number: i64 },
    #[error("There is no cluster \"{0}\".")]
    UnknownCluster(String),
    #[error("There is no job #{0}.")]
    UnknownJob(i64),
    /// The job is not in a state in which that may be done to it.
    #[error(transparent)]
    Act(ActError),
    /// The auto-destroy time that somebody chose is out of range.
    #[error("{0} Nothing was started.")]
    Stay(#[from] StayError),
    /// The auto-destroy time is not moved.
    #[error(transparent)]
    Extend(#[from] ExtendError),
    #[error("A job is at work on {0}. Nothing was changed.")]
    NotIdle(String),
    #[error("There is no schedule {0}.")]
    UnknownSchedule(i64),
    #[error("There is a schedule \"{0}\" already. Nothing was changed.")]
    ScheduleNameTaken(String),
    /// Decided on a version of the schedule that is not the present one.
    #[error("The schedule \"{0}\" has changed in the meantime. Nothing was changed.")]
    ScheduleStale(String),
    #[error("There is no freeze {0}.")]
    UnknownFreeze(i64),
    #[error("There is no receipt {0}.")]
    UnknownReceipt(i64),
    #[error("There is no share {0}.")]
    UnknownShare(i64),
    #[error("The cloud shows no {} with the id \"{id}\". Nothing was changed.", .kind.title())]
    NotShown { kind: ResourceKind, id: String },
    #[error(
        "The role \"{role}\" may not create databases. Somebody who may has to allow it: alter role \"{role}\" createdb;"
    )]
    MayNotCreateDatabases { role: String },
    /// Somebody else holds the claim by now. Whatever this worker was about to write is dropped.
    #[error("the claim has passed to another worker")]
    Fenced,
    /// Another step has this run by now; it cannot be the one that was looked for.
    #[error("the run belongs to another step")]
    RunTaken,
    /// A row holds what this binary cannot read; a newer one wrote it, or a hand.
    #[error("unreadable row: {0}")]
    Unreadable(String),
    #[error("the database did not answer in time")]
    TooSlow,
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// The constraints are the rules; those that can be broken in the course of things have an error of their own.
impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let constraint = error.as_database_error().and_then(|error| error.constraint());
        match constraint {
            Some("trigger_run_is_adopted_once") => Self::RunTaken,
            Some("extension_idempotency_key_is_unique") => Self::Extend(ExtendError::KeyReused),
            _ => Self::Database(error),
        }
    }
}

impl Error {
    /// Whether the database could not be spoken to. It may answer in a moment.
    pub fn is_away(&self) -> bool {
        use sqlx::Error as Cause;
        match self {
            Self::TooSlow => true,
            Self::Database(Cause::PoolTimedOut | Cause::PoolClosed | Cause::Io(_)) => true,
            Self::Database(Cause::Database(told)) => {
                told.code().is_some_and(|code| GOING_OR_COMING.contains(&&*code))
            }
            _ => false,
        }
    }

    /// Whether the person who asked can mend it, so that the text is meant for them.
    pub const fn is_meant_for_people(&self) -> bool {
        matches!(
            self,
            Self::Conflict(_)
                | Self::OverBudget(_)
                | Self::Stale { .. }
                | Self::KeyReused { .. }
                | Self::UnknownCluster(_)
                | Self::UnknownJob(_)
                | Self::Act(_)
                | Self::Stay(_)
                | Self::Extend(_)
                | Self::NotIdle(_)
                | Self::NotShown { .. }
                | Self::UnknownSchedule(_)
                | Self::ScheduleNameTaken(_)
                | Self::ScheduleStale(_)
                | Self::UnknownFreeze(_)
                | Self::UnknownReceipt(_)
                | Self::UnknownShare(_)
                | Self::MayNotCreateDatabases { .. }
        )
    }
}
