//! I6: whatever was accepted stands in the record of acts, once and with a name, and the record was not tampered with.

use super::{Invariant, Violation};
use crate::testimony::Fact;

pub(super) fn judge(facts: &[Fact]) -> Vec<Violation> {
    let found = unnamed(facts).into_iter().chain(broken(facts));
    found.map(|what| Violation::of(Invariant::ActsAreNamed, what)).collect()
}

/// Commands, by what and whom they were, that the record does not have as often as they were accepted.
fn unnamed(facts: &[Fact]) -> Vec<String> {
    let mut noted: Vec<(&str, Option<i64>, &str)> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Noted { act, job, by } => Some((act.as_str(), *job, by.as_str())),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for fact in facts {
        let Fact::Accepted { command, job, by } = fact else { continue };
        let wanted = (command.as_str(), *job, by.as_str());
        match noted.iter().position(|noted| *noted == wanted) {
            Some(place) => {
                noted.swap_remove(place);
            }
            None => {
                let of = job.map_or_else(String::new, |job| format!(" (job #{job})"));
                found
                    .push(format!("\"{command}\"{of} of {by} was accepted, and stands in no record of acts"));
            }
        }
    }
    found.extend(
        noted
            .into_iter()
            .filter(|(.., by)| by.is_empty())
            .map(|(act, ..)| format!("\"{act}\" stands in the record of acts, and nobody's name on it")),
    );
    found
}

/// A chain that is shorter than it was has lost its end, however well the rest holds.
fn broken(facts: &[Fact]) -> Vec<String> {
    let mut found = Vec::new();
    let mut longest = 0;
    for fact in facts {
        let Fact::Verified { links, broken } = fact else { continue };
        found.extend(broken.as_ref().map(|what| format!("the chain of acts is broken: {what}")));
        if *links < longest {
            found.push(format!("the chain of acts had {longest} links, and has {links}"));
        }
        longest = longest.max(*links);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(command: &str, job: Option<i64>) -> Fact {
        Fact::Accepted { command: command.to_owned(), job, by: "anna".to_owned() }
    }

    fn noted(act: &str, job: Option<i64>, by: &str) -> Fact {
        Fact::Noted { act: act.to_owned(), job, by: by.to_owned() }
    }

    fn verified(links: i64, broken: Option<&str>) -> Fact {
        Fact::Verified { links, broken: broken.map(str::to_owned) }
    }

    fn found(facts: &[Fact]) -> Vec<String> {
        judge(facts).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn what_was_accepted_and_not_noted_is_found() {
        let missing = ["\"up\" (job #7) of anna was accepted, and stands in no record of acts"];
        assert_eq!(found(&[accepted("up", Some(7))]), missing);
        assert_eq!(found(&[accepted("up", Some(7)), noted("up", Some(8), "anna")]), missing);
        assert_eq!(found(&[accepted("up", Some(7)), noted("up", Some(7), "bob")]), missing);
        assert!(found(&[noted("up", Some(7), "anna"), accepted("up", Some(7))]).is_empty());
    }

    #[test]
    fn what_was_accepted_twice_has_to_be_noted_twice() {
        let once = [accepted("share", None), accepted("share", None), noted("share", None, "anna")];
        assert_eq!(found(&once).len(), 1);
    }

    #[test]
    fn an_act_of_nobody_is_found() {
        let nameless = ["\"up\" stands in the record of acts, and nobody's name on it"];
        assert_eq!(found(&[noted("up", Some(7), "")]), nameless);
    }

    #[test]
    fn a_chain_that_is_broken_or_has_lost_its_end_is_found() {
        assert!(found(&[verified(3, None), verified(3, None), verified(5, None)]).is_empty());
        assert_eq!(
            found(&[verified(3, Some("act 2 was altered"))]),
            ["the chain of acts is broken: act 2 was altered"]
        );
        assert_eq!(
            found(&[verified(3, None), verified(2, None)]),
            ["the chain of acts had 3 links, and has 2"]
        );
    }
}
