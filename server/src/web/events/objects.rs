//! The things that streams send, made into JSON once for all of them.

use std::collections::HashMap;
use std::sync::Arc;

use app::view::{ClusterView, JobRow, JobView, Versioned};
use domain::catalogue::Catalogue;
use serde::Serialize;
use store::{Error, Store};
use tokio::sync::Mutex;

use super::hub::Hub;
use super::topic::Object;
use crate::web::patience::in_time;

/// When there are more, all are forgotten and made again as they are asked for.
const MOST_KEPT: usize = 512;

/// An object as it is sent.
#[derive(Clone)]
pub struct Written {
    pub version: i64,
    pub json: Arc<str>,
}

struct Kept {
    /// Shows every change up to this turn of the hub.
    turn: u64,
    /// None: there is no such thing.
    written: Option<Written>,
}

pub struct Objects {
    store: Store,
    catalogue: Arc<Catalogue>,
    hub: Arc<Hub>,
    kept: Mutex<HashMap<Object, Kept>>,
}

impl Objects {
    pub fn new(store: Store, catalogue: Arc<Catalogue>, hub: Arc<Hub>) -> Self {
        Self { store, catalogue, hub, kept: Mutex::default() }
    }

    /// The object with every change up to `turn`; none if there is no such thing.
    ///
    /// The lock is held while it is read: of a thousand streams that want the same, one reads and the others wait for it.
    ///
    /// # Errors
    /// When the store cannot be read, or not soon enough.
    pub async fn get(&self, object: &Object, turn: u64) -> Result<Option<Written>, Error> {
        in_time(self.get_at_last(object, turn)).await
    }

    async fn get_at_last(&self, object: &Object, turn: u64) -> Result<Option<Written>, Error> {
        let mut kept = self.kept.lock().await;
        if let Some(known) = kept.get(object).filter(|known| known.turn >= turn) {
            return Ok(known.written.clone());
        }
        let turn = self.hub.turn();
        let written = self.read(object).await?;
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(object.clone(), Kept { turn, written: written.clone() });
        Ok(written)
    }

    async fn read(&self, object: &Object) -> Result<Option<Written>, Error> {
        Ok(match object {
            Object::Cluster(name) => {
                ClusterView::load(&self.store, &self.catalogue, name).await?.as_ref().and_then(write)
            }
            Object::JobRow(number) => JobRow::load(&self.store, *number).await?.as_ref().and_then(write),
            Object::Job(number) => {
                JobView::load(&self.store, &self.catalogue, *number).await?.as_ref().and_then(write)
            }
        })
    }
}

fn write(view: &(impl Serialize + Versioned)) -> Option<Written> {
    match serde_json::to_string(view) {
        Ok(json) => Some(Written { version: view.version(), json: json.into() }),
        Err(error) => {
            tracing::error!(%error, "a view could not be written as JSON");
            None
        }
    }
}
