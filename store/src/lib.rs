//! The rows, and all SQL of the product.
//!
//! Every method leaves the database in a state that a crash right after it cannot spoil: what belongs together is
//! written in one transaction, and what a worker writes carries the fence of its claim.
//! After a commit that a page may show, one NOTIFY says "look": a hint only, the rows are the truth.

mod accept;
mod acts;
mod announcements;
mod audit;
mod backups;
mod beside;
mod changes;
mod claims;
mod clusters;
mod connections;
mod contacts;
mod debts;
mod deliveries;
mod drills;
mod endings;
mod error;
mod extensions;
mod freezes;
mod history;
mod jobs;
mod obligations;
mod observations;
mod patience;
mod people;
mod prices;
mod receipts;
mod record;
mod replicas;
mod rescue;
mod rows;
mod schedule_runs;
mod schedules;
mod sessions;
mod shares;
mod snapshot;
mod steps;
mod strays;
mod transitions;
mod up_times;

pub use accept::{Accepted, Terms};
pub use acts::Act;
pub use announcements::{Announcement, Button};
pub use audit::{Audit, BrokenLink};
pub use changes::{ChangeListener, Changed, ChangedRow};
pub use claims::{Claim, Kind, Turn};
pub use contacts::ProviderContact;
pub use debts::{Adoption, Alarm};
pub use deliveries::{Delivery, REMEMBERED_DAYS};
pub use drills::Drill;
pub use error::Error;
pub use extensions::{Extended, Wish};
pub use history::EndedJob;
pub use jobs::{JobCounts, JobFilter, JobGroup};
pub use obligations::{Debts, OwedDestroy, UnreadableDebt};
pub use observations::AcceptedLeftover;
pub use patience::in_time;
pub use receipts::ReceiptFilter;
pub use replicas::Absence;
pub use schedule_runs::{DueSchedule, Heeded};
pub use schedules::Added;
pub use sessions::{Session, SessionToken};
pub use shares::ShareToken;
pub use snapshot::Snapshot;
pub use up_times::ThisMonth;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{PgPool, PgTransaction};

/// The migrations, compiled in once. A database that a newer binary has migrated is no obstacle: what a migration leaves
/// behind still fits the binary before it.
pub static MIGRATOR: Migrator = Migrator { ignore_missing: true, ..sqlx::migrate!("../migrations") };

/// The database of one Cluster Head. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
}

impl Store {
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Connects, waiting up to ten seconds for a connection, with at most so many at a time.
    ///
    /// # Errors
    /// When the URL cannot be read or nobody answers.
    pub async fn connect(database_url: &str, connections: u32) -> Result<Self, Error> {
        Self::connect_with(database_url.parse()?, connections).await
    }

    /// As [`Store::connect`].
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn connect_with(database: PgConnectOptions, connections: u32) -> Result<Self, Error> {
        let database = connections::without_idlers(database);
        Ok(Self { pool: connections::pool(connections).connect_with(database).await? })
    }

    /// Brings the schema up to date. Safe to call from several replicas at once. A schema that is newer than this binary
    /// is left as it is.
    ///
    /// # Errors
    /// When a migration fails, or is not the one that ran under its number.
    pub async fn migrate(&self) -> Result<(), Error> {
        Ok(MIGRATOR.run(&self.pool).await?)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        sqlx::query!("select 1 as one").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// The database's time: the only clock that all replicas share.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn now(&self) -> Result<domain::Time, Error> {
        Ok(sqlx::query_scalar!(r#"select now() as "now!""#).fetch_one(&self.pool).await?)
    }

    /// A transaction that gives up when it has waited two seconds for a row: who holds the rows of one cluster keeps no
    /// other waiting.
    pub(crate) async fn begin_impatiently(&self) -> Result<PgTransaction<'static>, Error> {
        Ok(self.pool.begin_with("begin; set local lock_timeout = '2s'").await?)
    }

    /// Gives every connection back and closes them.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
