//! Sentences with times, links and stress in them, as values: their words can be tested as words, and one place
//! draws them.

use domain::Time;

use super::RunLink;
use crate::moment;
use crate::moment::UnixSeconds;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
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
    /// "18 min", growing.
    Age(UnixSeconds),
    /// "18 min so far", growing.
    SoFar(UnixSeconds),
    /// "(in 2 h 10 min)", shrinking.
    Remaining(UnixSeconds),
    /// A warning that is true from then on.
    After {
        at: UnixSeconds,
        words: String,
    },
    /// "in 9 s", shrinking to "now".
    Left(UnixSeconds),
}

/// What is said, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentence(pub Vec<Part>);

impl Sentence {
    pub fn new(words: impl Into<String>) -> Self {
        Self::default().then(words)
    }

    pub fn then(self, words: impl Into<String>) -> Self {
        self.with(Part::Plain(words.into()))
    }

    pub fn link(self, to: String, words: impl Into<String>) -> Self {
        self.with(Part::Link { to, words: words.into() })
    }

    pub fn strong(self, words: impl Into<String>) -> Self {
        self.with(Part::Strong(words.into()))
    }

    pub fn muted(self, words: impl Into<String>) -> Self {
        self.with(Part::Muted(words.into()))
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
        self.with(Part::Time { at: moment::machine(at), words: moment::day_and_minute(at, now) })
    }

    /// "14:02:11", with the day when that is not today.
    pub fn second(self, at: Time, now: Time) -> Self {
        self.with(Part::Time { at: moment::machine(at), words: moment::day_and_second(at, now) })
    }

    pub fn age(self, since: Time) -> Self {
        self.with(Part::Age(since.timestamp()))
    }

    pub fn so_far(self, since: Time) -> Self {
        self.with(Part::SoFar(since.timestamp()))
    }

    pub fn remaining(self, until: Time) -> Self {
        self.with(Part::Remaining(until.timestamp()))
    }

    pub fn after(self, at: Time, words: impl Into<String>) -> Self {
        self.with(Part::After { at: at.timestamp(), words: words.into() })
    }

    pub fn left(self, until: Time) -> Self {
        self.with(Part::Left(until.timestamp()))
    }

    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// What a reader sees at this moment, where nothing ticks and nothing leads anywhere.
    pub fn words(&self, now: Time) -> String {
        let now = now.timestamp();
        let told = self.0.iter().map(|part| match part {
            Part::Plain(words)
            | Part::Strong(words)
            | Part::Muted(words)
            | Part::Time { words, .. }
            | Part::Link { words, .. } => words.clone(),
            Part::Age(since) => moment::coarse(now - since),
            Part::SoFar(since) => moment::so_far(*since, now),
            Part::Remaining(until) => moment::remaining(*until, now),
            Part::Left(until) => moment::left(*until, now),
            Part::After { at, words } if now >= *at => words.clone(),
            Part::After { .. } => String::new(),
        });
        told.collect::<String>().trim().to_owned()
    }

    fn with(mut self, part: Part) -> Self {
        self.0.push(part);
        self
    }
}

/// The words alone; what ticks is told by its kind.
#[cfg(test)]
impl std::fmt::Display for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Plain(words)
            | Part::Strong(words)
            | Part::Muted(words)
            | Part::Time { words, .. }
            | Part::Link { words, .. } => f.write_str(words),
            Part::Age(_) => f.write_str("<age>"),
            Part::SoFar(_) => f.write_str("<so far>"),
            Part::Remaining(_) => f.write_str("<remaining>"),
            Part::After { words, .. } => write!(f, " <after>{words}"),
            Part::Left(_) => f.write_str("<left>"),
        })
    }
}
