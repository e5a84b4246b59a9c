//! A stale page looks stale as a whole: the style sheet lets each badge say of when it is.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::connection::Connection;
use super::voice;
use crate::moment;

/// Marks the document, and says the two changes that matter.
pub fn mark(before: Connection, now: Connection) {
    let Some(root) = document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    let name = if now.is_fresh() { "live" } else { "stale" };
    // Errors would mean that these are no names of an attribute and of a property.
    let _ = root.set_attribute("data-connection", name);
    if let Connection::Stale { as_of } = now {
        let _ = root.style().set_property("--as-of", &format!("\"as of {}\"", moment::to_the_second(as_of)));
    }
    match (before.is_fresh(), now.is_fresh()) {
        (true, false) => voice::alert("Not live any more."),
        (false, true) => voice::say("Up to date again.".to_owned()),
        _ => {}
    }
}
