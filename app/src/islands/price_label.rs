//! The words on the button of a size form on a page of its own: in the browser they name the price of the choice.

use leptos::prelude::*;

use super::given::Given;
use crate::components::size_form::{follow_choice, priced_label};
use crate::view::SizeCard;

#[island]
pub fn PriceLabel(verb: String, form_id: String, sizes: Given<Vec<SizeCard>>) -> impl IntoView {
    let chosen = follow_choice(form_id);
    move || priced_label(&verb, &sizes.0, chosen.get().as_deref())
}
