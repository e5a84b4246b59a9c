//! The debt to destroy a cluster, beside the cluster and beside the job.

use leptos::prelude::*;

use super::badge::badge;
use super::sentence::draw;
use crate::moment::UnixSeconds;
use crate::view::OwedView;

pub fn owed_box(owed: &OwedView, now: UnixSeconds) -> impl IntoView + use<> {
    let alarm = owed.alarm.as_ref().map(|alarm| {
        view! { <p class="notice tone-bad"><strong>{draw(alarm, now)}</strong></p> }
    });
    let words =
        owed.words.iter().map(|words| view! { <p class="meta">{draw(words, now)}</p> }).collect_view();
    let take_over = owed.take_over.clone().map(|path| {
        view! { <p><a class="meta" href=path>"Take the debt over…"</a></p> }
    });
    let receipt = owed.receipt.map(|number| {
        view! { <p><a class="meta" href=format!("/receipts/{number}")>{format!("Receipt {number}")}</a></p> }
    });
    view! {
        <section class="card stack owed" aria-labelledby="owed">
            <h2 id="owed">"Owed"</h2>
            {owed.look.as_ref().map(|look| view! { <p>{badge(look)}</p> })}
            {alarm}
            {words}
            {owed.trouble.clone().map(|trouble| view! { <p class="trouble">{trouble}</p> })}
            {take_over}
            {receipt}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use domain::obligation::ObligationState;

    use super::*;
    use crate::facts::Proof;
    use crate::samples::{at, html, owed};

    fn page(owed: &domain::obligation::Obligation) -> String {
        html(|| owed_box(&OwedView::new(Some(owed), &Proof::default(), at(60)), at(60).timestamp()))
    }

    #[test]
    fn an_error_from_outside_is_only_text() {
        let mut owed = owed(ObligationState::Due);
        owed.failed_attempts = 2;
        owed.last_error = Some("<script>".into());
        let page = page(&owed);
        assert!(page.contains(">Destroy due<") && page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn an_alarm_is_red_and_ticks() {
        let mut owed = owed(ObligationState::Due);
        owed.due_since = Some(at(0));
        let page = page(&owed);
        assert!(page.contains("notice tone-bad") && page.contains(">1 h</span>"), "{page}");
        assert!(page.contains(&format!("data-age=\"{}\"", at(0).timestamp())), "{page}");
    }

    #[test]
    fn what_was_paid_leads_to_its_receipt() {
        let view = OwedView::new(Some(&owed(ObligationState::Settled)), &Proof::default(), at(60));
        let page = html(|| owed_box(&view.with_receipt(Some(12)), at(60).timestamp()));
        assert!(page.contains(r#"href="/receipts/12" class="meta">Receipt 12</a>"#), "{page}");
    }

    #[test]
    fn only_what_is_still_owed_can_be_taken_over() {
        assert!(page(&owed(ObligationState::Open)).contains("/clusters/iriversland2/close-obligation"));
        assert!(!page(&owed(ObligationState::Settled)).contains("close-obligation"));
    }
}
