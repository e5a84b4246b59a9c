//! No page has this address.

use leptos::prelude::*;

use super::load;
use super::problem::PageError;

pub fn page() -> impl IntoView {
    load(async |_| Err(PageError::NotFound("No page has this address.".to_owned())))
}

pub(super) fn body(what: &str) -> impl IntoView + use<> {
    view! {
        <div class="stack">
            <h1 tabindex="-1">"Page not found"</h1>
            <p class="lead">{what.to_owned()}</p>
            <p>
                <a href="/">"Clusters"</a> " · " <a href="/jobs">"Jobs"</a>
            </p>
        </div>
    }
}
