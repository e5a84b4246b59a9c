//! How old our facts from each provider are, at the foot of every page.

use leptos::prelude::*;

use crate::view::ContactsView;

/// The id of the piece that shows this.
pub const PIECE_ID: &str = "contact-ages";

pub fn contact_ages(contacts: &ContactsView) -> impl IntoView + use<> {
    let lines = contacts.as_of.iter().chain(&contacts.ages);
    let lines = lines.map(|line| view! { <span>{line.clone()}</span> });
    view! { <div id=PIECE_ID class="contact-ages">{lines.collect_view()}</div> }
}
