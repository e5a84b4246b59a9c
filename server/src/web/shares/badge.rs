//! A badge for a README or a wiki: flat, with the state as a word, readable on light and on dark ground because it brings
//! its own.

use app::shared::Opened;
use app::view::SharedView;
use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use domain::text::one_line;
use serde::Serialize;

use super::door::Door;
use crate::web::state::Web;

/// Readers of a README see a state that is a minute old at most.
const FRESH: &str = "private, max-age=60";
const LONGEST_NAME: usize = 40;

/// White on each of these has a contrast of at least 4.5.
pub fn colour(view: &SharedView) -> &'static str {
    match view.look.tone.as_str() {
        "tone-good" => "#006b4e",
        "tone-run" => "#1a4293",
        "tone-warn" => "#8a3f00",
        "tone-bad" => "#7b110a",
        _ => "#4a5158",
    }
}

struct Badge {
    name: String,
    word: String,
    colour: &'static str,
}

impl Badge {
    fn new(opened: &Opened) -> Self {
        let view = SharedView::new(opened, Utc::now());
        let colour = colour(&view);
        let word = view.progress.filter(|_| view.look.tone == "tone-run").map_or_else(
            || view.look.word.to_lowercase(),
            |progress| format!("{} {} %", view.look.word.to_lowercase(), progress.percent),
        );
        Self { name: one_line(&view.heading, LONGEST_NAME), word, colour }
    }

    fn svg(&self) -> String {
        let (name, word) = (escaped(&self.name), escaped(&self.word));
        let (left, right) = (width(&self.name), width(&self.word));
        let whole = left + right;
        let (middle_left, middle_right) = (left / 2, left + right / 2);
        let colour = self.colour;
        // With `textLength` it fits its ground whatever font is there.
        let (long_left, long_right) = (left - 12, right - 12);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"20\" role=\"img\" aria-label=\"{name}: {word}\">\
             <title>{name}: {word}</title><clipPath id=\"r\"><rect width=\"{whole}\" height=\"20\" rx=\"3\"/></clipPath>\
             <g clip-path=\"url(#r)\"><rect width=\"{left}\" height=\"20\" fill=\"#1b1f24\"/>\
             <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{colour}\"/></g>\
             <rect x=\".5\" y=\".5\" width=\"{}\" height=\"19\" rx=\"2.5\" fill=\"none\" stroke=\"#7f8894\"/>\
             <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">\
             <text x=\"{middle_left}\" y=\"14\" textLength=\"{long_left}\" lengthAdjust=\"spacingAndGlyphs\">{name}</text>\
             <text x=\"{middle_right}\" y=\"14\" textLength=\"{long_right}\" lengthAdjust=\"spacingAndGlyphs\" font-weight=\"bold\">{word}</text>\
             </g></svg>",
            whole - 1
        )
    }
}

pub async fn svg(door: Door, State(web): State<Web>) -> Result<Response, Response> {
    let badge = Badge::new(&door.open(&web).await?);
    Ok(([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, FRESH)], badge.svg()).into_response())
}

/// What shields.io reads from an endpoint.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shields {
    schema_version: u32,
    label: String,
    message: String,
    color: &'static str,
    cache_seconds: u32,
}

pub async fn shields(door: Door, State(web): State<Web>) -> Result<Response, Response> {
    let Badge { name, word, colour } = Badge::new(&door.open(&web).await?);
    let shields =
        Shields { schema_version: 1, label: name, message: word, color: colour, cache_seconds: 300 };
    Ok(([(CACHE_CONTROL, FRESH)], Json(shields)).into_response())
}

/// Of a text in the 11 pixels of a badge, with air around it.
fn width(text: &str) -> usize {
    12 + text.chars().count() * 7
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_says_its_state_as_a_word_and_a_name_from_outside_is_only_text() {
        let svg = Badge { name: "<b>&\"".into(), word: "up".into(), colour: "#006b4e" }.svg();
        assert!(
            svg.contains("<title>&lt;b&gt;&amp;&quot;: up</title>") && svg.contains("role=\"img\""),
            "{svg}"
        );
        assert!(!svg.contains("<b>"), "{svg}");
    }
}
