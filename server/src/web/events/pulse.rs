//! What goes along with the server's time, read at most once a second for all streams of this process.

use std::sync::Arc;
use std::time::Duration;

use app::view::PulseView;
use domain::catalogue::Catalogue;
use serde_json::{Value, json};
use store::Store;
use tokio::sync::Mutex;
use tokio::time::Instant;

const AT_MOST_EVERY: Duration = Duration::from_secs(1);

pub struct Pulse {
    store: Store,
    catalogue: Arc<Catalogue>,
    kept: Mutex<Option<(Instant, Value)>>,
}

impl Pulse {
    pub fn new(store: Store, catalogue: Arc<Catalogue>) -> Self {
        Self { store, catalogue, kept: Mutex::default() }
    }

    /// The pieces as they are sent; none when they cannot be read now: the next ping brings them.
    pub async fn pieces(&self) -> Value {
        let mut kept = self.kept.lock().await;
        if let Some((at, pieces)) = kept.as_ref()
            && at.elapsed() < AT_MOST_EVERY
        {
            return pieces.clone();
        }
        match PulseView::load(&self.store, &self.catalogue).await {
            Ok(pulse) => {
                let pieces = json!(pulse);
                *kept = Some((Instant::now(), pieces.clone()));
                pieces
            }
            Err(error) => {
                tracing::warn!(%error, "what needs attention could not be read");
                json!([])
            }
        }
    }
}
