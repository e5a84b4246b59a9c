//! The debt to destroy a cluster, beside the cluster and beside the job.

use domain::obligation::ObligationState;
use leptos::prelude::*;

use super::badge::badge;
use super::sentence::Sentence;
use crate::live::Now;
use crate::view::OwedView;

pub fn owed_box(owed: Option<&OwedView>, now: Now) -> impl IntoView + use<> {
    let debt = match owed {
        Some(owed) => debt(owed, now),
        None => Sentence::new(
            "Nothing is owed. Before a step may create a cluster, its destroy is written down here.",
        ),
    };
    view! {
        <section class="card stack" aria-labelledby="owed">
            <h2 id="owed">"Owed"</h2>
            {owed.map(|owed| view! { <p>{badge(owed.state)}</p> })}
            <p class="meta">{debt.draw()}</p>
            {owed.and_then(trouble).map(|trouble| view! { <p class="trouble">{trouble}</p> })}
        </section>
    }
}

fn debt(owed: &OwedView, now: Now) -> Sentence {
    let written = Sentence::new("Written ").second(owed.opened_at, now).then(", before the first CI call. ");
    match (owed.state, owed.settled_at) {
        (ObligationState::Settled, Some(at)) => {
            let settled = written.then("Settled ").second(at, now);
            let settled = match owed.settled_by_job {
                Some(job) => settled.then(" by ").job(job),
                None => settled,
            };
            settled.then(". That is only the CI's word: no cloud was asked.")
        }
        (ObligationState::Open, _) => {
            written.then("Due ").minute(owed.destroys_at, now).then(" at the latest.")
        }
        (ObligationState::Closed, _) => written.then("A person took it over."),
        _ => written.then("It is due now."),
    }
}

fn trouble(owed: &OwedView) -> Option<String> {
    let times = match owed.failed_attempts {
        ..=0 => return None,
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let error = owed.last_error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
    Some(format!("Destroying it failed {times}{error}. It is tried again."))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{at, html, owed};

    fn words(state: ObligationState) -> String {
        debt(&owed(state), Now::at(at(60))).to_string()
    }

    #[test]
    fn an_open_debt_says_when_it_was_written_and_when_it_is_due() {
        assert_eq!(
            words(ObligationState::Open),
            "Written 08:10:00, before the first CI call. Due 12:00 at the latest."
        );
    }

    #[test]
    fn a_settled_debt_says_by_what_and_on_whose_word() {
        let words = words(ObligationState::Settled);
        assert!(words.contains("Settled 08:50:00 by job #128. That is only the CI's word"), "{words}");
    }

    #[test]
    fn every_state_of_a_debt_has_a_shape_and_a_word() {
        for state in ObligationState::ALL {
            let page = html(|| owed_box(Some(&owed(*state)), Now::at(at(60))));
            assert!(page.contains("href=\"#i-"), "{page}");
        }
        assert!(
            html(|| owed_box(Some(&owed(ObligationState::Open)), Now::at(at(60)))).contains(">Destroy owed<")
        );
    }

    #[test]
    fn failed_attempts_are_told_with_their_last_error_as_text() {
        let mut owed = owed(ObligationState::Due);
        owed.failed_attempts = 2;
        owed.last_error = Some("<script>".into());
        let page = html(|| owed_box(Some(&owed), Now::at(at(60))));
        assert!(page.contains("failed 2 times") && !page.contains("<script>"), "{page}");
    }
}
