//! `/jobs/{number}`: one job, live.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::frame::{Frame, Section};
use super::load;
use super::problem::PageError;
use crate::components::job_body::job_body;
use crate::view::JobView;

pub fn page() -> impl IntoView {
    let asked = use_params_map().read_untracked().get("number").unwrap_or_default();
    load(async move |world| {
        let missing = || PageError::NotFound(format!("There is no job {asked}."));
        let number = asked.parse::<i64>().map_err(|_| missing())?;
        let first = JobView::load(&world.store, &world.catalogue, number).await?.ok_or_else(missing)?;
        let frame = Frame::new(first.document_title.clone(), Section::Jobs)
            .favicon(first.favicon.clone())
            .live(format!("job:{number}"))
            .load(&world)
            .await?;
        Ok(frame.around(job_body(&first)))
    })
}
