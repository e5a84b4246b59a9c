//! Shows the price of the choice on the button of a form, on a page that is not live.

use leptos::prelude::*;

#[island]
pub fn PricedButtons() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::live::start_prices();
}
