//! What every request may need, made once at the start.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use domain::catalogue::Catalogue;
use leptos::config::LeptosOptions;
use secrecy::SecretString;
use store::Store;
use tokio_util::sync::CancellationToken;

use super::auth::{Access, Attempts};
use super::events::{Hub, Objects, Pulse, Seats};
use super::shares::{Guesses, Rooms, ViewerLimits};

/// The name of the wasm, script and style files below `/pkg`.
const OUTPUT_NAME: &str = "cluster-head";

/// What the composition root decides.
pub struct Setup {
    pub store: Store,
    pub catalogue: Arc<Catalogue>,
    pub access: Access,
    /// Proves that a word comes from Slack; without it no word is taken.
    pub slack_token: Option<SecretString>,
    /// Each proves that a webhook comes from CircleCI; without any none is taken.
    pub circleci_webhook_secrets: Vec<SecretString>,
    /// The folder with the built wasm, style and static files.
    pub site: PathBuf,
    /// How often a live stream asks whether its session has ended.
    pub check_sessions_every: Duration,
    /// How many strangers may look at shares at the same time.
    pub viewers: ViewerLimits,
    /// Cancelled when the process is about to end.
    pub closing: CancellationToken,
}

/// The state of the web side. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    pub(super) store: Store,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) access: Arc<Access>,
    pub(super) attempts: Arc<Attempts>,
    pub(super) slack_token: Option<SecretString>,
    pub(super) circleci_webhook_secrets: Arc<[SecretString]>,
    pub(super) hub: Arc<Hub>,
    pub(super) objects: Arc<Objects>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) seats: Arc<Seats>,
    pub(super) rooms: Arc<Rooms>,
    pub(super) guesses: Arc<Guesses>,
    pub(super) site: PathBuf,
    pub(super) check_sessions_every: Duration,
    pub(super) leptos: LeptosOptions,
    pub(super) closing: CancellationToken,
}

impl Web {
    pub fn new(setup: Setup) -> Self {
        let site_root = setup.site.to_string_lossy().into_owned();
        let leptos = LeptosOptions::builder()
            .output_name(OUTPUT_NAME)
            .site_root(site_root)
            .site_pkg_dir("pkg")
            .build();
        let hub = Arc::new(Hub::default());
        let objects = Objects::new(setup.store.clone(), Arc::clone(&setup.catalogue), Arc::clone(&hub));
        let pulse = Pulse::new(setup.store.clone(), Arc::clone(&setup.catalogue));
        Self {
            store: setup.store,
            catalogue: setup.catalogue,
            access: Arc::new(setup.access),
            attempts: Arc::default(),
            slack_token: setup.slack_token,
            circleci_webhook_secrets: setup.circleci_webhook_secrets.into(),
            hub,
            objects: Arc::new(objects),
            pulse: Arc::new(pulse),
            seats: Arc::default(),
            rooms: Arc::new(Rooms::new(setup.viewers)),
            guesses: Arc::default(),
            site: setup.site,
            check_sessions_every: setup.check_sessions_every,
            leptos,
            closing: setup.closing,
        }
    }

    /// Follows the changes of the rows until the process ends, so that the live streams can tell them.
    pub async fn follow_changes(self) {
        let Self { store, hub, closing, .. } = self;
        closing.run_until_cancelled(hub.follow(&store)).await;
    }
}

impl FromRef<Web> for LeptosOptions {
    fn from_ref(web: &Web) -> Self {
        web.leptos.clone()
    }
}
