//! Starting jobs.

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::press::{FormPage, Press};
#[cfg(feature = "ssr")]
use crate::session::admitted;

/// Brings a cluster up.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "start-cluster", prefix = "/actions")]
pub async fn start_cluster(
    cluster: Option<String>,
    size: Option<String>,
    lifetime: Option<String>,
    until: Option<String>,
    expected_version: Option<String>,
    idempotency_key: Option<String>,
) -> Result<(), AppError> {
    let by = admitted()?;
    let press = Press::new("up", cluster)
        .size(size)
        .staying(lifetime, until)
        .sealed(expected_version, idempotency_key);
    press.accept(&by, FormPage::Start).await
}

/// Replaces a cluster that is up by one of another size.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "resize-cluster", prefix = "/actions")]
pub async fn resize_cluster(
    cluster: Option<String>,
    size: Option<String>,
    lifetime: Option<String>,
    until: Option<String>,
    expected_version: Option<String>,
    idempotency_key: Option<String>,
) -> Result<(), AppError> {
    let by = admitted()?;
    let press = Press::new("resize", cluster)
        .size(size)
        .staying(lifetime, until)
        .sealed(expected_version, idempotency_key);
    press.accept(&by, FormPage::Resize).await
}

/// Deploys one service.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "deploy-service", prefix = "/actions")]
pub async fn deploy_service(
    cluster: Option<String>,
    service: Option<String>,
    expected_version: Option<String>,
    idempotency_key: Option<String>,
) -> Result<(), AppError> {
    let by = admitted()?;
    let press = Press::new("deploy", cluster).service(service).sealed(expected_version, idempotency_key);
    press.accept(&by, FormPage::Deploy).await
}

/// Destroys a cluster. Where that could hurt somebody else, the name has to be typed.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "destroy-cluster", prefix = "/actions")]
pub async fn destroy_cluster(
    cluster: Option<String>,
    typed_name: Option<String>,
    expected_version: Option<String>,
    idempotency_key: Option<String>,
) -> Result<(), AppError> {
    let by = admitted()?;
    let press = Press::new("down", cluster).sealed(expected_version, idempotency_key);
    press.accept_destroy(&by, typed_name.unwrap_or_default()).await
}

/// Starts any routine that does not begin with a destroy; those have pages of their own, which say what is lost.
/// The key says on which version of the cluster the press was decided.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "start-routine", prefix = "/actions")]
pub async fn start_routine(
    routine: Option<String>,
    cluster: Option<String>,
    size: Option<String>,
    service: Option<String>,
    lifetime: Option<String>,
    until: Option<String>,
    idempotency_key: Option<String>,
) -> Result<(), AppError> {
    let by = admitted()?;
    let press = Press::new(&routine.unwrap_or_default(), cluster)
        .size(size)
        .service(service)
        .staying(lifetime, until)
        .sealed_by(idempotency_key);
    press.accept_routine(&by).await
}
