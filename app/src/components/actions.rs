//! Links that look like buttons: what can be done to a cluster or a job.

use leptos::prelude::*;

use crate::view::ActionView;

pub fn actions(actions: &[ActionView]) -> impl IntoView + use<> {
    let links = actions.iter().map(|action| {
        view! { <a class=action.class.clone() href=action.path.clone()>{action.words.clone()}</a> }
    });
    view! { <div class="actions">{links.collect_view()}</div> }
}
