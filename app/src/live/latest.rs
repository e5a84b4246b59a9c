//! Hands what the stream brings to the islands. The stream sends whole objects, so the newest one is the truth.

use leptos::prelude::*;
use serde::de::DeserializeOwned;

use crate::view::{ClusterView, JobRow, JobView, Versioned};

/// A view that comes as an event of its own.
pub trait Streamed: Versioned + DeserializeOwned + Send + Sync + 'static {
    const EVENT: &'static str;
}

impl Streamed for ClusterView {
    const EVENT: &'static str = "cluster";
}

impl Streamed for JobRow {
    const EVENT: &'static str = "job_row";
}

impl Streamed for JobView {
    const EVENT: &'static str = "job";
}

/// The newest look at what `first` shows. `tell` is given the former and the present look at each change.
pub fn latest<T: Streamed>(first: T, tell: impl Fn(&T, &T) + 'static) -> RwSignal<T> {
    let shown = RwSignal::new(first);
    on_each(move |next: T| {
        if shown.with_untracked(|shown| next.replaces(shown)) {
            shown.with_untracked(|shown| tell(shown, &next));
            shown.set(next);
        }
    });
    shown
}

/// Calls back with each object of this kind. On the server none comes.
pub fn on_each<T: Streamed>(callback: impl Fn(T) + 'static) {
    #[cfg(feature = "hydrate")]
    super::stream::listen_to(T::EVENT, move |data| match serde_json::from_str(data) {
        Ok(object) => {
            callback(object);
            true
        }
        Err(_) => false,
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = callback;
}
