//! What is owed: the debt to destroy a cluster.

use domain::Time;
use domain::obligation::{Obligation, ObligationState, alarms_owed};
use domain::proof::CLEAN_LOOKS;
use domain::record::Evidence;

use crate::facts::Proof;
use crate::view::{Look, OwedView, Sentence};

impl OwedView {
    pub fn new(owed: Option<&Obligation>, proof: &Proof, now: Time) -> Self {
        let Some(owed) = owed else { return Self::nothing() };
        let words =
            [Some(written(owed, now)), Some(state(owed, proof, now)), next(owed, now), judge(owed, proof)];
        Self {
            look: Some(Look::from(owed.state)),
            words: words.into_iter().flatten().collect(),
            trouble: trouble(owed),
            alarm: alarm(owed, now),
            take_over: (!owed.state.is_final())
                .then(|| format!("/clusters/{}/close-obligation", owed.cluster)),
            receipt: None,
        }
    }

    fn nothing() -> Self {
        let words = "Nothing is owed. Before a step may create a cluster, its destroy is written down here.";
        Self {
            look: None,
            words: vec![Sentence::new(words)],
            trouble: None,
            alarm: None,
            take_over: None,
            receipt: None,
        }
    }
}

fn written(owed: &Obligation, now: Time) -> Sentence {
    let before = match owed.opened_by_job {
        Some(_) => ", before the first CI call.",
        None => ", when the cluster was adopted.",
    };
    Sentence::new("Written ").second(owed.opened_at, now).then(before)
}

fn state(owed: &Obligation, proof: &Proof, now: Time) -> Sentence {
    // An alarm says how long it has been.
    let is_said = overdue_since(owed, now).is_some();
    let since = |words: &str, at: Option<Time>| match at {
        Some(at) if is_said => Sentence::new(words).then(" since ").second(at, now),
        Some(at) => Sentence::new(words).then(" since ").second(at, now).then(", ").age(at),
        None => Sentence::new(words),
    };
    match owed.state {
        ObligationState::Open => match owed.destroys_at {
            Some(at) => Sentence::new("Due ").minute(at, now).then(" at the latest ").remaining(at).then("."),
            None => Sentence::default().strong("No automatic destroy."),
        },
        ObligationState::Due => since("To be destroyed", owed.due_since).then("."),
        ObligationState::Destroying => {
            since("To be destroyed", owed.due_since).then(". A job is at work on that.")
        }
        ObligationState::Verifying => {
            let looks = match proof.clean_looks {
                ..=0 => "The cloud is asked until it has shown nothing twice.",
                _ => "The cloud has shown nothing once; it is asked again.",
            };
            since("The CI says destroyed", owed.verifying_since).then(format!(". {looks}"))
        }
        ObligationState::Settled => settled(owed, proof, now),
        ObligationState::Closed => match &owed.closed {
            Some(closing) => Sentence::new(format!("{} took it over: {}", closing.by, closing.because)),
            None => Sentence::new("A person took it over."),
        },
    }
}

/// On whose word.
fn settled(owed: &Obligation, proof: &Proof, now: Time) -> Sentence {
    let settled = match owed.settled_at {
        Some(at) => Sentence::new("Settled ").second(at, now),
        None => Sentence::new("Settled"),
    };
    let settled = match owed.settled_by_job {
        Some(job) => settled.then(" by ").job(job),
        None => settled,
    };
    let people = proof.accepted_by.join(", ");
    settled.then(match owed.evidence {
        Some(Evidence::Cloud) => format!(". Proved: the cloud showed nothing, {CLEAN_LOOKS} times in a row."),
        Some(Evidence::Accepted) if people.is_empty() => {
            ". What was left was accepted by a person.".to_owned()
        }
        Some(Evidence::Accepted) => format!(". What was left was accepted by {people}."),
        Some(Evidence::Ci) | None => ". That is only the CI's word: no cloud was asked.".to_owned(),
    })
}

fn next(owed: &Obligation, now: Time) -> Option<Sentence> {
    let waits = owed.state == ObligationState::Due && owed.failed_attempts > 0 && owed.next_attempt_at > now;
    waits.then(|| {
        Sentence::new("Tried again ")
            .second(owed.next_attempt_at, now)
            .then(" ")
            .remaining(owed.next_attempt_at)
    })
}

/// Who is going to say that it is gone, where that is not the cloud.
fn judge(owed: &Obligation, proof: &Proof) -> Option<Sentence> {
    let is_asked = proof.has_observer && owed.cloud.is_some();
    (!is_asked && !owed.state.is_final())
        .then(|| Sentence::default().muted("That it is gone will be only the CI's word: no cloud is asked."))
}

