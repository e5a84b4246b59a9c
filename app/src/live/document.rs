//! The document that all of this is about. Names of attributes are ours and right, so setting one does not fail.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTemplateElement};

use super::Connection;
use super::voice;
use crate::moment;

pub fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Calls back with each element that the selector finds.
pub fn each(selector: &str, callback: impl Fn(Element)) {
    let Ok(found) = document().query_selector_all(selector) else { return };
    for place in 0..found.length() {
        if let Some(element) = found.item(place).and_then(|node| node.dyn_into().ok()) {
            callback(element);
        }
    }
}

/// Sets it only when it differs: a change that is none would still wake observers.
pub fn set_attribute(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        let _ = element.set_attribute(name, value);
    }
}

pub fn set_text(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        element.set_text_content(Some(text));
    }
}

/// The element that this HTML stands for. Nothing in it runs.
pub fn parse(html: &str) -> Option<Element> {
    let template: HtmlTemplateElement = document().create_element("template").ok()?.dyn_into().ok()?;
    template.set_inner_html(html);
    template.content().first_element_child()
}

/// The tab tells the state too.
pub fn mark_tab(element: &Element) {
    if let Some(title) = element.get_attribute("data-title") {
        document().set_title(&title);
    }
    if let (Some(favicon), Some(link)) = (element.get_attribute("data-favicon"), by_id("favicon")) {
        set_attribute(&link, "href", &favicon);
    }
}

/// A stale page looks stale as a whole: the style sheet lets each badge say of when it is.
pub fn mark_connection(before: Connection, now: Connection) {
    let root = document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok());
    let Some(root) = root else { return };
    set_attribute(&root, "data-connection", if now.is_fresh() { "live" } else { "stale" });
    if let Connection::Stale { as_of } = now {
        let words = format!("\"as of {}\"", moment::to_the_second(as_of));
        let _ = root.style().set_property("--as-of", &words);
    }
    match (before.is_fresh(), now.is_fresh()) {
        (true, false) => voice::alert("Not live any more."),
        (false, true) => voice::say("Up to date again.".to_owned()),
        _ => {}
    }
}
