//! Sentences with times, links and stress in them, as values: made by the server in words that can be tested as
//! words, sent as they are, drawn in one place.

#[cfg(feature = "ssr")]
use domain::Time;
use serde::Deserialize;
#[cfg(feature = "ssr")]
use serde::Serialize;

#[cfg(feature = "ssr")]
use super::RunLink;
#[cfg(feature = "ssr")]
use crate::moment;
use crate::moment::UnixSeconds;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Plain(String),
    Strong(String),
    Muted(String),
    Time {
        at: String,
        words: String,
    },
    Link {
        to: String,
        words: String,
    },
    /// "18 min so far", growing.
    SoFar(UnixSeconds),
    /// "(in 2 h 10 min)", shrinking.
    Remaining(UnixSeconds),
}

/// What is said, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
#[serde(transparent)]
pub struct Sentence(pub Vec<Piece>);

impl Sentence {
    pub fn new(words: impl Into<String>) -> Self {
        Self::default().then(words)
    }

    pub fn then(self, words: impl Into<String>) -> Self {
        self.with(Piece::Plain(words.into()))
    }

    pub fn link(self, to: String, words: impl Into<String>) -> Self {
        self.with(Piece::Link { to, words: words.into() })
    }

    fn with(mut self, piece: Piece) -> Self {
        self.0.push(piece);
        self
    }
}

#[cfg(feature = "ssr")]
impl Sentence {
    pub fn strong(self, words: impl Into<String>) -> Self {
        self.with(Piece::Strong(words.into()))
    }

    pub fn muted(self, words: impl Into<String>) -> Self {
        self.with(Piece::Muted(words.into()))
    }

    /// "job #128", which leads to it.
    pub fn job(self, number: i64) -> Self {
        self.link(format!("/jobs/{number}"), format!("job #{number}"))
    }

    /// What the provider calls its run; it leads there when it has a page.
    pub fn run(self, run: RunLink) -> Self {
        match run.url {
            Some(url) => self.link(url, run.title),
            None => self.then(run.title),
        }
    }

    /// "14:02", with the day when that is not today.
    pub fn minute(self, at: Time, now: Time) -> Self {
        self.with(Piece::Time { at: moment::machine(at), words: moment::day_and_minute(at, now) })
    }

    /// "14:02:11", with the day when that is not today.
    pub fn second(self, at: Time, now: Time) -> Self {
        self.with(Piece::Time { at: moment::machine(at), words: moment::day_and_second(at, now) })
    }

    pub fn so_far(self, since: Time) -> Self {
        self.with(Piece::SoFar(since.timestamp()))
    }

    pub fn remaining(self, until: Time) -> Self {
        self.with(Piece::Remaining(until.timestamp()))
    }

    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

/// The words alone; what ticks is told by its kind.
#[cfg(test)]
impl std::fmt::Display for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Plain(words)
            | Piece::Strong(words)
            | Piece::Muted(words)
            | Piece::Time { words, .. }
            | Piece::Link { words, .. } => f.write_str(words),
            Piece::SoFar(_) => f.write_str("<so far>"),
            Piece::Remaining(_) => f.write_str("<remaining>"),
        })
    }
}
