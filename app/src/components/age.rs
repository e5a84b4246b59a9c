//! Of when the word of the CI or of the cloud on a cluster is.

use leptos::prelude::*;

use super::sentence::draw;
use crate::view::AgeView;

/// The id of the piece that shows this.
pub fn piece_id(age: &AgeView) -> String {
    format!("{}-age-{}", age.source, age.cluster)
}

pub fn age(view: &AgeView) -> impl IntoView + use<> {
    view! { <span id=piece_id(view)>{draw(&view.words, view.made_at)}</span> }
}
