//! Draws sentences. What ticks in them ticks by being drawn again.

use leptos::either::EitherOf5;
use leptos::prelude::*;

use crate::live::Now;
use crate::moment::{self, UnixSeconds};
use crate::view::{Piece, Sentence};

pub fn draw(sentence: &Sentence, now: Now) -> impl IntoView + use<> {
    sentence.0.iter().map(|piece| draw_piece(piece.clone(), now)).collect_view()
}

fn draw_piece(piece: Piece, now: Now) -> impl IntoView {
    let muted = |words: String| EitherOf5::C(view! { <span class="muted">{words}</span> });
    match piece {
        Piece::Plain(words) => EitherOf5::A(words),
        Piece::Strong(words) => EitherOf5::B(view! { <strong>{words}</strong> }),
        Piece::Muted(words) => muted(words),
        Piece::Time { at, words } => EitherOf5::D(view! { <time datetime=at>{words}</time> }),
        Piece::Link { to, words } => EitherOf5::E(view! { <a href=to>{words}</a> }),
        Piece::SoFar(since) => EitherOf5::A(so_far(since, now)),
        Piece::Remaining(until) => muted(remaining(until, now)),
    }
}

/// On a page that has lost the server it stands still and says of when it is.
fn so_far(since: UnixSeconds, now: Now) -> String {
    format!("{} so far{}", moment::coarse(now.time - since), as_of(now))
}

fn remaining(until: UnixSeconds, now: Now) -> String {
    match until - now.time {
        ..=0 => "(overdue)".to_owned(),
        left => format!("(in {}{})", moment::coarse(left), as_of(now)),
    }
}

fn as_of(now: Now) -> String {
    now.as_of.map(|as_of| format!(" at {}", moment::to_the_second(as_of))).unwrap_or_default()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{at, html};

    fn drawn(sentence: Sentence) -> String {
        html(|| draw(&sentence, Now::at(at(50))))
    }

    #[test]
    fn a_time_is_there_for_people_and_for_machines() {
        let page = drawn(Sentence::new("Up since ").minute(at(5), at(60)));
        assert!(page.contains("datetime=\"2027-01-15T08:05:00Z\""), "{page}");
        assert!(page.contains(">08:05<"), "{page}");
    }

    #[test]
    fn a_deadline_says_how_long_it_is_until_then() {
        assert!(drawn(Sentence::default().remaining(at(180))).contains("(in 2 h 10 min)"));
        assert!(drawn(Sentence::default().remaining(at(50))).contains("(overdue)"));
    }

    #[test]
    fn a_length_of_time_on_a_stale_page_says_of_when_it_is() {
        let stale = Now { as_of: Some(at(50).timestamp()), ..Now::at(at(50)) };
        assert_eq!(so_far(at(32).timestamp(), stale), "18 min so far at 08:50:00");
    }

    #[test]
    fn every_piece_is_drawn_as_text() {
        let hostile = "<script>";
        let sentence = Sentence::new(hostile).strong(hostile).muted(hostile).link("/x".to_owned(), hostile);
        assert!(!drawn(sentence).contains(hostile));
    }
}
