//! What people do to a job that is there.

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::press::JobPress;
#[cfg(feature = "ssr")]
use crate::session::operator;

/// Asks a job to stop.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "cancel-job", prefix = "/actions")]
pub async fn cancel_job(job: Option<String>, because: Option<String>) -> Result<(), AppError> {
    let actor = operator()?;
    JobPress::new(job, actor)?.cancel(because.unwrap_or_default()).await
}

/// Leaves the cluster up that a job would destroy.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "leave-cluster-up", prefix = "/actions")]
pub async fn leave_cluster_up(
    job: Option<String>,
    r#for: Option<String>,
    until: Option<String>,
    because: Option<String>,
) -> Result<(), AppError> {
    let actor = operator()?;
    let press = JobPress::new(job, actor)?;
    press.leave_up(r#for.unwrap_or_default(), until.unwrap_or_default(), because.unwrap_or_default()).await
}
