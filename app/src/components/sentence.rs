//! Draws sentences. What ticks in them carries its time for the browser.

use leptos::prelude::*;

use crate::moment::{self, UnixSeconds};
use crate::view::{Part, Sentence};

pub fn draw(sentence: &Sentence, now: UnixSeconds) -> impl IntoView + use<> {
    sentence.0.iter().map(|part| draw_part(part.clone(), now)).collect_view()
}

fn draw_part(part: Part, now: UnixSeconds) -> AnyView {
    match part {
        Part::Plain(words) => words.into_any(),
        Part::Strong(words) => view! { <strong>{words}</strong> }.into_any(),
        Part::Muted(words) => view! { <span class="muted">{words}</span> }.into_any(),
        Part::Time { at, words } => view! { <time datetime=at>{words}</time> }.into_any(),
        Part::Link { to, words } => view! { <a href=to>{words}</a> }.into_any(),
        Part::Age(since) => {
            view! { <span data-age=since.to_string()>{moment::coarse(now - since)}</span> }.into_any()
        }
        Part::SoFar(since) => {
            view! { <span data-since=since.to_string()>{moment::so_far(since, now)}</span> }.into_any()
        }
        Part::Left(until) => {
            view! { <span data-left=until.to_string()>{moment::left(until, now)}</span> }.into_any()
        }
        Part::Remaining(until) => {
            view! { <span class="muted" data-until=until.to_string()>{moment::remaining(until, now)}</span> }
                .into_any()
        }
        Part::After { at, words } => {
            view! { <strong class="late" data-after=at.to_string() hidden={now < at}>{words}</strong> }
                .into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, html};

    fn drawn(sentence: Sentence) -> String {
        html(|| draw(&sentence, at(50).timestamp()))
    }

    #[test]
    fn a_time_is_there_for_people_and_for_machines() {
        let page = drawn(Sentence::new("Up since ").minute(at(5), at(60)));
        assert!(page.contains("datetime=\"2027-01-15T08:05:00Z\""), "{page}");
        assert!(page.contains(">08:05<"), "{page}");
    }

    #[test]
    fn what_ticks_carries_its_time() {
        let page = drawn(Sentence::default().so_far(at(32)).remaining(at(180)));
        assert!(page.contains(&format!("data-since=\"{}\">18 min so far<", at(32).timestamp())), "{page}");
        assert!(page.contains(&format!("data-until=\"{}\"", at(180).timestamp())), "{page}");
        assert!(page.contains("(in 2 h 10 min)"), "{page}");
    }

    #[test]
    fn a_warning_is_hidden_until_it_is_true() {
        let page = drawn(Sentence::default().after(at(51), "Late.").after(at(50), "Later."));
        assert_eq!(page.matches(" hidden").count(), 1, "{page}");
        assert!(page.contains(&format!("data-after=\"{}\"", at(51).timestamp())), "{page}");
    }

    #[test]
    fn every_part_is_drawn_as_text() {
        let hostile = "<script>";
        let sentence = Sentence::new(hostile).strong(hostile).muted(hostile).link("/x".to_owned(), hostile);
        assert!(!drawn(sentence).contains(hostile));
    }
}
