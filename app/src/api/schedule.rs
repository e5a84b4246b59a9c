//! What people do with schedules and freezes.

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::press::{FreezePress, SchedulePress};
use crate::schedule_form::ScheduleForm;
#[cfg(feature = "ssr")]
use crate::session::{admitted, operator};

/// Writes a new schedule, or, with an id, that one anew.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "save-schedule", prefix = "/actions")]
pub async fn save_schedule(
    id: Option<String>,
    expected_version: Option<String>,
    #[server(default)] schedule: ScheduleForm,
) -> Result<(), AppError> {
    let actor = operator()?;
    SchedulePress::new(id, actor)?.save(schedule, expected_version).await
}

/// Lets a schedule rest.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "pause-schedule", prefix = "/actions")]
pub async fn pause_schedule(id: Option<String>) -> Result<(), AppError> {
    let actor = operator()?;
    SchedulePress::new(id, actor)?.pause().await
}

/// Lets a schedule run again, from now on.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "resume-schedule", prefix = "/actions")]
pub async fn resume_schedule(id: Option<String>) -> Result<(), AppError> {
    let actor = operator()?;
    SchedulePress::new(id, actor)?.resume().await
}

/// Starts at once what a schedule asks for. Its next run stays.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "run-schedule", prefix = "/actions")]
pub async fn run_schedule(id: Option<String>, idempotency_key: Option<String>) -> Result<(), AppError> {
    let who = admitted()?;
    SchedulePress::new(id, who.actor)?.run_now(who.role, idempotency_key).await
}

/// Deletes a schedule.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "delete-schedule", prefix = "/actions")]
pub async fn delete_schedule(id: Option<String>) -> Result<(), AppError> {
    let actor = operator()?;
    SchedulePress::new(id, actor)?.delete().await
}

/// Names a time in which no schedule runs.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "add-freeze", prefix = "/actions")]
pub async fn add_freeze(
    from: Option<String>,
    from_time: Option<String>,
    until: Option<String>,
    until_time: Option<String>,
    zone: Option<String>,
    cluster: Option<String>,
    because: Option<String>,
) -> Result<(), AppError> {
    let actor = operator()?;
    let press = FreezePress {
        from: from.unwrap_or_default(),
        from_time: from_time.unwrap_or_default(),
        until: until.unwrap_or_default(),
        until_time: until_time.unwrap_or_default(),
        zone: zone.unwrap_or_default(),
        cluster: cluster.unwrap_or_default(),
        because: because.unwrap_or_default(),
    };
    press.add(&actor).await
}

/// Takes a freeze away.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "remove-freeze", prefix = "/actions")]
pub async fn remove_freeze(id: Option<String>) -> Result<(), AppError> {
    let actor = operator()?;
    FreezePress::remove(id, &actor).await
}
