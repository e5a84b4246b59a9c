//! Which fault struck, and when, found in the log of the simulators.

use domain::Time;
use serde::Serialize;
use simulator::{Fault, FaultKind, LogEntry};

use super::injection::Injection;
use super::play::{Beginning, Played};
use super::stage::Stage;

/// One fault, with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Struck {
    /// As people write it.
    pub fault: String,
    /// Seconds after the job was accepted, for each time that it struck.
    pub after_seconds: Vec<f64>,
}

pub(super) fn strikes(injections: &[Injection], stage: &Stage, played: &Played) -> Vec<Struck> {
    let log = stage.simulator.log();
    let mut struck: Vec<(&LogEntry, FaultKind)> =
        log.iter().flat_map(|entry| entry.faults().map(move |kind| (entry, kind))).collect();
    let mut kills = played.kills.iter().copied();
    let mut in_order: Vec<(usize, &Injection)> = injections.iter().enumerate().collect();
    // The kills are noted in the order of their requests, whatever the order in which they were asked for.
    in_order.sort_by_key(|(_, injection)| match injection {
        Injection::KillEngine { nth } => *nth,
        Injection::Outside(_) => 0,
    });
    let mut strikes: Vec<(usize, Struck)> = in_order
        .into_iter()
        .map(|(place, injection)| {
            let times: Vec<Time> = match injection {
                Injection::KillEngine { .. } => kills.next().into_iter().collect(),
                Injection::Outside(fault) => taken(&mut struck, fault),
            };
            let after_seconds = times.into_iter().map(|at| seconds_after(played.beginning, at)).collect();
            (place, Struck { fault: injection.to_string(), after_seconds })
        })
        .collect();
    strikes.sort_by_key(|(place, _)| *place);
    strikes.into_iter().map(|(_, struck)| struck).collect()
}

/// The strikes of one fault, taken out of those that are left: two faults may be alike but for their numbers.
fn taken(struck: &mut Vec<(&LogEntry, FaultKind)>, fault: &Fault) -> Vec<Time> {
    let most = if fault.every { usize::MAX } else { 1 };
    let is_of = |entry: &LogEntry, kind: FaultKind| {
        entry.service == fault.endpoint.service()
            && entry.endpoint == Some(fault.endpoint.name())
            && kind == fault.kind
            && (fault.branch.is_none() || entry.branch == fault.branch)
    };
    let mut times = Vec::new();
    struck.retain(|(entry, kind)| {
        let is_taken = times.len() < most && is_of(entry, *kind);
        if is_taken {
            times.push(entry.at);
        }
        !is_taken
    });
    times
}

fn seconds_after(beginning: Beginning, at: Time) -> f64 {
    (at - beginning.here).as_seconds_f64().max(0.0)
}
