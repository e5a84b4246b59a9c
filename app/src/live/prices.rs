//! The price on the button: "Start cluster (m, $0.036/h)". Without script the price stands on each choice only.

use leptos::ev;
use leptos::prelude::window_event_listener;

use super::document::{each, set_text};

/// Follows the choices on this page as long as it is there.
pub fn start() {
    let _ = window_event_listener(ev::change, |_| show());
    show();
}

/// Writes the price of the present choice on each button that wants one.
pub fn show() {
    each("button[data-verb]", |button| {
        let form = button.closest("form").ok().flatten();
        let choice = form.and_then(|form| form.query_selector("input[data-price]:checked").ok().flatten());
        let price = choice.and_then(|choice| choice.get_attribute("data-price"));
        if let (Some(verb), Some(price)) = (button.get_attribute("data-verb"), price) {
            set_text(&button, &format!("{verb} ({price})"));
        }
    });
}
