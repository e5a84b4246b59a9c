//! The loop that carries jobs to their end and pays what is owed. Nothing else talks to the outside world.
//!
//! What holds at any instant, and lets any replica die at any instant:
//! 1. A job is the property of one claim at a time. A claim ends by itself, and every write carries its fence.
//! 2. Nothing is decided here: [`domain::plan::next`] decides what to do and [`domain::turn`] what the answers mean;
//!    this module makes the calls and records.
//! 3. An intent is committed before its call leaves, and no transaction or row lock is held during a call.
//! 4. A call whose answer was lost is looked for at the provider before it is sent again.
//! 5. From the commit that precedes a create on, an obligation to destroy stands; only a destroy that succeeded, and
//!    that the cloud proves where it can be asked, settles it.
//! 6. A wait is a row with a time. No task, connection or claim is held for it.
//! 7. A run that nobody follows any more is told to stop until its provider says that it has ended.
//! 8. For each debt a destroy is planted at the CI that comes when nobody here does; planting it keeps nothing waiting.

mod announce;
mod audit;
mod backup;
mod ending;
mod look;
mod observe;
mod patience;
mod presence;
mod prices;
mod schedule;
mod strays;
mod trigger;
mod turn;
mod unwind;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use domain::backup::BackupPolicy;
use domain::catalogue::Catalogue;
use domain::cloud::CloudMark;
use domain::plan::Pace;
use store::Store;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::providers::Providers;

/// How long the database may take for one round of a loop. A connection that was cut without a word would be waited for
/// without end.
const DATABASE_PATIENCE: Duration = Duration::from_secs(15);

/// How long a claim holds unless it is renewed. More than twice the longest call.
const LEASE: Duration = Duration::from_secs(30);

/// How long the turns and rounds under way may take to end once the process is to stop. What hangs in a call then is found
/// again as after any lost answer.
const GRACE: Duration = Duration::from_secs(10);

/// The engine of one process. Any number of them share a database.
#[derive(Clone)]
pub struct Engine {
    store: Store,
    providers: Arc<Providers>,
    pace: Pace,
    lease: Duration,
    grace: Duration,
    /// By what each declared cluster is recognised in the cloud.
    marks: Arc<Vec<(String, CloudMark)>>,
    /// What schedules may ask for; without it none is heeded.
    catalogue: Option<Arc<Catalogue>>,
    /// Whether and when destroys are planted at the CI.
    backup: Option<BackupPolicy>,
    /// Names this process in its claims.
    worker: Uuid,
}

impl Engine {
    pub fn new(store: Store, providers: Arc<Providers>, pace: Pace) -> Self {
        Self {
            store,
            providers,
            pace,
            lease: LEASE,
            grace: GRACE,
            marks: Arc::default(),
            catalogue: None,
            backup: None,
            worker: Uuid::new_v4(),
        }
    }

    /// The same, knowing by what the declared clusters are recognised in the cloud.
    #[must_use]
    pub fn with_marks(mut self, catalogue: &Catalogue) -> Self {
        let marks =
            catalogue.clusters.iter().filter_map(|spec| Some((spec.name.clone(), spec.cloud.clone()?)));
        self.marks = Arc::new(marks.collect());
        self
    }

    /// The same, heeding schedules by this catalogue.
    #[must_use]
    pub fn with_schedules(mut self, catalogue: Arc<Catalogue>) -> Self {
        self.catalogue = Some(catalogue);
        self
    }

    /// The same, planting a destroy at the CI for each debt.
    #[must_use]
    pub const fn with_backup(mut self, policy: Option<BackupPolicy>) -> Self {
        self.backup = policy;
        self
    }

    /// The same with another lease.
    #[must_use]
    pub const fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The same with another grace for what is under way when it is told to stop.
    #[must_use]
    pub const fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Works until it is told to stop. Claims are given back before it returns.
    pub async fn run(self, shutdown: CancellationToken) {
        // What fell due while nobody was there comes before any new work, unless the cloud or the database is slow to say.
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = timeout(DATABASE_PATIENCE, self.arrive()) => {}
        }
        let beside_the_jobs = async {
            tokio::join!(
                presence::run(&self, &shutdown),
                observe::run(&self, &shutdown),
                unwind::run(&self, &shutdown),
                backup::run(&self, &shutdown),
                announce::run(&self, &shutdown),
                prices::run(&self, &shutdown),
                schedule::run(&self, &shutdown),
                strays::run(&self, &shutdown),
                audit::run(&self, &shutdown),
            );
        };
        // What a round was at is found again in the rows.
        let beside_the_jobs = async {
            tokio::select! {
                () = beside_the_jobs => {}
                () = self.out_of_grace(&shutdown) => tracing::warn!("a round did not end before the process has to"),
            }
        };
        tokio::join!(worker::run(&self, &shutdown), beside_the_jobs);
    }

    /// When whatever is under way is given up, since the process has to end.
    async fn out_of_grace(&self, shutdown: &CancellationToken) {
        shutdown.cancelled().await;
        sleep(self.grace).await;
    }
}
