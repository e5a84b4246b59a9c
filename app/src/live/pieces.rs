//! Puts newly drawn pieces in the place of older ones.

use web_sys::Element;

use super::document::{by_id, parse};
use super::morph::morph;
use super::{Piece, Update, newcomers, prices};

/// Brings every piece of the update that this page shows up to date.
pub fn bring_up_to_date(update: &Update) {
    for piece in &update.pieces {
        let Some(new) = parse(&piece.html) else { continue };
        match by_id(&piece.id) {
            Some(old) if version_of(&old) < update.version => morph(&old, &new),
            Some(_) => {}
            None => newcomers::receive(&new),
        }
    }
    prices::show();
}

/// Puts a piece that has no version in the place of the one that came before it.
pub fn replace(piece: &Piece) {
    if let (Some(old), Some(new)) = (by_id(&piece.id), parse(&piece.html)) {
        morph(&old, &new);
    }
}

fn version_of(element: &Element) -> i64 {
    element.get_attribute("data-version").and_then(|version| version.parse().ok()).unwrap_or_default()
}
