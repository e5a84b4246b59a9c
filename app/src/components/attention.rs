//! What a person should look at, before everything else on the first page.

use leptos::prelude::*;

use super::sentence::draw;
use crate::view::AttentionView;

/// The id of the piece that shows this.
pub const PIECE_ID: &str = "attention";

/// There also while there is nothing to say, so that something can come.
pub fn attention(view: &AttentionView) -> impl IntoView + use<> {
    let now = view.made_at;
    let lines = view.lines.iter().map(|(tone, words)| {
        view! { <li class=format!("notice {tone}")>{draw(words, now)}</li> }
    });
    let lines = (!view.lines.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="needs-attention">
                <h2 id="needs-attention">"Needs attention"</h2>
                <ul class="attention-lines">{lines.collect_view()}</ul>
            </section>
        }
    });
    let notes =
        view.notes.iter().map(|words| view! { <p class="meta">{draw(words, now)}</p> }).collect_view();
    let is_empty = view.lines.is_empty() && view.notes.is_empty();
    view! { <div id=PIECE_ID class="stack" hidden=is_empty>{lines} {notes}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::html;
    use crate::view::Sentence;

    fn page(lines: Vec<(&'static str, Sentence)>, notes: Vec<Sentence>) -> String {
        html(|| attention(&AttentionView { lines, notes, made_at: 0 }))
    }

    #[test]
    fn nothing_to_say_is_an_empty_place() {
        assert!(page(Vec::new(), Vec::new()).starts_with(r#"<div id="attention" hidden"#));
    }

    #[test]
    fn what_comes_from_outside_is_only_text() {
        let page = page(vec![("tone-bad", Sentence::new("<script>"))], vec![Sentence::new("<script>")]);
        assert!(page.contains("notice tone-bad") && !page.contains("<script>"), "{page}");
    }
}
