//! The badge of a state, and its icon alone.

use leptos::prelude::*;

use crate::view::Look;

pub fn badge(look: &Look) -> impl IntoView + use<> {
    view! {
        <span class=format!("badge {}", look.tone)>{icon(&look.shape)} <span>{look.word.clone()}</span></span>
    }
}

/// Only the icon in its colour, where the word stands elsewhere in the same row.
pub fn state_icon(look: &Look) -> impl IntoView + use<> {
    view! { <span class=format!("state-icon {}", look.tone)>{icon(&look.shape)}</span> }
}

fn icon(shape: &str) -> impl IntoView + use<> {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <use_ href=format!("#{shape}")></use_>
        </svg>
    }
}

/// Every drawing, once in the page: each has an outline of its own, so that it is told apart in one colour.
pub fn sprite() -> impl IntoView {
    const DRAWINGS: &str = include_str!("icons.svg");
    view! { <div hidden inner_html=DRAWINGS></div> }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::html;

    #[test]
    fn a_badge_is_a_shape_a_word_and_a_colour() {
        let page = html(|| badge(&Look::from(ClusterState::Failed)));
        for part in ["href=\"#i-octagon\"", ">Failed<", "tone-bad"] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
}
