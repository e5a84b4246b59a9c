//! Who did what to a cluster.

use leptos::prelude::*;

use super::sentence::draw;
use crate::moment::UnixSeconds;
use crate::view::Sentence;

pub fn acts(acts: &[Sentence], now: UnixSeconds) -> Option<impl IntoView + use<>> {
    let lines = acts.iter().map(|act| view! { <li>{draw(act, now)}</li> }).collect_view();
    (!acts.is_empty()).then(|| {
        view! {
            <section class="card stack" aria-labelledby="acts">
                <h2 id="acts">"Who did what"</h2>
                <ul class="acts meta">{lines}</ul>
            </section>
        }
    })
}
