//! What people do about the debt of a cluster, and about what the cloud shows of it.

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::press::ClusterPress;
#[cfg(feature = "ssr")]
use crate::session::operator;

/// Takes the debt to destroy a cluster over, under its typed name.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "close-obligation", prefix = "/actions")]
pub async fn close_obligation(
    cluster: Option<String>,
    typed_name: Option<String>,
    because: Option<String>,
) -> Result<(), AppError> {
    let actor = operator()?;
    let press = ClusterPress::new(cluster, actor)?;
    press.close_obligation(typed_name.unwrap_or_default(), because.unwrap_or_default()).await
}

/// Takes over what a destroyed cluster left behind.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "accept-leftover", prefix = "/actions")]
pub async fn accept_leftover(
    cluster: Option<String>,
    kind: Option<String>,
    id: Option<String>,
    because: Option<String>,
) -> Result<(), AppError> {
    let actor = operator()?;
    let press = ClusterPress::new(cluster, actor)?;
    press.accept_leftover(kind.unwrap_or_default(), id.unwrap_or_default(), because.unwrap_or_default()).await
}

/// Takes a cluster under the promise that was found in the cloud.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "adopt-cluster", prefix = "/actions")]
pub async fn adopt_cluster(
    cluster: Option<String>,
    r#for: Option<String>,
    until: Option<String>,
) -> Result<(), AppError> {
    let actor = operator()?;
    ClusterPress::new(cluster, actor)?.adopt(r#for.unwrap_or_default(), until.unwrap_or_default()).await
}
