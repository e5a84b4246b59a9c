//! The debt to destroy a cluster, beside the cluster and beside the job.

use leptos::prelude::*;

use super::badge::badge;
use super::sentence::draw;
use crate::moment::UnixSeconds;
use crate::view::OwedView;

pub fn owed_box(owed: &OwedView, now: UnixSeconds) -> impl IntoView + use<> {
    view! {
        <section class="card stack" aria-labelledby="owed">
            <h2 id="owed">"Owed"</h2>
            {owed.look.as_ref().map(|look| view! { <p>{badge(look)}</p> })}
            <p class="meta">{draw(&owed.words, now)}</p>
            {owed.trouble.clone().map(|trouble| view! { <p class="trouble">{trouble}</p> })}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, html, owed};

    #[test]
    fn an_error_from_outside_is_only_text() {
        let mut owed = owed(ObligationState::Due);
        owed.failed_attempts = 2;
        owed.last_error = Some("<script>".into());
        let page = html(|| owed_box(&OwedView::new(Some(&owed), at(60)), at(60).timestamp()));
        assert!(page.contains(">Destroy due<") && page.contains("&lt;script&gt;"), "{page}");
    }
}
