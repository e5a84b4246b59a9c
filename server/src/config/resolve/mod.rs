//! From the shape of the file to the catalogue: every name is found, every value read, every problem collected.

mod backup;
mod batches;
mod clouds;
mod clusters;
mod retries;
mod routines;
mod shares;
mod targets;
mod words;

use std::ops::Range;

use domain::catalogue::{Catalogue, ServiceSpec};
use domain::plan::Pace;

use super::Loaded;
use super::problems::Problems;
use super::shape::{FileShape, Named, PaceShape, Text, in_file_order};
use super::values;
use targets::Targets;

/// How long a destroy waits unless the file says otherwise.
const USUAL_HOLD_SECONDS: u32 = 10;
/// How many names a problem lists.
const MAX_LISTED: usize = 20;

/// Reads the whole file. What it returns is only of use if `problems` stayed empty.
pub(super) fn resolve(file: &FileShape, problems: &mut Problems<'_>) -> Loaded {
    let targets = Targets::read(file, problems);
    let clusters = clusters::read(file, &targets, problems);
    let services = in_file_order(&file.services)
        .into_iter()
        .filter_map(|(name, service)| {
            let deploy = targets.find(&service.deploy, problems);
            Some(ServiceSpec { name: problems.read(name, |name| values::name(name))?, deploy: deploy? })
        })
        .collect();
    let batches = batches::read(file, problems);
    let routines = routines::read(file, problems);
    let words = words::read(file, &routines, problems);
    let budget =
        file.budget.as_ref().and_then(|budget| problems.read(&budget.monthly, |sum| values::price(sum)));
    let pace = file.pace.as_ref().filter(|pace| sets_pace(pace)).map(|pace| read_pace(pace, problems));
    let hold_seconds = read_hold(file.pace.as_ref(), problems);
    let backup = backup::read(file.backup.as_ref(), problems);
    let share = shares::read(file.share.as_ref(), problems);
    let catalogue =
        Catalogue { clusters, services, batches, routines, words, budget, backup, share, hold_seconds };
    Loaded { catalogue, pace }
}

/// The hold is no matter of the engine's patience: who only sets that keeps the usual pace.
fn sets_pace(shape: &PaceShape) -> bool {
    [&shape.poll, &shape.settle, &shape.look, &shape.stop, &shape.observe].into_iter().any(Option::is_some)
}

fn read_pace(shape: &PaceShape, problems: &mut Problems<'_>) -> Pace {
    let usual = Pace::default();
    let mut read = |text: &Option<Text>, usual| {
        text.as_ref().and_then(|text| problems.read(text, |text| values::duration(text))).unwrap_or(usual)
    };
    Pace {
        poll: read(&shape.poll, usual.poll),
        settle: read(&shape.settle, usual.settle),
        look: read(&shape.look, usual.look),
        stop: read(&shape.stop, usual.stop),
        observe: read(&shape.observe, usual.observe),
    }
}

/// How long a destroy waits for second thoughts.
fn read_hold(shape: Option<&PaceShape>, problems: &mut Problems<'_>) -> u32 {
    let read = shape.and_then(|shape| shape.undo.as_ref());
    read.and_then(|text| problems.read(text, |text| values::seconds_or_none(text)))
        .unwrap_or(USUAL_HOLD_SECONDS)
}

/// Adds a problem unless `name` is declared in `declared`; `what` is what it should be.
fn must_exist<T>(
    name: &Text,
    declared: &Named<T>,
    what: &str,
    problems: &mut Problems<'_>,
) -> Option<String> {
    if declared.contains_key(name) {
        return Some(name.get_ref().clone());
    }
    problems.add(name.span(), there_is_no(what, name.get_ref(), declared.keys().map(Text::get_ref)));
    None
}

fn there_is_no<'a>(what: &str, name: &str, known: impl ExactSizeIterator<Item = &'a String>) -> String {
    let untold = known.len().saturating_sub(MAX_LISTED);
    let listed = known.take(MAX_LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let known = match (listed.is_empty(), untold) {
        (true, _) => "none is declared".to_owned(),
        (false, 0) => listed,
        (false, untold) => format!("{listed} and {untold} more"),
    };
    format!("there is no {what} {}; known {what}s: {known}", values::shown(name))
}

/// Adds a problem at `place` if a list that must say something is empty.
fn must_not_be_empty<T>(list: &[T], place: Range<usize>, example: &str, problems: &mut Problems<'_>) {
    if list.is_empty() {
        problems.add(place, format!("the list is empty; write at least one, such as {example}"));
    }
}
