//! Whatever is written, the answer is a catalogue that works or an error that says where, and never a panic.

use domain::catalogue::Catalogue;
use domain::order::Ask;
use domain::routine::Routine;
use domain::size::Size;
use proptest::prelude::*;
use proptest::sample::Index;

use super::SHIPPED;
use server::config::{describe, parse};

/// Fragments that mean something in the file.
const FRAGMENTS: [&str; 18] = [
    "\"\"",
    "\"up\"",
    "\"release\"",
    "[]",
    "{}",
    "-1",
    "0",
    "true",
    "\"0s\"",
    "\"9999999999999999999d\"",
    "\"{size}\"",
    "\"{\"",
    "[clusters]",
    "[words]",
    "[[targets]]",
    "\n",
    "=",
    "é\u{0}",
];

fn check(text: &str) {
    match parse("f.toml", text) {
        Ok(loaded) => check_that_all_can_be_ordered(&loaded.catalogue),
        Err(errors) => {
            let errors = errors.to_string();
            assert!(!errors.is_empty() && errors.lines().all(|line| line.starts_with("f.toml:")), "{errors}");
        }
    }
}

fn check_that_all_can_be_ordered(catalogue: &Catalogue) {
    describe(catalogue);
    for cluster in &catalogue.clusters {
        for routine in &catalogue.routines {
            let services = catalogue.services.iter().map(|service| Some(service.name.clone()));
            let services: Vec<_> = if routine.takes_service() { services.collect() } else { vec![None] };
            for (service, size) in services
                .into_iter()
                .flat_map(|service| sizes(routine).map(move |size| (service.clone(), size)))
            {
                if size.is_some_and(|size| cluster.offer(size).is_none()) {
                    continue;
                }
                let ask = Ask {
                    routine: routine.name.clone(),
                    cluster: cluster.name.clone(),
                    size,
                    service,
                    lifetime: None,
                };
                let order = catalogue.order(&ask).unwrap();
                assert!((1..=100).contains(&order.steps.len()));
            }
        }
    }
}

fn sizes(routine: &Routine) -> impl Iterator<Item = Option<Size>> {
    let named = Size::ALL.iter().copied().map(Some).filter(|_| routine.creates_cluster());
    std::iter::once(None).chain(named)
}

/// Replaces a piece of the shipped file, at character boundaries.
fn spliced(text: &str, start: &Index, length: usize, replacement: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let start = start.index(characters.len() + 1);
    let end = (start + length).min(characters.len());
    characters[..start]
        .iter()
        .copied()
        .chain(replacement.chars())
        .chain(characters[end..].iter().copied())
        .collect()
}

#[test]
fn the_shipped_file_can_be_ordered_in_every_way() {
    check_that_all_can_be_ordered(&parse("f.toml", SHIPPED).unwrap().catalogue);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn the_shipped_file_with_any_piece_replaced_is_read_or_refused(
        edits in prop::collection::vec((any::<Index>(), 0..40_usize, prop::sample::select(&FRAGMENTS[..])), 1..4)
    ) {
        let text = edits.iter().fold(SHIPPED.to_owned(), |text, (start, length, replacement)| {
            spliced(&text, start, *length, replacement)
        });
        check(&text);
    }

    #[test]
    fn the_shipped_file_with_any_value_replaced_is_read_or_refused(
        value in any::<Index>(), replacement in prop_oneof![any::<String>().prop_map(|text| format!("{text:?}")), prop::sample::select(&FRAGMENTS[..]).prop_map(str::to_owned)]
    ) {
        let values: Vec<&str> = SHIPPED.lines().filter_map(|line| line.split_once(" = ")).map(|(_, value)| value).collect();
        check(&SHIPPED.replacen(values[value.index(values.len())], &replacement, 1));
    }

    #[test]
    fn the_shipped_file_without_any_one_line_is_read_or_refused(line in any::<Index>()) {
        let lines: Vec<&str> = SHIPPED.lines().collect();
        let dropped = line.index(lines.len());
        let kept: Vec<&str> = lines.iter().enumerate().filter(|(index, _)| *index != dropped).map(|(_, line)| *line).collect();
        check(&kept.join("\n"));
    }
}
