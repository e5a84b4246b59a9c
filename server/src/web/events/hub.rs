//! Finds out what changed, once for all streams of this process.
//!
//! A NOTIFY says "look"; when it is lost, or the connection that brings it, the slow read finds the change.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use store::{ChangeListener, ChangedRow, Error, ProviderContact, Store};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::ledger::Ledger;

/// How many versions back each read looks again: more than can be given out while one transaction commits.
pub const OVERLAP: i64 = 1_000;

/// The longest time between two reads: what a lost hint costs.
const NET: Duration = Duration::from_secs(2);
/// The shortest one: a burst of hints is one read.
const AT_MOST_EVERY: Duration = Duration::from_millis(50);
/// A connection that was cut without a word would be waited for without end.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries to listen.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
/// After this long without a read that worked, nobody is told that what they see is up to date.
const CURRENT_FOR: Duration = Duration::from_secs(5);

pub struct Hub {
    ledger: Mutex<Ledger>,
    turn: watch::Sender<u64>,
    last_read: Mutex<Option<LastRead>>,
}

/// What the last read that worked leaves beside the changes.
struct LastRead {
    at: Instant,
    contacts: Vec<ProviderContact>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { ledger: Mutex::default(), turn: watch::Sender::new(0), last_read: Mutex::default() }
    }
}

impl Hub {
    /// Reads for ever.
    pub async fn follow(&self, store: &Store) {
        let mut listener = None;
        loop {
            match timeout(PATIENCE, self.read(store)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "changes could not be read"),
                Err(_) => tracing::warn!("the database did not say in time what changed"),
            }
            sleep(AT_MOST_EVERY).await;
            tokio::select! {
                () = sleep(NET) => {}
                () = hint(store, &mut listener) => {}
            }
        }
    }

    /// A receiver that wakes up with each turn.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.turn.subscribe()
    }

    pub fn turn(&self) -> u64 {
        self.ledger().turn()
    }

    /// The rows that changed after a turn; none when that is too long ago to tell.
    pub fn after(&self, turn: u64) -> Option<Vec<ChangedRow>> {
        self.ledger().after(turn)
    }

    /// Whether what was read last can be called the present.
    pub fn is_current(&self) -> bool {
        self.last_read().as_ref().is_some_and(|read| read.at.elapsed() < CURRENT_FOR)
    }

    /// When each provider answered us last; none before the first read.
    pub fn contacts(&self) -> Option<Vec<ProviderContact>> {
        self.last_read().as_ref().map(|read| read.contacts.clone())
    }

    async fn read(&self, store: &Store) -> Result<(), Error> {
        let highest = self.ledger().highest();
        let known = match highest {
            // The first read of this process: the history before it is no news.
            0 => store.latest_version().await?,
            highest => highest,
        };
        let changes = store.changed_after(known - OVERLAP).await?;
        let contacts = store.provider_contacts().await?;
        let news = {
            let mut ledger = self.ledger();
            ledger.note(changes).then(|| ledger.turn())
        };
        *self.last_read() = Some(LastRead { at: Instant::now(), contacts });
        if let Some(turn) = news {
            self.turn.send_replace(turn);
        }
        Ok(())
    }

    /// A panic in between cannot leave half an entry that would matter: every read looks back again.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last_read(&self) -> MutexGuard<'_, Option<LastRead>> {
        self.last_read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for a hint. Once there is no connection to bring one, it makes another.
async fn hint(store: &Store, listener: &mut Option<ChangeListener>) {
    if let Some(heard) = listener {
        match heard.changed().await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "the connection that brings hints was lost"),
        }
    }
    *listener = None;
    loop {
        match store.listen().await {
            // Whatever came in between was not heard: look at once.
            Ok(made) => return *listener = Some(made),
            Err(error) => tracing::debug!(%error, "cannot listen for hints"),
        }
        sleep(LISTEN_AGAIN).await;
    }
}
