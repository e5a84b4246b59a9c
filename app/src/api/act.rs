//! What people do to a job that is there.

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::press::JobPress;
#[cfg(feature = "ssr")]
use crate::session::{admitted, operator};

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

/// Answers what a step asks: a press on a run says that it is ours, any other button says what it says.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "answer-question", prefix = "/actions")]
pub async fn answer_question(
    job: Option<String>,
    step: Option<String>,
    says: Option<String>,
    run: Option<String>,
) -> Result<(), AppError> {
    let actor = operator()?;
    JobPress::new(job, actor)?.answer(step.unwrap_or_default(), says.unwrap_or_default(), run).await
}

/// Takes up the rest of an ended job, as another job. The key says on which version of the cluster that was decided.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "resume-job", prefix = "/actions")]
pub async fn resume_job(
    job: Option<String>,
    from: Option<String>,
    idempotency_key: Option<String>,
) -> Result<(), AppError> {
    let who = admitted()?;
    JobPress::new(job, who.actor)?.resume(from.unwrap_or_default(), idempotency_key, who.role).await
}
