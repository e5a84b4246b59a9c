//! Of when the word of the cloud on a cluster is.

use leptos::prelude::*;

use super::sentence::draw;
use crate::view::CloudAgeView;

/// The id of the piece that shows this.
pub fn piece_id(cluster: &str) -> String {
    format!("cloud-age-{cluster}")
}

pub fn cloud_age(age: &CloudAgeView) -> impl IntoView + use<> {
    view! { <span id=piece_id(&age.cluster)>{draw(&age.words, age.made_at)}</span> }
}
