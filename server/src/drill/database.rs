//! The database of a drill: made for it beside the real one, and dropped when it is over.

use anyhow::{Result, anyhow};
use chrono::{DateTime, TimeDelta, Utc};
use store::Store;
use uuid::Uuid;

const PREFIX: &str = "cluster_head_drill_";

/// A drill that was killed leaves its database behind, to which nobody is connected any more. One that has just been
/// created may not have been connected to yet.
const ABANDONED_AFTER: TimeDelta = TimeDelta::minutes(2);

pub(super) struct DrillDatabase {
    name: String,
    store: Store,
}

impl DrillDatabase {
    /// Also drops what drills left behind that were killed; that this fails is no reason to hold no drill.
    pub async fn create(real: &Store) -> Result<Self> {
        let name = format!("{PREFIX}{}", Uuid::now_v7().simple());
        let store = real
            .create_beside(&name)
            .await
            .map_err(|error| anyhow!("A drill needs a database of its own. {error}"))?;
        let database = Self { name, store };
        drop_abandoned(real).await;
        Ok(database)
    }

    pub const fn store(&self) -> &Store {
        &self.store
    }

    pub async fn drop_from(self, real: &Store) -> Result<()> {
        real.drop_beside(&self.name).await.map_err(|error| {
            anyhow!("The database {} could not be dropped; a later drill drops it. {error}", self.name)
        })
    }
}

/// As far as they are ours: another role may hold drills on the same server.
async fn drop_abandoned(real: &Store) {
    let now = Utc::now();
    let is_abandoned = |name: &String| made_at(name).is_some_and(|made_at| now - made_at > ABANDONED_AFTER);
    let names = real.deserted_beside(PREFIX).await.unwrap_or_default();
    for name in names.into_iter().filter(is_abandoned) {
        if let Err(error) = real.drop_deserted_beside(&name).await {
            tracing::warn!(%error, name, "what an earlier drill left behind could not be dropped");
        }
    }
}

/// The name holds a UUID of version 7, and that holds a time.
fn made_at(name: &str) -> Option<DateTime<Utc>> {
    let made_at = Uuid::try_parse(name.strip_prefix(PREFIX)?).ok()?.get_timestamp()?;
    let (seconds, nanoseconds) = made_at.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_when_it_was_given_and_any_other_name_nothing() {
        let given = made_at(&format!("{PREFIX}{}", Uuid::now_v7().simple())).unwrap();
        assert!((Utc::now() - given).abs() < TimeDelta::seconds(10));
        for name in ["cluster_head", "cluster_head_drill_", "cluster_head_drill_of_mine"] {
            assert_eq!(made_at(name), None, "{name}");
        }
    }
}
