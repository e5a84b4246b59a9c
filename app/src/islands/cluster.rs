//! A cluster's card, kept current.

use leptos::prelude::*;

use super::given::Given;
use crate::components::cluster_card::{Place, cluster_card};
use crate::components::seal::Seal;
use crate::components::size_form::{follow_choice, start_form_id};
use crate::live::{Clock, latest, on_each, voice};
use crate::moment::UnixSeconds;
use crate::view::{ClusterView, JobRow, Versioned};

#[island]
pub fn LiveCluster(
    first: Given<ClusterView>,
    on_own_page: bool,
    seal: Given<Seal>,
    rendered_at: UnixSeconds,
) -> impl IntoView {
    let clock = Clock::starting_at(rendered_at);
    let place = if on_own_page { Place::Page } else { Place::List };
    let chosen = follow_choice(start_form_id(&first.0.name));
    let shown = latest(first.0, |before: &ClusterView, now| {
        if before.look != now.look {
            voice::say(format!("{} is now: {}.", now.name, now.look.word));
        }
    });
    follow_job(shown);
    move || {
        let chosen = chosen.get();
        shown.with(|view| cluster_card(view, place, &seal.0, chosen.as_deref(), clock.now()))
    }
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
