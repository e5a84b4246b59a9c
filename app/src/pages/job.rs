//! `/jobs/{number}`: one job, live.

use domain::act::ActError;
use domain::text::one_line;
use http::StatusCode;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use super::frame::{Frame, Section};
use super::problem::PageError;
use super::{form, load};
use crate::components::job_body::job_body;
use crate::problem::Refusal;
use crate::respond;
use crate::view::JobView;

pub fn page() -> impl IntoView {
    let (asked, query) = (form::job_in_path(), form::query());
    load(async move |world| {
        let missing = || PageError::NotFound(format!("There is no job {}.", one_line(&asked, 40)));
        let number = asked.parse::<i64>().map_err(|_| missing())?;
        let first = JobView::load(&world.store, &world.catalogue, number).await?.ok_or_else(missing)?;
        let refusal = unheard(&query, number);
        let frame = Frame::new(first.document_title.clone(), Section::Jobs)
            .favicon(first.favicon.clone())
            .live(format!("job:{number}"))
            .load(&world)
            .await?;
        let content = view! {
            <div class="stack">
                {form::problem_summary(refusal.as_ref())}
                {job_body(&first)}
            </div>
        };
        Ok(frame.around(content))
    })
}

/// Why an answer that was pressed here did not count, if one did not.
fn unheard(query: &ParamsMap, job: i64) -> Option<Refusal> {
    query.get_str("problem").filter(|problem| *problem == "answer")?;
    let position = query.get_str("step")?.parse().ok()?;
    respond::status(StatusCode::CONFLICT);
    let message = ActError::NothingAsked { job, position }.to_string();
    Some(Refusal { status: StatusCode::CONFLICT, message, field: "steps" })
}
