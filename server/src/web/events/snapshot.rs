//! What a stream sends first: all that its page shows, or what its browser missed.

use store::{Error, JobFilter, Store};

use super::hub::OVERLAP;
use super::topic::{Object, Topics};

/// Whoever missed more than this is better off with the whole page.
const MOST_MISSED: usize = 500;

/// The objects to send to a browser that saw versions up to `seen`; without one, to a browser that saw nothing.
///
/// # Errors
/// When the store cannot be read.
pub async fn objects(store: &Store, topics: &Topics, seen: Option<i64>) -> Result<Vec<Object>, Error> {
    let Some(seen) = seen else { return everything(store, topics).await };
    // A number from the future is another database's, or made up.
    if seen > store.latest_version().await? {
        return everything(store, topics).await;
    }
    let missed = store.changed_after(seen - OVERLAP).await?;
    if missed.len() > MOST_MISSED {
        return everything(store, topics).await;
    }
    let mut objects = Vec::new();
    for object in missed.iter().flat_map(|change| topics.touched_by(&change.what)) {
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    Ok(objects)
}

async fn everything(store: &Store, topics: &Topics) -> Result<Vec<Object>, Error> {
    let mut objects = Vec::new();
    if topics.has_clusters() {
        let clusters = store.clusters().await?;
        objects.extend(clusters.into_iter().map(|cluster| Object::Cluster(cluster.name)));
    }
    if topics.has_jobs() {
        let newest = store.jobs(&JobFilter::default()).await?;
        objects.extend(newest.into_iter().map(|job| Object::JobRow(job.number)));
    }
    objects.extend(topics.jobs().map(Object::Job));
    Ok(objects)
}
