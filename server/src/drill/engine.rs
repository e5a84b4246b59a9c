//! The engine under drill: the real one, in a task that can be killed.

use std::time::Duration;

use domain::catalogue::Catalogue;
use store::Store;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::stage::Stage;
use crate::engine::Engine;

/// What a killed engine held is taken over after so long.
const LEASE: Duration = Duration::from_secs(3);

/// How long turns under way may take to end.
const GRACE: Duration = Duration::from_secs(5);

pub(super) struct RunningEngine {
    stop: CancellationToken,
    task: AbortOnDropHandle<()>,
}

impl RunningEngine {
    pub fn start(store: &Store, stage: &Stage, catalogue: &Catalogue) -> Self {
        let engine = Engine::new(store.clone(), stage.providers.clone(), stage.pace.clone())
            .with_marks(catalogue)
            .with_lease(LEASE);
        let stop = CancellationToken::new();
        let task = AbortOnDropHandle::new(tokio::spawn(engine.run(stop.clone())));
        Self { stop, task }
    }

    /// Ends it at whatever it is waiting for, as a kill would: nothing is released, nothing recorded.
    pub async fn kill(self) {
        self.task.abort();
        // That it was aborted is what was asked for.
        let _ = self.task.await;
    }

    pub async fn stop(self) {
        self.stop.cancel();
        if timeout(GRACE, self.task).await.is_err() {
            tracing::warn!("the engine did not stop and was killed");
        }
    }
}
