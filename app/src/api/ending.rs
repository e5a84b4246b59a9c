//! Moving the auto-destroy time of a cluster.

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::press::{ClusterPress, Move};
#[cfg(feature = "ssr")]
use crate::session::{admitted, operator};

/// Moves the auto-destroy time. `seen` is the present one for whoever presses, so that two presses do not move it twice.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "extend-cluster", prefix = "/actions")]
pub async fn extend_cluster(
    cluster: Option<String>,
    by: Option<String>,
    until: Option<String>,
    seen: Option<String>,
    idempotency_key: Option<String>,
) -> Result<(), AppError> {
    let admitted = admitted()?;
    let press = ClusterPress::new(cluster, admitted.actor)?;
    let by = by.unwrap_or_default();
    press
        .extend(Move { by, until: until.unwrap_or_default(), seen, idempotency_key, role: admitted.role })
        .await
}

/// Takes the last move back.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "undo-extension", prefix = "/actions")]
pub async fn undo_extension(cluster: Option<String>, extension: Option<String>) -> Result<(), AppError> {
    let actor = operator()?;
    ClusterPress::new(cluster, actor)?.undo_extension(extension.unwrap_or_default()).await
}
