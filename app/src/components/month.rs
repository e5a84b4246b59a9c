//! What this month has cost so far, in one line.

use leptos::prelude::*;

use super::sentence::draw;
use crate::view::MonthView;

/// The id of the piece that shows this.
pub const PIECE_ID: &str = "this-month";

pub fn month(view: &MonthView) -> impl IntoView + use<> {
    let class = view.tone.map_or_else(|| "meta".to_owned(), |tone| format!("notice {tone}"));
    view! { <p id=PIECE_ID class=class>{draw(&view.words, view.made_at)}</p> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::html;
    use crate::view::Sentence;

    #[test]
    fn a_budget_that_comes_to_its_end_stands_out() {
        let page = |tone| html(|| month(&MonthView { tone, words: Sentence::new("x"), made_at: 0 }));
        assert!(page(None).contains(r#"id="this-month" class="meta""#));
        assert!(page(Some("tone-bad")).contains(r#"class="notice tone-bad""#));
    }
}
