//! The words that people type in Slack, parsed as the seed parsed them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::order::{Ask, LONGEST_NAME};
use crate::size::Size;
use crate::spelling::UnknownSpelling;
use crate::text::one_line;

/// A word and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub word: String,
    pub routine: String,
    pub cluster: String,
    pub service: Option<String>,
    /// Whether `:s`, `:m` or `:l` may follow.
    pub takes_size: bool,
}

impl Word {
    /// How the word is typed: `kkk[:s|m|l]`.
    pub fn usage(&self) -> String {
        if self.takes_size { format!("{}[:s|m|l]", self.word) } else { self.word.clone() }
    }
}

/// Why a text is no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    #[error("There is no command \"{}\". Known commands: {known}.", one_line(found, LONGEST_NAME))]
    UnknownWord { found: String, known: String },
    #[error("The command \"{word}\" takes no size.")]
    SizeNotTaken { word: String },
    #[error("In \"{word}\": {source}.")]
    Size { word: String, source: UnknownSpelling },
}

/// Reads a command: case and space do not matter, and the size defaults to the cluster's (large).
///
/// # Errors
/// An unknown word is answered with the known ones; an unknown size is refused, since it would cost money.
pub fn parse(text: &str, words: &[Word]) -> Result<Ask, CommandError> {
    let lower = text.trim().to_lowercase();
    let (typed, size) = match lower.split_once(':') {
        Some((word, size)) => (word.trim_end(), Some(size.trim())),
        None => (lower.as_str(), None),
    };
    let word = words.iter().find(|word| word.word == typed).ok_or_else(|| CommandError::UnknownWord {
        found: typed.to_owned(),
        known: words.iter().map(Word::usage).collect::<Vec<_>>().join(", "),
    })?;
    let size = match size {
        None | Some("") => None,
        Some(_) if !word.takes_size => {
            return Err(CommandError::SizeNotTaken { word: word.word.clone() });
        }
        Some(size) => Some(
            Size::from_str(size).map_err(|source| CommandError::Size { word: word.word.clone(), source })?,
        ),
    };
    Ok(Ask {
        routine: word.routine.clone(),
        cluster: word.cluster.clone(),
        size,
        service: word.service.clone(),
        lifetime: None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn words() -> Vec<Word> {
        let word = |word: &str, routine: &str, service: Option<&str>, takes_size| Word {
            word: word.into(),
            routine: routine.into(),
            cluster: "iriversland2".into(),
            service: service.map(Into::into),
            takes_size,
        };
        vec![
            word("kkk", "up", None, true),
            word("ddd", "down", None, false),
            word("slk", "deploy", Some("slack-middleware"), false),
            word("guide", "guide", None, false),
        ]
    }

    fn ask(routine: &str, size: Option<Size>, service: Option<&str>) -> Ask {
        Ask {
            routine: routine.into(),
            cluster: "iriversland2".into(),
            size,
            service: service.map(Into::into),
            lifetime: None,
        }
    }

    #[rstest]
    #[case("nope", "There is no command \"nope\". Known commands: kkk[:s|m|l], ddd, slk, guide.")]
    #[case("", "There is no command \"\". Known commands: kkk[:s|m|l], ddd, slk, guide.")]
    #[case("kkk m", "There is no command \"kkk m\". Known commands: kkk[:s|m|l], ddd, slk, guide.")]
    #[case("kkk:xl", "In \"kkk\": \"xl\" is no size; known: s, m, l.")]
    #[case("kkk:m:l", "In \"kkk\": \"m:l\" is no size; known: s, m, l.")]
    #[case("ddd:s", "The command \"ddd\" takes no size.")]
    fn what_is_no_command_is_refused_with_what_is(#[case] text: &str, #[case] error: &str) {
        assert_eq!(parse(text, &words()).unwrap_err().to_string(), error);
    }

    #[rstest]
    #[case("kkk", ask("up", None, None))]
    #[case("kkk:s", ask("up", Some(Size::S), None))]
    #[case("kkk:m", ask("up", Some(Size::M), None))]
    #[case("kkk:l", ask("up", Some(Size::L), None))]
    #[case("  KKK : M ", ask("up", Some(Size::M), None))]
    #[case("kkk:", ask("up", None, None))]
    #[case("ddd", ask("down", None, None))]
    #[case("Slk", ask("deploy", None, Some("slack-middleware")))]
    #[case("guide\n", ask("guide", None, None))]
    fn the_words_of_the_seed_are_understood(#[case] text: &str, #[case] expected: Ask) {
        assert_eq!(parse(text, &words()), Ok(expected));
    }

    proptest! {
        #[test]
        fn any_text_is_a_command_or_an_error_and_never_a_panic(text in ".*") {
            let _ = parse(&text, &words());
        }
    }
}
