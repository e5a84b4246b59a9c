//! Jobs that came after the page: they go on top of a short list; above a long one a bar says that they are there,
//! so that rows do not jump while somebody reads.

use web_sys::Element;

use super::document::{by_id, set_attribute, set_text};
use super::voice;

/// Takes in a row that is not on the page, if the list on the page is one for it.
pub fn receive(row: &Element) {
    let Some(list) = by_id("jobs").filter(|list| row.tag_name() == "TR" && is_for(list, row)) else { return };
    match list.get_attribute("data-newcomers").as_deref() {
        Some("go-on-top") => insert(&list, row),
        Some("are-announced") => announce(row),
        _ => {}
    }
}

/// Whether the list shows such jobs, and goes back as far as this one.
fn is_for(list: &Element, row: &Element) -> bool {
    let fits =
        |name: &str| list.get_attribute(name).is_none_or(|wanted| row.get_attribute(name) == Some(wanted));
    let body = list.query_selector("tbody").ok().flatten();
    let reaches = body.is_some_and(|body| {
        let is_full = i64::from(body.child_element_count()) >= number(list, "data-limit");
        let oldest = body.last_element_child().map(|last| number(&last, "data-number"));
        !is_full || oldest.is_none_or(|oldest| number(row, "data-number") > oldest)
    });
    fits("data-group") && fits("data-cluster") && fits("data-routine") && reaches
}

fn insert(list: &Element, row: &Element) {
    let Some(body) = list.query_selector("tbody").ok().flatten() else { return };
    let mut place = body.first_element_child();
    while let Some(shown) = place.take_if(|shown| number(shown, "data-number") > number(row, "data-number")) {
        place = shown.next_element_sibling();
    }
    // An error would mean that the row found in the body is not in it.
    let _ = body.insert_before(row, place.as_deref());
    // Until the first row comes, a sentence stands in its place.
    let _ = list.remove_attribute("hidden");
    if i64::from(body.child_element_count()) > number(list, "data-limit")
        && let Some(last) = body.last_element_child()
    {
        last.remove();
    }
}

/// Counts each job once: the bar remembers the highest number.
fn announce(row: &Element) {
    let (Some(bar), Some(words)) = (by_id("new-jobs"), by_id("new-jobs-words")) else { return };
    if number(row, "data-number") <= number(&bar, "data-number") {
        return;
    }
    let count = number(&bar, "data-count") + 1;
    set_attribute(&bar, "data-number", &number(row, "data-number").to_string());
    set_attribute(&bar, "data-count", &count.to_string());
    let sentence = if count == 1 { "1 new job.".to_owned() } else { format!("{count} new jobs.") };
    set_text(&words, &sentence);
    // An error would mean that `hidden` is no attribute name.
    let _ = bar.remove_attribute("hidden");
    voice::say(sentence);
}

fn number(element: &Element, name: &str) -> i64 {
    element.get_attribute(name).and_then(|number| number.parse().ok()).unwrap_or_default()
}
