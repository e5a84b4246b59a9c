//! The page of a job, kept current: body, document title, favicon, and what a screen reader is told.

use domain::Time;
use domain::job::JobState;
use leptos::prelude::*;

use super::given::Given;
use crate::components::job_body::job_body;
use crate::components::job_words::spoken_change;
use crate::live::{Clock, latest, voice};
use crate::view::JobView;

#[island]
pub fn LiveJob(first: Given<JobView>, rendered_at: Given<Time>) -> impl IntoView {
    let clock = Clock::starting_at(rendered_at.0);
    let shown = latest(first.0);
    Effect::new(move |before: Option<JobView>| {
        let now = shown.get();
        if let Some(before) = before {
            mark_document(&now);
            if let Some(sentence) = spoken_change(&before, &now) {
                if now.state == JobState::Failed && before.state != now.state {
                    voice::alert(&sentence);
                } else {
                    voice::say(sentence);
                }
            }
        }
        now
    });
    move || shown.with(|job| job_body(job, clock.now()))
}

/// The tab tells the state too.
#[cfg(feature = "hydrate")]
fn mark_document(job: &JobView) {
    use crate::components::job_words::{document_title, favicon};
    document().set_title(&document_title(job));
    if let Some(icon) = document().get_element_by_id("favicon") {
        // An error would mean that `href` is no attribute name.
        let _ = icon.set_attribute("href", favicon(job.state));
    }
}

#[cfg(not(feature = "hydrate"))]
const fn mark_document(_job: &JobView) {}
