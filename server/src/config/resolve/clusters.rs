//! Clusters with their stacks and sizes.

use std::str::FromStr;

use chrono::NaiveDate;
use domain::catalogue::ClusterSpec;
use domain::price::{Price, PriceSource};
use domain::size::{Size, SizeOffer};
use domain::stay::StayLimits;
use domain::step::CiTarget;
use serde_spanned::Spanned;

use super::targets::Targets;
use super::{clouds, must_not_be_empty, there_is_no};
use crate::config::problems::Problems;
use crate::config::shape::{AtDeadlineShape, ClusterShape, FileShape, SizeShape, Text, in_file_order};
use crate::config::values;

pub(super) fn read(file: &FileShape, targets: &Targets<'_>, problems: &mut Problems<'_>) -> Vec<ClusterSpec> {
    if file.clusters.is_empty() {
        problems.add(0..0, "no cluster is declared; write at least one, such as [clusters.staging]");
    }
    clouds::check_that_none_is_shared(file, problems);
    in_file_order(&file.clusters)
        .into_iter()
        .filter_map(|(name, shape)| read_cluster(name, shape, targets, problems))
        .collect()
}

fn read_cluster(
    name: &Text,
    shape: &ClusterShape,
    targets: &Targets<'_>,
    problems: &mut Problems<'_>,
) -> Option<ClusterSpec> {
    let read_name = problems.read(name, |name| values::name(name));
    let up =
        read_stacks(&shape.up, targets, problems, "a failed create is cleaned up before it is tried again");
    let down =
        read_stacks(&shape.down, targets, problems, "a destroy is tried again until the cluster is gone");
    let sizes = read_sizes(name, shape, problems);
    let default_size = problems.read(&shape.default_size, |size| {
        let size = read_size(size)?;
        if shape.sizes.contains_key(size.as_str()) {
            return Ok(size);
        }
        Err(there_is_no("size", size.as_str(), shape.sizes.keys().map(Text::get_ref)))
    });
    let lifetime_minutes = problems.read(&shape.lifetime, |lifetime| values::minutes(lifetime));
    let limits = read_limits(shape, lifetime_minutes.unwrap_or(0), problems);
    let cloud = match &shape.cloud {
        Some(cloud) => clouds::read(cloud, problems).map(Some),
        None => Some(None),
    };
    Some(ClusterSpec {
        name: read_name?,
        up,
        down,
        sizes,
        default_size: default_size?,
        lifetime_minutes: lifetime_minutes?,
        limits: limits?,
        cloud: cloud?,
    })
}

/// How far ahead a cluster may be kept, and what ends it before.
fn read_limits(
    shape: &ClusterShape,
    lifetime_minutes: u32,
    problems: &mut Problems<'_>,
) -> Option<StayLimits> {
    let usual = StayLimits::default();
    let longest_minutes = match &shape.longest_lifetime {
        Some(longest) => problems.read(longest, |text| match values::minutes(text)? {
            minutes if minutes < lifetime_minutes => {
                Err(format!("{} is shorter than the lifetime", values::shown(text)))
            }
            minutes => Ok(minutes),
        }),
        None => Some(usual.longest_minutes.max(lifetime_minutes)),
    };
    let grace_minutes = match &shape.at_deadline {
        Some(AtDeadlineShape::Wait(wait)) => problems.read(wait, |wait| values::minutes_or_none(wait)),
        Some(AtDeadlineShape::Destroy) => Some(0),
        None => Some(usual.grace_minutes),
    };
    let idle_minutes = match &shape.idle_end {
        Some(idle) => problems.read(idle, |idle| values::minutes(idle)).map(Some),
        None => Some(None),
    };
    Some(StayLimits {
        longest_minutes: longest_minutes?,
        grace_minutes: grace_minutes?,
        idle_minutes: idle_minutes?,
    })
}

/// `never_retried` says why a stack of this list has no retries of its own.
fn read_stacks(
    names: &Spanned<Vec<Text>>,
    targets: &Targets<'_>,
    problems: &mut Problems<'_>,
    never_retried: &str,
) -> Vec<CiTarget> {
    must_not_be_empty(names.get_ref(), names.span(), "[\"release\"]", problems);
    let mut find = |name: &Text| {
        let target = targets.find(name, problems)?;
        if target.retries.count > 0 {
            let shown = values::shown(&target.name);
            let message =
                format!("the target {shown} has retries, but {never_retried}; leave out its retries");
            problems.add(name.span(), message);
        }
        Some(target)
    };
    names.get_ref().iter().filter_map(&mut find).collect()
}

fn read_sizes(cluster: &Text, shape: &ClusterShape, problems: &mut Problems<'_>) -> Vec<SizeOffer> {
    if shape.sizes.is_empty() {
        problems.add(cluster.span(), "the cluster is offered in no size; write at least one of s, m and l");
    }
    let prices_of = shape.prices_of.as_ref().and_then(|day| problems.read(day, |day| values::day(day)));
    let read = shape.sizes.iter().filter_map(|(size, shape)| {
        let size = problems.read(size, |size| read_size(size));
        read_offer(size, shape, prices_of, problems)
    });
    let mut offers: Vec<SizeOffer> = read.collect();
    offers.sort_by_key(|offer| offer.size);
    offers
}

fn read_offer(
    size: Option<Size>,
    shape: &SizeShape,
    prices_of: Option<NaiveDate>,
    problems: &mut Problems<'_>,
) -> Option<SizeOffer> {
    let machine = problems.read(&shape.machine, |machine| values::identifier(machine));
    let vcpus = problems.read(&shape.vcpus, values::count);
    let memory_gb = problems.read(&shape.memory_gb, values::count);
    let nodes = match &shape.nodes {
        Some(nodes) => problems.read(nodes, values::count),
        None => Some(1),
    };
    let hourly = problems.read(&shape.hourly, |price| values::price(price));
    // No month costs more than the monthly price, so with a smaller one the meter would hardly count.
    let monthly = problems.read(&shape.monthly, |price| match (values::price(price)?, hourly) {
        (monthly, Some(hourly)) if monthly < hourly => {
            Err(format!("{} is less than the price of an hour", values::shown(price)))
        }
        (monthly, _) => Ok(monthly),
    });
    let one = Price { hourly: hourly?, monthly: monthly?, source: PriceSource::Config, of: prices_of };
    let nodes = nodes?;
    Some(SizeOffer {
        size: size?,
        machine: machine?,
        vcpus: vcpus?,
        memory_gb: memory_gb?,
        nodes,
        price: one.times(nodes),
    })
}

fn read_size(word: &str) -> Result<Size, String> {
    Size::from_str(word).map_err(|error| error.to_string())
}