fn trouble(owed: &Obligation) -> Option<String> {
    let times = match owed.failed_attempts {
        ..=0 => return None,
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let error = owed.last_error.as_deref().map(|error| format!(": {}", error.trim_end_matches('.')));
    let goes_on = if owed.state.is_final() { "" } else { " It is tried again, without end." };
    Some(format!("Destroying it failed {times}{}.{goes_on}", error.unwrap_or_default()))
}

/// Since when it has been to be destroyed, once the first alarm is due.
pub fn overdue_since(owed: &Obligation, now: Time) -> Option<Time> {
    owed.due_since.filter(|since| !owed.state.is_final() && alarms_owed(now - *since) > 0)
}

fn alarm(owed: &Obligation, now: Time) -> Option<Sentence> {
    let since = overdue_since(owed, now)?;
    Some(Sentence::new("Has been to be destroyed for ").age(since).then(" and may still cost money."))
}

/// Whether something may still cost money after a job has ended, in one sentence.
pub fn what_is_left(owed: Option<&Obligation>) -> &'static str {
    match owed.map(|owed| owed.state) {
        None | Some(ObligationState::Settled) => "Nothing is owed any more.",
        Some(ObligationState::Closed) => "A person took over what was owed.",
        Some(ObligationState::Open) => "The cluster costs money until it is destroyed.",
        Some(ObligationState::Verifying) => "The cloud is being asked whether it is gone.",
        Some(ObligationState::Due | ObligationState::Destroying) => {
            "The cluster may still cost money. Destroying it is owed and goes on."
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::cloud::CloudMark;
    use domain::obligation::Closing;

    use super::*;
    use crate::samples::{at, owed};

    fn said(owed: &Obligation, proof: &Proof) -> String {
        let words = OwedView::new(Some(owed), proof, at(60)).words;
        words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    fn unobserved(state: ObligationState) -> String {
        said(&owed(state), &Proof::default())
    }

    /// With a mark in the cloud, and an observer that looks for it.
    fn observed(state: ObligationState, clean_looks: i32) -> String {
        let mark = CloudMark { name: "iriversland2".into(), tag: None };
        let owed = Obligation { cloud: Some(mark), verifying_since: Some(at(58)), ..owed(state) };
        said(&owed, &Proof { has_observer: true, clean_looks, accepted_by: Vec::new() })
    }

    #[test]
    fn an_open_debt_says_when_it_was_written_when_it_is_due_and_whose_word_will_end_it() {
        assert_eq!(
            unobserved(ObligationState::Open),
            "Written 08:10:00, before the first CI call. Due 12:00 at the latest <remaining>. \
             That it is gone will be only the CI's word: no cloud is asked."
        );
        assert!(!observed(ObligationState::Open, 0).contains("only the CI's word"));
    }

    #[test]
    fn a_debt_that_is_due_says_since_when_and_when_it_is_tried_again() {
        let mut due = owed(ObligationState::Due);
        due.due_since = Some(at(50));
        due.failed_attempts = 2;
        due.next_attempt_at = at(61);
        let said = said(&due, &Proof::default());
        assert!(said.contains("To be destroyed since 08:50:00, <age>."), "{said}");
        assert!(said.contains("Tried again 09:01:00 <remaining>"), "{said}");
    }

    #[test]
    fn while_the_cloud_is_asked_it_says_how_often_it_has_shown_nothing() {
        let none = observed(ObligationState::Verifying, 0);
        assert!(none.contains("The CI says destroyed since 08:58:00, <age>. The cloud is asked"), "{none}");
        assert!(observed(ObligationState::Verifying, 1).contains("has shown nothing once"));
    }

    #[test]
    fn a_settled_debt_says_by_what_and_on_whose_word() {
        let words = unobserved(ObligationState::Settled);
        assert!(words.contains("Settled 08:50:00 by job #128. That is only the CI's word"), "{words}");
        let by = |evidence, accepted_by: &[&str]| {
            let proof = Proof {
                accepted_by: accepted_by.iter().map(|name| (*name).to_owned()).collect(),
                ..Proof::default()
            };
            said(&Obligation { evidence: Some(evidence), ..owed(ObligationState::Settled) }, &proof)
        };
        assert!(by(Evidence::Cloud, &[]).contains("the cloud showed nothing, 2 times in a row"));
        assert!(by(Evidence::Accepted, &["ana", "ben"]).contains("accepted by ana, ben."));
    }

    #[test]
    fn a_debt_that_a_person_took_over_names_him_and_why() {
        let closed = Some(Closing { by: "ana".into(), because: "removed by hand".into() });
        let closed = Obligation { closed, ..owed(ObligationState::Closed) };
        assert!(said(&closed, &Proof::default()).ends_with("ana took it over: removed by hand"));
        assert_eq!(OwedView::new(Some(&closed), &Proof::default(), at(60)).take_over, None);
    }

    #[test]
    fn a_debt_that_is_overdue_alarms_from_a_quarter_of_an_hour_on() {
        let mut due = owed(ObligationState::Due);
        due.due_since = Some(at(0));
        assert_eq!(alarm(&due, at(14)), None);
        let alarm = alarm(&due, at(64)).unwrap().to_string();
        assert_eq!(alarm, "Has been to be destroyed for <age> and may still cost money.");
        due.state = ObligationState::Settled;
        assert_eq!(super::alarm(&due, at(64)), None);
    }

    #[test]
    fn failed_attempts_are_told_with_their_last_error() {
        let mut owed = owed(ObligationState::Due);
        assert_eq!(trouble(&owed), None);
        owed.failed_attempts = 2;
        owed.last_error = Some("build failed".into());
        assert_eq!(
            trouble(&owed).as_deref(),
            Some("Destroying it failed 2 times: build failed. It is tried again, without end.")
        );
    }

    #[test]
    fn without_a_debt_the_box_says_when_there_would_be_one() {
        let nothing = OwedView::new(None, &Proof::default(), at(60));
        assert!(nothing.words[0].to_string().starts_with("Nothing is owed."));
    }
}
