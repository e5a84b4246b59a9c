//! What is owed: the debt to destroy a cluster.

use domain::Time;
use domain::obligation::{Obligation, ObligationState};

use crate::view::{Look, OwedView, Sentence};

impl OwedView {
    pub fn new(owed: Option<&Obligation>, now: Time) -> Self {
        match owed {
            Some(owed) => {
                Self { look: Some(Look::from(owed.state)), words: debt(owed, now), trouble: trouble(owed) }
            }
            None => Self {
                look: None,
                words: Sentence::new(
                    "Nothing is owed. Before a step may create a cluster, its destroy is written down here.",
                ),
                trouble: None,
            },
        }
    }
}

fn debt(owed: &Obligation, now: Time) -> Sentence {
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

fn trouble(owed: &Obligation) -> Option<String> {
    let times = match owed.failed_attempts {
        ..=0 => return None,
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let error = owed.last_error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
    Some(format!("Destroying it failed {times}{error}. It is tried again."))
}

/// Whether something may still cost money after a job has ended, in one sentence.
pub fn what_is_left(owed: Option<&Obligation>) -> &'static str {
    match owed.map(|owed| owed.state) {
        None | Some(ObligationState::Settled) => "Nothing is owed any more.",
        Some(ObligationState::Closed) => "A person took over what was owed.",
        Some(ObligationState::Open) => "The cluster costs money until it is destroyed.",
        Some(_) => "The cluster may still cost money. Destroying it is owed and goes on.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, owed};

    fn words(state: ObligationState) -> String {
        OwedView::new(Some(&owed(state)), at(60)).words.to_string()
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
    fn failed_attempts_are_told_with_their_last_error() {
        let mut owed = owed(ObligationState::Due);
        assert_eq!(trouble(&owed), None);
        owed.failed_attempts = 2;
        owed.last_error = Some("build failed".into());
        assert_eq!(
            trouble(&owed).as_deref(),
            Some("Destroying it failed 2 times: build failed. It is tried again.")
        );
    }

    #[test]
    fn without_a_debt_the_box_says_when_there_would_be_one() {
        assert!(OwedView::new(None, at(60)).words.to_string().starts_with("Nothing is owed."));
    }
}
