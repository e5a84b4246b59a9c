//! What strangers are not told: where things are, and, unless somebody chose so, who did them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use domain::actor::{Actor, Channel};

use crate::view::{Part, Sentence};

/// In the place of a name.
const SOMEBODY: &str = "somebody";
/// In the place of an address.
const ADDRESS: &str = "(address not shown)";
/// What may stand behind a name: see [`Actor`].
const DOORS: [&str; 2] = [" (API)", " (Slack)"];

/// The names that are not told.
#[derive(Debug, Clone, Default)]
pub struct Discretion {
    names: BTreeSet<String>,
}

impl Discretion {
    /// Tells none of these people, through whichever door they came.
    pub fn about<'a>(people: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names = BTreeSet::new();
        for told in people.into_iter().map(str::trim).filter(|told| !told.is_empty()) {
            let bare = DOORS.iter().find_map(|door| told.strip_suffix(door)).unwrap_or(told);
            let through = |channel| Actor::new(bare, channel).to_string();
            names.extend([told.to_owned(), bare.to_owned(), through(Channel::Api), through(Channel::Slack)]);
        }
        Self { names }
    }

    /// The text without addresses and names.
    pub fn text(&self, text: &str) -> String {
        let told: String = text.split_inclusive(char::is_whitespace).map(without_address).collect();
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
            Part::After { at, words } => Part::After { at: *at, words: self.text(words) },
            ticking => ticking.clone(),
        });
        Sentence(parts.collect())
    }
}

fn without_address(word: &str) -> String {
    let bare = word.trim_end();
    let space = &word[bare.len()..];
    if holds_address(bare) { format!("{ADDRESS}{space}") } else { word.to_owned() }
}

/// A scheme, a `www.`, a port, a number of the internet protocol or a mailbox. A bare name of a host looks like many
/// other words and is left.
fn holds_address(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    if word.contains("://") || word.contains("www.") {
        return true;
    }
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '@' | '[' | ']');
    word.split(|c: char| !belongs(c)).any(|piece| {
        let piece = piece.trim_matches(|c: char| matches!(c, '.' | ':' | '-'));
        is_number_of_a_host(piece) || is_mailbox(piece) || is_host_and_port(piece)
    })
}

fn is_number_of_a_host(piece: &str) -> bool {
    piece.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok()
}

fn is_mailbox(piece: &str) -> bool {
    piece.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.'))
}

/// "db:5432", but neither "08:30" nor "line:4".
fn is_host_and_port(piece: &str) -> bool {
    let Some((host, port)) = piece.rsplit_once(':') else { return false };
    let is_port = (2..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    is_port && (is_number_of_a_host(host) || host.contains(|c: char| c.is_ascii_alphabetic()))
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

    #[test]
    fn names_are_hidden_where_they_are_words() {
        let discretion = Discretion::about(["ana", "a", "ben (Slack)", " "]);
        assert_eq!(
            discretion.text("ana (Slack) asked; ana, banana and anaa."),
            "somebody asked; somebody, banana and anaa."
        );
        assert_eq!(discretion.text("anaana ana"), "anaana somebody");
        assert_eq!(discretion.text("a ä"), "somebody ä");
        assert_eq!(discretion.text("ben (API), ben"), "somebody, somebody");
    }

    #[test]
    fn addresses_lead_nowhere() {
        let told = Discretion::default()
            .text("see https://ci.example/secret?token=1, or (HTTP://x) or www.x.example");
        assert_eq!(told.matches(ADDRESS).count(), 3, "{told}");
        assert!(!told.contains("secret"), "{told}");
    }

    #[test]
    fn an_address_needs_no_scheme_to_be_one() {
        for told in [
            "10.0.0.1",
            "(10.0.0.1:5432)",
            "[::1]:80",
            "fe80::1",
            "addr=db.internal:5432,",
            "localhost:3010/x",
            "ana@example.org",
        ] {
            assert_eq!(Discretion::default().text(&format!("at {told} now")), format!("at {ADDRESS} now"));
        }
        for told in ["08:30", "08:30:00.", "1.2.3", "line:4", "main.tf", "half::full", "@here", "12:", "a:b"]
        {
            assert_eq!(Discretion::default().text(told), told);
        }
    }

    #[test]
    fn links_become_words_and_what_shows_later_is_told_as_little() {
        let later = Sentence::new("by operator, ").job(7).after(crate::samples::at(1), "asks operator");
        let told = Discretion::about(["operator"]).sentence(&later);
        let words = |words: &str| Part::Plain(words.into());
        let after = Part::After { at: crate::samples::at(1).timestamp(), words: "asks somebody".into() };
        assert_eq!(told, Sentence(vec![words("by somebody, "), words("job #7"), after]));
    }
}
