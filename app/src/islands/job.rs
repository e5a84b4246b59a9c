//! The page of a job, kept current: body, document title, favicon, and what a screen reader is told.

use leptos::prelude::*;

use super::given::Given;
use crate::components::job_body::job_body;
use crate::live::{Clock, latest, voice};
use crate::moment::UnixSeconds;
use crate::view::JobView;

#[island]
pub fn LiveJob(first: Given<JobView>, rendered_at: UnixSeconds) -> impl IntoView {
    let clock = Clock::starting_at(rendered_at);
    let shown = latest(first.0, |before, now| {
        mark_document(now);
        tell(before, now);
    });
    move || shown.with(|job| job_body(job, clock.now()))
}

/// Speaks of changed states, never of log lines.
fn tell(before: &JobView, now: &JobView) {
    for (place, (old, new)) in before.steps.iter().zip(&now.steps).enumerate() {
        if old.look.word != new.look.word {
            voice::say(format!("Step {} {}.", place + 1, new.look.word.to_ascii_lowercase()));
        }
    }
    if before.look.word != now.look.word {
        if now.has_failed {
            voice::alert(&now.spoken);
        } else {
            voice::say(now.spoken.clone());
        }
    }
}

/// The tab tells the state too.
#[cfg(feature = "hydrate")]
fn mark_document(job: &JobView) {
    document().set_title(&job.document_title);
    if let Some(icon) = document().get_element_by_id("favicon") {
        // An error would mean that `href` is no attribute name.
        let _ = icon.set_attribute("href", &job.favicon);
    }
}

#[cfg(not(feature = "hydrate"))]
const fn mark_document(_job: &JobView) {}
