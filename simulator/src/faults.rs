//! What can go wrong outside, and when: a fault is aimed at an endpoint and strikes the nth matching call from the
//! moment on at which it is injected.

use serde::Serialize;
use thiserror::Error;

use crate::named::named_enum;
use crate::service::{Endpoint, Service};

named_enum! {
    pub enum FaultKind {
        /// The run that this trigger starts ends failed.
        FailJob = "fail_job",
        /// Accepted, but no workflow ever appears; Travis rejects the request; a batch job waits for ever.
        NeverStarts = "never_starts",
        /// The run that this trigger starts goes on until it is cancelled.
        RunHangs = "run_hangs",
        /// The run shows a status that nobody has seen before, for its next three reads.
        UnknownStatus = "unknown_status",
        /// Refused with 500.
        Status500 = "status_500",
        /// Refused with 429 and `Retry-After: 1`.
        RateLimited = "rate_limited",
        /// Refused with a 429 that does not say when to come back.
        RateLimitedWithoutHint = "rate_limited_without_hint",
        /// Refused as if the credentials were wrong.
        Unauthorized = "unauthorized",
        /// Never answered; nothing is made effective.
        Hang = "hang",
        /// An HTML error page of a gateway, with 502; nothing is made effective.
        Html = "html",
        /// Made effective, then the connection is reset instead of answered.
        DropAnswer = "drop_answer",
        /// Made effective, then answered with 50 MB of JSON.
        HugeBody = "huge_body",
        /// Made effective, then answered with the first half of the JSON.
        TruncatedJson = "truncated_json",
    }
}

impl FaultKind {
    fn suits(self, endpoint: Endpoint) -> bool {
        match self {
            FaultKind::FailJob | FaultKind::NeverStarts | FaultKind::RunHangs => endpoint.starts_a_run(),
            FaultKind::UnknownStatus => endpoint.starts_a_run() || endpoint.shows_a_run(),
            _ => true,
        }
    }
}

/// `Fault::on(Endpoint::CircleciTrigger, FaultKind::FailJob).nth(2)`
#[derive(Clone, Debug)]
pub struct Fault {
    pub endpoint: Endpoint,
    pub kind: FaultKind,
    /// Which of the matching calls is struck; the first is 1.
    pub nth: u32,
    /// Whether all later calls are struck as well.
    pub every: bool,
    /// Only calls that concern this branch count.
    pub branch: Option<String>,
}

impl Fault {
    pub fn on(endpoint: Endpoint, kind: FaultKind) -> Self {
        Self { endpoint, kind, nth: 1, every: false, branch: None }
    }

    pub fn nth(self, nth: u32) -> Self {
        Self { nth, ..self }
    }

    pub fn every(self) -> Self {
        Self { every: true, ..self }
    }

    pub fn branch(self, branch: &str) -> Self {
        Self { branch: Some(branch.to_owned()), ..self }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FaultError {
    #[error("{} changes a run, and the endpoint {} of {} has none to change", .0.name(), .1.name(), .1.service().name())]
    Unsuited(FaultKind, Endpoint),
    #[error("nth counts from 1")]
    NthIsZero,
}

/// A fault at work, with what it has seen so far.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Injected {
    service: Service,
    endpoint: &'static str,
    nth: u32,
    fault: FaultKind,
    every: bool,
    branch: Option<String>,
    calls_seen: u32,
    #[serde(skip)]
    target: Endpoint,
}

#[derive(Default)]
pub(crate) struct Faults(Vec<Injected>);

impl Faults {
    pub fn inject(&mut self, fault: Fault) -> Result<&Injected, FaultError> {
        if !fault.kind.suits(fault.endpoint) {
            return Err(FaultError::Unsuited(fault.kind, fault.endpoint));
        }
        if fault.nth == 0 {
            return Err(FaultError::NthIsZero);
        }
        let place = self.0.len();
        self.0.push(Injected {
            service: fault.endpoint.service(),
            endpoint: fault.endpoint.name(),
            nth: fault.nth,
            fault: fault.kind,
            every: fault.every,
            branch: fault.branch,
            calls_seen: 0,
            target: fault.endpoint,
        });
        Ok(&self.0[place])
    }

    /// Counts a call and says which fault strikes it. Where several do, the one injected first wins.
    pub fn strike(&mut self, endpoint: Endpoint, branch: Option<&str>) -> Option<FaultKind> {
        let mut struck = None;
        for fault in self.0.iter_mut().filter(|fault| fault.target == endpoint) {
            if fault.branch.is_some() && fault.branch.as_deref() != branch {
                continue;
            }
            fault.calls_seen += 1;
            if fault.calls_seen == fault.nth || (fault.every && fault.calls_seen > fault.nth) {
                struck = struck.or(Some(fault.fault));
            }
        }
        struck
    }

    pub fn list(&self) -> &[Injected] {
        &self.0
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIGGER: Endpoint = Endpoint::CircleciTrigger;

    fn injected(fault: Fault) -> Faults {
        let mut faults = Faults::default();
        faults.inject(fault).unwrap();
        faults
    }

    #[test]
    fn a_fault_strikes_the_nth_call_and_no_other() {
        let mut faults = injected(Fault::on(TRIGGER, FaultKind::Hang).nth(2));
        let struck: Vec<_> = (0..4).map(|_| faults.strike(TRIGGER, None).is_some()).collect();
        assert_eq!(struck, [false, true, false, false]);
    }

    #[test]
    fn a_fault_for_every_call_strikes_from_the_nth_on() {
        let mut faults = injected(Fault::on(TRIGGER, FaultKind::Hang).nth(2).every());
        let struck: Vec<_> = (0..4).map(|_| faults.strike(TRIGGER, None).is_some()).collect();
        assert_eq!(struck, [false, true, true, true]);
    }

    #[test]
    fn calls_that_concern_another_branch_or_endpoint_do_not_count() {
        let mut faults = injected(Fault::on(TRIGGER, FaultKind::Hang).branch("release"));
        assert_eq!(faults.strike(TRIGGER, Some("destroy-release")), None);
        assert_eq!(faults.strike(Endpoint::TravisTrigger, Some("release")), None);
        assert_eq!(faults.strike(TRIGGER, Some("release")), Some(FaultKind::Hang));
    }

    #[test]
    fn a_fault_of_a_run_is_refused_where_there_is_no_run() {
        let refused =
            Faults::default().inject(Fault::on(Endpoint::SlackPost, FaultKind::FailJob)).map(|_| ());
        assert_eq!(refused, Err(FaultError::Unsuited(FaultKind::FailJob, Endpoint::SlackPost)));
        let refused = Faults::default().inject(Fault::on(TRIGGER, FaultKind::Hang).nth(0)).map(|_| ());
        assert_eq!(refused, Err(FaultError::NthIsZero));
    }
}
