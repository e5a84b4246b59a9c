//! What strangers are not told: where things are, and, unless somebody chose so, who did them.

use std::collections::BTreeSet;

use domain::job::JobWithSteps;

use crate::view::{Part, Sentence};

/// In the place of a name.
const SOMEBODY: &str = "somebody";
/// In the place of an address.
const ADDRESS: &str = "(address not shown)";

/// The names that are not told.
#[derive(Debug, Clone, Default)]
pub struct Discretion {
    names: BTreeSet<String>,
}

impl Discretion {
    /// Everybody who had a hand in the job.
    pub fn about(mut self, job: &JobWithSteps) -> Self {
        let wishes = job.job.cancelled.iter().map(|asked| &asked.by);
        let left_up = job.job.abandoned.iter().map(|wish| &wish.by);
        let answers = job.steps.iter().filter_map(|step| step.answer.as_ref()).map(|given| &given.by);
        let all = std::iter::once(&job.job.actor).chain(wishes).chain(left_up).chain(answers);
        for actor in all {
            self = self.and(&actor.to_string()).and(&actor.name);
        }
        self
    }

    pub fn and(mut self, name: &str) -> Self {
        if !name.trim().is_empty() {
            self.names.insert(name.to_owned());
        }
        self
    }

    /// The text without addresses and names.
    pub fn text(&self, text: &str) -> String {
        let words = text.split(' ').map(|word| if holds_address(word) { ADDRESS } else { word });
        let told = words.collect::<Vec<_>>().join(" ");
        // The longest first: "ana (Slack)" before "ana".
        let mut names: Vec<&String> = self.names.iter().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.into_iter().fold(told, |told, name| replace_word(&told, name))
    }

    /// The sentence with nothing in it that leads anywhere.
    pub fn sentence(&self, sentence: &Sentence) -> Sentence {
        let parts = sentence.0.iter().map(|part| match part {
            Part::Plain(words) | Part::Link { words, .. } => Part::Plain(self.text(words)),
            Part::Strong(words) => Part::Strong(self.text(words)),
            Part::Muted(words) => Part::Muted(self.text(words)),
            ticking => ticking.clone(),
        });
        Sentence(parts.collect())
    }
}

fn holds_address(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.contains("://") || word.contains("www.")
}

/// Only where it stands as a word of its own: who is called "a" does not spoil every sentence.
fn replace_word(text: &str, name: &str) -> String {
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (mut told, mut rest) = (String::with_capacity(text.len()), text);
    let mut before = None;
    while let Some(at) = rest.find(name) {
        let (left, right) = (&rest[..at], &rest[at + name.len()..]);
        let stands_alone = !is_part(left.chars().next_back().or(before)) && !is_part(right.chars().next());
        told.push_str(left);
        told.push_str(if stands_alone { SOMEBODY } else { name });
        before = name.chars().next_back();
        rest = right;
    }
    told.push_str(rest);
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::guide_at_step;

    #[test]
    fn names_are_hidden_where_they_are_words() {
        let discretion = Discretion::default().and("ana").and("ana (Slack)").and("a");
        assert_eq!(
            discretion.text("ana (Slack) asked; ana, banana and anaa."),
            "somebody asked; somebody, banana and anaa."
        );
        assert_eq!(discretion.text("anaana ana"), "anaana somebody");
        assert_eq!(discretion.text("a ä"), "somebody ä");
    }

    #[test]
    fn addresses_lead_nowhere() {
        let told = Discretion::default()
            .text("see https://ci.example/secret?token=1, or (HTTP://x) or www.x.example");
        assert_eq!(told.matches(ADDRESS).count(), 3, "{told}");
        assert!(!told.contains("secret"), "{told}");
    }

    #[test]
    fn links_become_words() {
        let discretion = Discretion::default().about(&guide_at_step(3));
        let told = discretion.sentence(&Sentence::new("by operator, ").job(7));
        assert_eq!(told, Sentence(vec![Part::Plain("by somebody, ".into()), Part::Plain("job #7".into())]));
    }
}
