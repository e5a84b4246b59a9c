//! What can go wrong outside, and when: a fault is aimed at an endpoint and strikes the nth matching call from the
//! moment on at which it is injected, or each one by chance.

mod chance;
mod fault;
mod kind;

use serde::Serialize;

pub use chance::Chance;
pub use fault::{Fault, FaultError};
pub use kind::FaultKind;

use crate::service::Endpoint;

/// A fault at work, with what it has seen so far.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Injected {
    #[serde(flatten)]
    fault: Fault,
    calls_seen: u32,
    struck: u32,
}

/// What strikes one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Strike {
    pub kind: FaultKind,
    pub seconds: Option<f64>,
}

#[derive(Default)]
pub(crate) struct Faults(Vec<Injected>);

impl Faults {
    pub fn inject(&mut self, fault: Fault) -> Result<&Injected, FaultError> {
        fault.check()?;
        let place = self.0.len();
        self.0.push(Injected { fault, calls_seen: 0, struck: 0 });
        Ok(&self.0[place])
    }

    /// Counts a call and says which faults strike it. The first one that is due wins, and those after it strike as well
    /// where they go together.
    pub fn strike(&mut self, endpoint: Endpoint, branch: Option<&str>) -> Vec<Strike> {
        let mut strikes: Vec<Strike> = Vec::new();
        for injected in self.0.iter_mut().filter(|injected| injected.counts(endpoint, branch)) {
            injected.calls_seen += 1;
            let Fault { kind, seconds, .. } = injected.fault;
            if injected.is_due() && strikes.iter().all(|strike| strike.kind.goes_with(kind)) {
                injected.struck += 1;
                strikes.push(Strike { kind, seconds });
            }
        }
        strikes
    }

    pub fn list(&self) -> &[Injected] {
        &self.0
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl Injected {
    fn counts(&self, endpoint: Endpoint, branch: Option<&str>) -> bool {
        self.fault.endpoint == endpoint
            && self.fault.kind.concerns(branch)
            && (self.fault.branch.is_none() || self.fault.branch.as_deref() == branch)
    }

    fn is_due(&self) -> bool {
        let Fault { nth, every, chance, times, .. } = self.fault;
        let is_drawn = match chance {
            Some(chance) => chance.strikes(self.calls_seen),
            None => self.calls_seen == nth || (every && self.calls_seen > nth),
        };
        is_drawn && times.is_none_or(|times| self.struck < times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIGGER: Endpoint = Endpoint::CircleciTrigger;

    fn hang() -> Fault {
        Fault::on(TRIGGER, FaultKind::Hang)
    }

    fn injected(fault: Fault) -> Faults {
        let mut faults = Faults::default();
        faults.inject(fault).unwrap();
        faults
    }

    fn struck(fault: Fault, calls: usize) -> Vec<bool> {
        let mut faults = injected(fault);
        (0..calls).map(|_| !faults.strike(TRIGGER, None).is_empty()).collect()
    }

    #[test]
    fn a_fault_strikes_the_nth_call_and_no_other() {
        assert_eq!(struck(hang().nth(2), 4), [false, true, false, false]);
    }

    #[test]
    fn a_fault_for_every_call_strikes_from_the_nth_on() {
        assert_eq!(struck(hang().nth(2).every(), 4), [false, true, true, true]);
    }

    #[test]
    fn a_fault_that_is_limited_gives_up_after_so_many_strikes() {
        assert_eq!(struck(hang().nth(2).every().times(2), 5), [false, true, true, false, false]);
        let by_chance = struck(hang().by_chance(0.5, 7).times(3), 100);
        assert_eq!(by_chance.iter().filter(|struck| **struck).count(), 3);
    }

    #[test]
    fn calls_that_concern_another_branch_or_endpoint_do_not_count() {
        let mut faults = injected(hang().branch("release"));
        assert_eq!(faults.strike(TRIGGER, Some("destroy-release")), []);
        assert_eq!(faults.strike(Endpoint::TravisTrigger, Some("release")), []);
        assert_eq!(
            faults.strike(TRIGGER, Some("release")),
            [Strike { kind: FaultKind::Hang, seconds: None }]
        );
    }

    #[test]
    fn a_fault_of_a_destroy_waits_for_one() {
        let mut faults = injected(Fault::on(TRIGGER, FaultKind::SlowDelete).seconds(5.0));
        for branch in [None, Some("release-cluster"), Some("destroy-release")] {
            assert_eq!(faults.strike(TRIGGER, branch), []);
        }
        let strike = faults.strike(TRIGGER, Some("destroy-cluster"));
        assert_eq!(strike, [Strike { kind: FaultKind::SlowDelete, seconds: Some(5.0) }]);
    }

    fn kinds(strikes: &[Strike]) -> Vec<FaultKind> {
        strikes.iter().map(|strike| strike.kind).collect()
    }

    #[test]
    fn where_two_faults_meet_that_exclude_each_other_the_first_wins_and_the_second_has_not_struck() {
        for second in [FaultKind::Html, FaultKind::FailJob, FaultKind::DropAnswer] {
            let mut faults = injected(hang());
            faults.inject(Fault::on(TRIGGER, second).every().times(1)).unwrap();
            assert_eq!(kinds(&faults.strike(TRIGGER, None)), [FaultKind::Hang]);
            assert_eq!(kinds(&faults.strike(TRIGGER, None)), [second]);
        }
    }

    #[test]
    fn what_a_run_does_and_how_its_call_is_answered_strike_together() {
        let together = [FaultKind::Twin, FaultKind::RunHangs, FaultKind::ListsLate, FaultKind::DropAnswer];
        let mut faults = Faults::default();
        for kind in together {
            faults.inject(Fault::on(TRIGGER, kind)).unwrap();
        }
        faults.inject(Fault::on(TRIGGER, FaultKind::TruncatedJson)).unwrap();
        assert_eq!(kinds(&faults.strike(TRIGGER, None)), together);
    }
}
