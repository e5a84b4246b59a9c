//! The colours of the style sheet: text is readable, state graphics are visible, in light and in dark.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a style sheet that cannot be read fails the test")]

use std::collections::BTreeMap;

const STYLE_SHEET: &str = include_str!("../../style/tailwind.css");

/// A colour in both schemes.
#[derive(Clone, Copy)]
struct Pair {
    light: [f64; 3],
    dark: [f64; 3],
}

fn tokens() -> BTreeMap<&'static str, Pair> {
    STYLE_SHEET
        .lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--color-")?.split_once(": light-dark(")?;
            let (light, dark) = value.trim_end_matches(");").split_once(", ")?;
            Some((name, Pair { light: rgb(light), dark: rgb(dark) }))
        })
        .collect()
}

fn rgb(hex: &str) -> [f64; 3] {
    let hex = hex.strip_prefix('#').unwrap();
    assert_eq!(hex.len(), 6, "{hex}");
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0)
}

/// WCAG 2.2: relative luminance.
fn luminance(colour: [f64; 3]) -> f64 {
    let [r, g, b] =
        colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Checks `front` on `ground` in both schemes.
fn assert_contrast(front: &str, ground: &str, least: f64) {
    let tokens = tokens();
    let token = |name: &str| tokens.get(name).copied().unwrap_or_else(|| panic!("no colour {name}"));
    let (front_pair, ground_pair) = (token(front), token(ground));
    for (scheme, ratio) in [
        ("light", contrast(front_pair.light, ground_pair.light)),
        ("dark", contrast(front_pair.dark, ground_pair.dark)),
    ] {
        assert!(ratio >= least, "{front} on {ground} ({scheme}): {ratio:.2} is less than {least}");
    }
}

#[test]
fn the_measure_is_that_of_the_standard() {
    assert!((contrast(rgb("#000000"), rgb("#ffffff")) - 21.0).abs() < 0.01);
    assert!((contrast(rgb("#767676"), rgb("#ffffff")) - 4.54).abs() < 0.01);
}

#[test]
fn text_is_readable_on_every_ground() {
    for ground in ["page", "subtle"] {
        for front in ["text", "muted", "accent", "danger", "warn-text", "bad-text"] {
            assert_contrast(front, ground, 4.5);
        }
    }
}

#[test]
fn the_words_of_a_state_are_readable_on_its_tint() {
    for state in ["rest", "run", "good", "warn", "bad"] {
        assert_contrast(&format!("{state}-text"), &format!("{state}-tint"), 4.5);
    }
}

#[test]
fn the_words_on_coloured_buttons_are_readable() {
    assert_contrast("on-primary", "primary", 4.5);
    assert_contrast("on-danger", "danger", 4.5);
}

#[test]
fn graphics_and_borders_that_carry_meaning_are_visible() {
    for front in ["rest", "run", "good", "warn", "bad", "control", "focus", "primary"] {
        assert_contrast(front, "page", 3.0);
    }
}
