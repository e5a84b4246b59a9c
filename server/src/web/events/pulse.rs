//! What goes along with the server's time, read once for all streams of this process: anew after each change of a row,
//! and when a second has passed.

use std::sync::Arc;
use std::time::Duration;

use app::view::PulseView;
use domain::catalogue::Catalogue;
use serde_json::{Value, json};
use store::Store;
use tokio::sync::Mutex;
use tokio::time::Instant;

const STAYS_FRESH: Duration = Duration::from_secs(1);

pub struct Pulse {
    store: Store,
    catalogue: Arc<Catalogue>,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    at: Instant,
    /// Shows every change up to this turn of the hub.
    turn: u64,
    pieces: Value,
}

impl Pulse {
    pub fn new(store: Store, catalogue: Arc<Catalogue>) -> Self {
        Self { store, catalogue, kept: Mutex::default() }
    }

    /// The pieces as they are sent; none when they cannot be read now: the next ping brings them.
    pub async fn pieces(&self, turn: u64) -> Value {
        let mut kept = self.kept.lock().await;
        let is_fresh = |kept: &&Kept| kept.turn >= turn && kept.at.elapsed() < STAYS_FRESH;
        if let Some(kept) = kept.as_ref().filter(is_fresh) {
            return kept.pieces.clone();
        }
        let at = Instant::now();
        match PulseView::load(&self.store, &self.catalogue).await {
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
}
