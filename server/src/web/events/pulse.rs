//! What goes along with the server's time, read once for all streams of this process: anew after each change of a row,
//! and when a second has passed; what a job costs, which grows by the minute, when ten have.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use app::view::{MoneyLine, PulseView};
use domain::catalogue::Catalogue;
use serde_json::{Value, json};
use store::Store;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::web::patience::in_time;

const STAYS_FRESH: Duration = Duration::from_secs(1);
const MONEY_STAYS_FRESH: Duration = Duration::from_secs(10);
/// When there are more jobs, all are forgotten and read again as they are asked for.
const MOST_JOBS: usize = 512;

pub struct Pulse {
    store: Store,
    catalogue: Arc<Catalogue>,
    kept: Mutex<Option<Kept>>,
    kept_of_jobs: Mutex<HashMap<i64, Kept>>,
}

struct Kept {
    at: Instant,
    /// Shows every change up to this turn of the hub.
    turn: u64,
    pieces: Value,
}

impl Kept {
    fn is_fresh(&self, turn: u64, for_so_long: Duration) -> bool {
        self.turn >= turn && self.at.elapsed() < for_so_long
    }
}

impl Pulse {
    pub fn new(store: Store, catalogue: Arc<Catalogue>) -> Self {
        Self { store, catalogue, kept: Mutex::default(), kept_of_jobs: Mutex::default() }
    }

    /// The pieces as they are sent; none when they cannot be read now: the next ping brings them.
    pub async fn pieces(&self, turn: u64) -> Value {
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_fresh(turn, STAYS_FRESH)) {
            return kept.pieces.clone();
        }
        let at = Instant::now();
        match in_time(PulseView::load(&self.store, &self.catalogue)).await {
            Ok(pulse) => {
                let pieces = json!(pulse);
                *kept = Some(Kept { at, turn, pieces: pieces.clone() });
                pieces
            }
            Err(error) => {
                tracing::warn!(%error, "what needs attention could not be read");
                json!([])
            }
        }
    }

    /// What this job has cost, as it is sent; nothing once it is over.
    pub async fn pieces_of_job(&self, job: i64, turn: u64) -> Value {
        let mut kept = self.kept_of_jobs.lock().await;
        if let Some(kept) = kept.get(&job).filter(|kept| kept.is_fresh(turn, MONEY_STAYS_FRESH)) {
            return kept.pieces.clone();
        }
        let at = Instant::now();
        match in_time(MoneyLine::of_job_at_work(&self.store, &self.catalogue, job)).await {
            Ok(money) => {
                let pieces = money.map_or_else(|| json!([]), |money| json!([money]));
                if kept.len() >= MOST_JOBS {
                    kept.clear();
                }
                kept.insert(job, Kept { at, turn, pieces: pieces.clone() });
                pieces
            }
            Err(error) => {
                tracing::warn!(%error, job, "what a job costs could not be read");
                json!([])
            }
        }
    }
}
