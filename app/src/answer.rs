//! What somebody says to the question of a step, as a form and the API write it.

use domain::step::Answer;

/// What can be said.
pub const KNOWN: [&str; 5] = ["approve", "refuse", "adopt", "trigger_again", "give_up"];

/// A run that is named is the one that is ours, whatever else is said or not. None when it means nothing.
pub fn read(says: &str, run: Option<String>) -> Option<Answer> {
    match (says, run) {
        ("" | "adopt", Some(run)) => Some(Answer::Adopt { run }),
        ("approve", None) => Some(Answer::Approve),
        ("refuse", None) => Some(Answer::Refuse),
        ("trigger_again", None) => Some(Answer::TriggerAgain),
        ("give_up", None) => Some(Answer::GiveUp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_is_no_answer() {
        assert_eq!(read("yes", None), None);
        assert_eq!(read("adopt", None), None);
        assert_eq!(read("approve", Some("243".into())), None);
    }

    #[test]
    fn every_known_word_is_an_answer() {
        for says in KNOWN {
            assert!(read(says, (says == "adopt").then(|| "243".into())).is_some(), "{says}");
        }
        assert_eq!(read("", Some("243".into())), Some(Answer::Adopt { run: "243".into() }));
    }
}
