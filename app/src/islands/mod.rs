//! What runs in the browser: the connection chip, which keeps the page current, and prices on buttons.

pub mod connection;
pub mod priced_buttons;
