//! What people do with shares.

#![allow(clippy::too_many_arguments, reason = "each is a field of a form, and the macro repeats them")]

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::press::SharePress;
#[cfg(feature = "ssr")]
use crate::session::operator;
#[cfg(feature = "ssr")]
use crate::share_form::ShareText;

/// Makes a link that lets anyone read one thing.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "create-share", prefix = "/actions")]
pub async fn create_share(
    all: Option<String>,
    cluster: Option<String>,
    job: Option<String>,
    receipt: Option<String>,
    label: Option<String>,
    detail: Option<String>,
    expires_in: Option<String>,
    cost: Option<String>,
    names: Option<String>,
) -> Result<(), AppError> {
    let actor = operator()?;
    let text = ShareText {
        all: all.unwrap_or_default(),
        cluster: cluster.unwrap_or_default(),
        job: job.unwrap_or_default(),
        receipt: receipt.unwrap_or_default(),
        label: label.unwrap_or_default(),
        detail: detail.unwrap_or_default(),
        expires_in: expires_in.unwrap_or_default(),
        cost: cost.unwrap_or_default(),
        names: names.unwrap_or_default(),
    };
    SharePress::new(actor)?.create(&text).await
}

/// Ends a share now.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "revoke-share", prefix = "/actions")]
pub async fn revoke_share(id: Option<String>) -> Result<(), AppError> {
    let actor = operator()?;
    SharePress::new(actor)?.revoke(id).await
}

/// Ends every share now, or every one that is about one cluster.
///
/// # Errors
/// When nobody is signed in, or the store cannot be reached.
#[server(endpoint = "revoke-shares", prefix = "/actions")]
pub async fn revoke_shares(typed: Option<String>, cluster: Option<String>) -> Result<(), AppError> {
    let actor = operator()?;
    SharePress::new(actor)?.revoke_all(typed, cluster).await
}
