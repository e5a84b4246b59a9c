//! The pages, one file each: load, then show.

mod form;
mod frame;
mod paging;

pub mod accept_leftover;
pub mod adopt;
pub mod cancel_job;
pub mod close_obligation;
pub mod cluster;
pub mod clusters;
pub mod delete_schedule;
pub mod deploy;
pub mod destroy;
pub mod edit_schedule;
pub mod extend;
pub mod freeze;
pub mod job;
pub mod jobs;
pub mod leave_up;
pub mod login;
pub mod new_job;
pub mod new_share;
pub mod not_found;
pub mod problem;
pub mod receipts;
pub mod resize;
pub mod resume_job;
pub mod schedules;
pub mod shares;
pub mod start;

use std::future::Future;

use leptos::prelude::*;

use crate::world::World;
use problem::PageError;

/// Loads a page and shows it, or what went wrong instead.
fn load<F>(page: impl FnOnce(World) -> F + Send + 'static) -> impl IntoView
where
    F: Future<Output = Result<AnyView, PageError>> + Send + 'static,
{
    // The context is there now; inside of the future it would be asked for too late.
    let world = World::here();
    Suspend::new(async move {
        let shown = match &world {
            Ok(world) => page(world.clone()).await,
            Err(_) => Err(PageError::Incomplete),
        };
        match shown {
            Ok(view) => view,
            Err(error) => error.show(world.ok()).await,
        }
    })
}
