//! A cluster's card, kept current.

use domain::Time;
use domain::text;
use leptos::prelude::*;

use super::given::Given;
use crate::components::cluster_card::{Place, cluster_card};
use crate::components::seal::Seal;
use crate::components::size_form::{follow_choice, start_form_id};
use crate::live::{Clock, latest, on_each, voice};
use crate::view::{ClusterView, JobRow, Versioned};

#[island]
pub fn LiveCluster(
    first: Given<ClusterView>,
    on_own_page: bool,
    seal: Seal,
    rendered_at: Given<Time>,
) -> impl IntoView {
    let clock = Clock::starting_at(rendered_at.0);
    let place = if on_own_page { Place::Page } else { Place::List };
    let chosen = follow_choice(start_form_id(&first.0.name));
    let shown = latest(first.0);
    follow_job(shown);
    Effect::new(move |before: Option<ClusterView>| {
        let now = shown.get();
        if before.is_some_and(|before| before.state != now.state) {
            voice::say(format!("{} is now: {}.", now.name, text::cluster_state(now.state)));
        }
        now
    });
    move || shown.with(|view| cluster_card(view, place, &seal, chosen.get(), clock.now()))
}

/// The steps of a job change more often than its cluster's row.
fn follow_job(shown: RwSignal<ClusterView>) {
    on_each(move |row: JobRow| {
        let is_news =
            shown.with_untracked(|view| view.latest_job.as_ref().is_some_and(|job| row.replaces(job)));
        if is_news {
            shown.update(|view| view.latest_job = Some(row));
        }
    });
}
