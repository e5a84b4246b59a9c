//! Targets: what a CI can be asked to run.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::run::ProviderKind;
use domain::step::CiTarget;

use super::{must_exist, retries};
use crate::config::problems::Problems;
use crate::config::shape::{FileShape, Named, TargetShape, Text, in_file_order};
use crate::config::values::{self, MAX_PARAMETER_KEY, MAX_PARAMETERS};

/// The targets by name. One that could not be read is declared all the same: its own problem is enough.
pub(super) struct Targets<'file> {
    declared: &'file Named<TargetShape>,
    readable: BTreeMap<String, CiTarget>,
}

impl<'file> Targets<'file> {
    pub(super) fn read(file: &'file FileShape, problems: &mut Problems<'_>) -> Self {
        let longest_machine = longest_machine(file);
        let readable = in_file_order(&file.targets)
            .into_iter()
            .filter_map(|(name, shape)| read_target(name, shape, longest_machine, problems))
            .map(|target| (target.name.clone(), target))
            .collect();
        Self { declared: &file.targets, readable }
    }

    pub(super) fn find(&self, name: &Text, problems: &mut Problems<'_>) -> Option<CiTarget> {
        must_exist(name, self.declared, "target", problems).and_then(|name| self.readable.get(&name).cloned())
    }
}

/// Any cluster may fill in any target, so a parameter has to fit with the longest machine type.
fn longest_machine(file: &FileShape) -> usize {
    let offers = file.clusters.values().flat_map(|cluster| cluster.sizes.values());
    offers.map(|offer| offer.machine.get_ref().chars().count()).max().unwrap_or_default()
}

fn read_target(
    name: &Text,
    shape: &TargetShape,
    longest_machine: usize,
    problems: &mut Problems<'_>,
) -> Option<CiTarget> {
    let read_name = problems.read(name, |name| values::name(name));
    let title = problems.read(&shape.title, |title| values::title(title, &["size", "machine"]));
    let provider = problems
        .read(&shape.provider, |word| ProviderKind::from_str(word).map_err(|error| error.to_string()));
    let project = provider
        .and_then(|provider| problems.read(&shape.project, |project| values::project(project, provider)));
    let branch = problems.read(&shape.branch, |branch| values::identifier(branch));
    let time_limit_minutes = problems.read(&shape.time_limit, |limit| values::minutes(limit));
    let parameters = read_parameters(name, shape, longest_machine, problems);
    let retries = retries::read(shape.retries.as_ref(), shape.retry_pause.as_ref(), problems);
    if provider == Some(ProviderKind::Travis) {
        refuse_for_travis(shape, problems);
    }
    Some(CiTarget {
        name: read_name?,
        title: title?,
        provider: provider?,
        project: project?,
        branch: branch?,
        parameters: parameters?,
        marker_parameter: shape.marker_parameter.as_ref().map(|marker| marker.get_ref().clone()),
        time_limit_minutes: time_limit_minutes?,
        retries: retries?,
    })
}

fn read_parameters(
    name: &Text,
    shape: &TargetShape,
    longest_machine: usize,
    problems: &mut Problems<'_>,
) -> Option<BTreeMap<String, String>> {
    let marker = shape.marker_parameter.as_ref();
    let count = shape.parameters.len() + usize::from(marker.is_some());
    if count > MAX_PARAMETERS {
        let place = shape.parameters.keys().next().unwrap_or(name).span();
        problems.add(place, format!("the target has {count} parameters; CircleCI takes {MAX_PARAMETERS}"));
    }
    for key in shape.parameters.keys().chain(marker) {
        problems.read(key, |key| match key.chars().count() {
            1..=MAX_PARAMETER_KEY => values::identifier(key),
            _ => Err(format!("the name of a parameter has 1 to {MAX_PARAMETER_KEY} characters")),
        });
    }
    if let Some(marker) = marker.filter(|marker| shape.parameters.contains_key(*marker)) {
        problems.add(marker.span(), "this parameter already has a value; name one that nothing else uses");
    }
    let entries = shape.parameters.iter().map(|(key, value)| {
        let value = problems.read(value, |value| values::parameter(value, longest_machine))?;
        Some((key.get_ref().clone(), value))
    });
    // All of them are read before the first that failed ends it: each has its own problem to tell.
    entries.collect::<Vec<_>>().into_iter().collect()
}

fn refuse_for_travis(shape: &TargetShape, problems: &mut Problems<'_>) {
    if let Some(marker) = &shape.marker_parameter {
        problems.add(
            marker.span(),
            "only CircleCI has parameters; on Travis CI the message of the build carries our marker",
        );
    }
    if let Some(key) = shape.parameters.keys().next() {
        problems.add(key.span(), "only CircleCI has parameters; leave them out for Travis CI");
    }
}
