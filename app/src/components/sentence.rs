//! Sentences with times, links and stress in them. They are put together as values, so that their words can be
//! tested as words, and there is one place that draws them.

use domain::Time;
use leptos::either::EitherOf5;
use leptos::prelude::*;

use crate::live::Now;
use crate::moment;
use crate::view::RunLink;

/// A part of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Strong(String),
    Muted(String),
    Time { at: Time, words: String },
    Link { to: String, words: String },
}

/// What is said, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentence(Vec<Piece>);

impl Sentence {
    pub fn new(words: impl Into<String>) -> Self {
        Self::default().then(words)
    }

    pub fn then(self, words: impl Into<String>) -> Self {
        self.with(Piece::Plain(words.into()))
    }

    pub fn strong(self, words: impl Into<String>) -> Self {
        self.with(Piece::Strong(words.into()))
    }

    pub fn muted(self, words: impl Into<String>) -> Self {
        self.with(Piece::Muted(words.into()))
    }

    pub fn link(self, to: String, words: impl Into<String>) -> Self {
        self.with(Piece::Link { to, words: words.into() })
    }

    /// "job #128", which leads to it.
    pub fn job(self, number: i64) -> Self {
        self.link(format!("/jobs/{number}"), format!("job #{number}"))
    }

    /// What the provider calls its run; it leads there when it has a page.
    pub fn run(self, run: &RunLink) -> Self {
        match &run.url {
            Some(url) => self.link(url.clone(), run.title.clone()),
            None => self.then(run.title.clone()),
        }
    }

    /// "14:02", with the day when that is not today.
    pub fn minute(self, at: Time, now: Now) -> Self {
        self.with(Piece::Time { at, words: moment::day_and_minute(at, now.time) })
    }

    /// "14:02:11", with the day when that is not today.
    pub fn second(self, at: Time, now: Now) -> Self {
        self.with(Piece::Time { at, words: moment::day_and_second(at, now.time) })
    }

    /// "18 min so far"
    pub fn so_far(self, since: Time, now: Now) -> Self {
        self.then(so_far(since, now))
    }

    /// "(in 2 h 10 min)"
    pub fn remaining(self, until: Time, now: Now) -> Self {
        let left = until - now.time;
        self.muted(if left > chrono::Duration::zero() {
            format!("(in {}{})", moment::coarse(left), as_of(now))
        } else {
            "(overdue)".to_owned()
        })
    }

    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub fn draw(self) -> impl IntoView + use<> {
        self.0.into_iter().map(draw).collect_view()
    }

    fn with(mut self, piece: Piece) -> Self {
        self.0.push(piece);
        self
    }
}

/// "18 min so far"; on a page that has lost the server it stands still and says of when it is.
pub fn so_far(since: Time, now: Now) -> String {
    format!("{} so far{}", moment::coarse(now.time - since), as_of(now))
}

fn as_of(now: Now) -> String {
    now.as_of.map(|as_of| format!(" at {}", moment::to_the_second(as_of))).unwrap_or_default()
}

fn draw(piece: Piece) -> impl IntoView {
    match piece {
        Piece::Plain(words) => EitherOf5::A(words),
        Piece::Strong(words) => EitherOf5::B(view! { <strong>{words}</strong> }),
        Piece::Muted(words) => EitherOf5::C(view! { <span class="muted">{words}</span> }),
        Piece::Time { at, words } => {
            EitherOf5::D(view! { <time datetime=moment::machine(at)>{words}</time> })
        }
        Piece::Link { to, words } => EitherOf5::E(view! { <a href=to>{words}</a> }),
    }
}

#[cfg(test)]
impl std::fmt::Display for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Plain(words)
            | Piece::Strong(words)
            | Piece::Muted(words)
            | Piece::Time { words, .. }
            | Piece::Link { words, .. } => f.write_str(words),
        })
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{at, html};

    #[test]
    fn a_time_is_there_for_people_and_for_machines() {
        let page = html(|| Sentence::new("Up since ").minute(at(5), Now::at(at(60))).draw());
        assert!(page.contains("datetime=\"2027-01-15T08:05:00Z\""), "{page}");
        assert!(page.contains(">08:05<"), "{page}");
    }

    #[test]
    fn a_deadline_says_how_long_it_is_until_then() {
        let left = |minute| Sentence::default().remaining(at(minute), Now::at(at(50))).to_string();
        assert_eq!(left(180), "(in 2 h 10 min)");
        assert_eq!(left(50), "(overdue)");
    }

    #[test]
    fn a_length_of_time_on_a_stale_page_says_of_when_it_is() {
        let stale = Now { as_of: Some(at(50)), ..Now::at(at(50)) };
        assert_eq!(so_far(at(32), stale), "18 min so far at 08:50:00");
    }

    #[test]
    fn every_piece_is_drawn_as_text() {
        let hostile = "<script>";
        let sentence =
            Sentence::new(hostile).strong(hostile).muted(hostile).link("/jobs/1".to_owned(), hostile);
        assert!(!html(|| sentence.draw()).contains(hostile));
    }
}
