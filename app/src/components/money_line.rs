//! What something has cost so far, in a line of its own.

use leptos::prelude::*;

use super::sentence::draw;
use crate::view::MoneyLine;

pub fn money_line(money: &MoneyLine) -> impl IntoView + use<> {
    view! { <p id=money.id.clone() class="meta">{draw(&money.words, money.made_at)}</p> }
}
