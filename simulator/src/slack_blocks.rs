//! What Slack takes as the blocks of a message, as far as messages with a text and link buttons go ("Reference: blocks" and
//! "Reference: block elements").

use serde_json::Value;

const MOST_BLOCKS: usize = 50;
const MOST_BUTTONS: usize = 25;
const LONGEST_TEXT: usize = 3_000;
const LONGEST_TITLE: usize = 75;
const LONGEST_URL: usize = 3_000;

/// Whether a message with these blocks is taken. None at all is fine.
pub(crate) fn are_valid(blocks: &Value) -> bool {
    match blocks {
        Value::Null => true,
        Value::Array(blocks) => blocks.len() <= MOST_BLOCKS && blocks.iter().all(is_block),
        _ => false,
    }
}

fn is_block(block: &Value) -> bool {
    match block["type"].as_str() {
        Some("section") => is_text(&block["text"], &["mrkdwn", "plain_text"], LONGEST_TEXT),
        Some("actions") => block["elements"].as_array().is_some_and(|elements| {
            (1..=MOST_BUTTONS).contains(&elements.len()) && elements.iter().all(is_button)
        }),
        _ => false,
    }
}

fn is_button(element: &Value) -> bool {
    let url = &element["url"];
    let is_address = |url: &str| url.len() <= LONGEST_URL && url.starts_with("http");
    element["type"] == "button"
        && is_text(&element["text"], &["plain_text"], LONGEST_TITLE)
        && (url.is_null() || url.as_str().is_some_and(is_address))
}

fn is_text(object: &Value, kinds: &[&str], longest: usize) -> bool {
    let is_kind = object["type"].as_str().is_some_and(|kind| kinds.contains(&kind));
    let length = object["text"].as_str().map_or(0, |text| text.chars().count());
    is_kind && (1..=longest).contains(&length)
}
