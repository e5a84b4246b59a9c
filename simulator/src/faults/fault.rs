//! A fault as somebody asks for it, and what is wrong with it.

use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use thiserror::Error;

use super::chance::Chance;
use super::kind::FaultKind;
use crate::service::Endpoint;

/// `Fault::on(Endpoint::CircleciTrigger, FaultKind::FailJob).nth(2)`
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    #[serde(flatten, serialize_with = "by_its_names")]
    pub endpoint: Endpoint,
    #[serde(rename = "fault")]
    pub kind: FaultKind,
    /// Which of the matching calls is struck; the first is 1. Where the kind changes a destroy, only destroys match.
    pub nth: u32,
    /// Whether all later calls are struck as well.
    pub every: bool,
    /// In place of `nth` and `every`.
    #[serde(flatten)]
    pub chance: Option<Chance>,
    /// How many calls are struck at most.
    pub times: Option<u32>,
    /// Only calls that concern this branch count.
    pub branch: Option<String>,
    /// How long it lasts, for a kind that lasts, by the clock of the clients: what lies between two dates in answers.
    /// A simulator that is fast does not shorten it.
    pub seconds: Option<f64>,
}

impl Fault {
    pub fn on(endpoint: Endpoint, kind: FaultKind) -> Self {
        let (chance, times, branch, seconds) = (None, None, None, None);
        Self { endpoint, kind, nth: 1, every: false, chance, times, branch, seconds }
    }

    pub fn nth(self, nth: u32) -> Self {
        Self { nth, ..self }
    }

    pub fn every(self) -> Self {
        Self { every: true, ..self }
    }

    /// Each matching call is struck with a probability of `chance`; the same `seed` strikes the same calls.
    pub fn by_chance(self, chance: f64, seed: u64) -> Self {
        Self { chance: Some(Chance { chance, seed }), ..self }
    }

    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    pub fn branch(self, branch: &str) -> Self {
        Self { branch: Some(branch.to_owned()), ..self }
    }

    pub fn seconds(self, seconds: f64) -> Self {
        Self { seconds: Some(seconds), ..self }
    }

    pub(super) fn check(&self) -> Result<(), FaultError> {
        let kind = self.kind;
        if !kind.suits(self.endpoint) {
            return Err(FaultError::Unsuited(kind, self.endpoint));
        }
        if let Some(branch) = self.branch.as_deref().filter(|branch| !kind.concerns(Some(branch))) {
            return Err(FaultError::NoSuchDestroy(kind, branch.to_owned()));
        }
        if self.branch.is_some() && self.endpoint == Endpoint::TlsHandshake {
            return Err(FaultError::NoBranchYet(kind));
        }
        match self.chance {
            Some(chance) if !(0.0..=1.0).contains(&chance.chance) => return Err(FaultError::NoChance),
            Some(_) if self.every || self.nth != 1 => return Err(FaultError::ChanceAndCount),
            None if self.times.is_some() && !self.every => return Err(FaultError::TimesOfOne),
            _ => {}
        }
        if self.nth == 0 {
            return Err(FaultError::NthIsZero);
        }
        if self.times == Some(0) {
            return Err(FaultError::TimesIsZero);
        }
        match self.seconds {
            Some(_) if !kind.takes_seconds() => Err(FaultError::TakesNoSeconds(kind)),
            Some(seconds) if seconds <= 0.0 || Duration::try_from_secs_f64(seconds).is_err() => {
                Err(FaultError::NoSeconds)
            }
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FaultError {
    #[error("{} changes {}, and the endpoint {} of {} has none to change", .0.name(), .0.changes(), .1.name(), .1.service().name())]
    Unsuited(FaultKind, Endpoint),
    #[error("{} changes a destroy, and the branch {:?} begins none that it can change", .0.name(), .1)]
    NoSuchDestroy(FaultKind, String),
    #[error("{} strikes before anything is asked for, when no branch is known", .0.name())]
    NoBranchYet(FaultKind),
    #[error("{} strikes a handshake of TLS, and this simulator speaks in the clear, so that it would never strike", .0.name())]
    NoTls(FaultKind),
    #[error("nth counts from 1")]
    NthIsZero,
    #[error("times counts from 1")]
    TimesIsZero,
    #[error("times is for a fault that strikes every call or by chance, and this one strikes one call")]
    TimesOfOne,
    #[error("chance lies between 0 and 1")]
    NoChance,
    #[error("a fault strikes by chance or from the nth call on, and not both")]
    ChanceAndCount,
    #[error("{} takes no seconds", .0.name())]
    TakesNoSeconds(FaultKind),
    #[error("seconds is a number above 0")]
    NoSeconds,
}

fn by_its_names<S: Serializer>(endpoint: &Endpoint, serializer: S) -> Result<S::Ok, S::Error> {
    let mut names = serializer.serialize_map(Some(2))?;
    names.serialize_entry("service", &endpoint.service())?;
    names.serialize_entry("endpoint", endpoint.name())?;
    names.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIGGER: Endpoint = Endpoint::CircleciTrigger;

    fn hang() -> Fault {
        Fault::on(TRIGGER, FaultKind::Hang)
    }

    #[test]
    fn a_fault_of_a_run_is_refused_where_there_is_no_run() {
        let refused = [
            (FaultKind::FailJob, Endpoint::SlackPost),
            (FaultKind::Twin, Endpoint::CircleciPipelines),
            (FaultKind::ListsLate, Endpoint::BatchTrigger),
            (FaultKind::Vanishes, Endpoint::TravisRequests),
            (FaultKind::Leftovers, Endpoint::TravisTrigger),
        ];
        for (kind, endpoint) in refused {
            assert_eq!(Fault::on(endpoint, kind).check(), Err(FaultError::Unsuited(kind, endpoint)));
        }
    }

    #[test]
    fn a_fault_of_a_certificate_strikes_a_handshake_and_nothing_else_strikes_one() {
        for &kind in FaultKind::ALL {
            for &endpoint in Endpoint::ALL {
                let is_the_handshake = endpoint == Endpoint::TlsHandshake;
                if kind.is_of_a_handshake() || is_the_handshake {
                    let suits = kind.is_of_a_handshake() && is_the_handshake;
                    assert_eq!(Fault::on(endpoint, kind).check().is_ok(), suits, "{kind:?} on {endpoint:?}");
                }
            }
        }
    }

    #[test]
    fn a_fault_is_refused_with_what_it_would_change() {
        for (kind, endpoint, changed) in [
            (FaultKind::FailJob, Endpoint::SlackPost, "a run"),
            (FaultKind::Hang, Endpoint::TlsHandshake, "an answer"),
            (FaultKind::ExpiredCertificate, TRIGGER, "a handshake of TLS"),
        ] {
            let reason = Fault::on(endpoint, kind).check().unwrap_err().to_string();
            assert!(reason.contains(&format!("{} changes {changed}, and", kind.name())), "{reason}");
        }
    }

    #[test]
    fn a_fault_of_a_handshake_is_refused_on_a_branch() {
        let kind = FaultKind::MisnamedCertificate;
        let refused = Fault::on(Endpoint::TlsHandshake, kind).branch("release").check();
        assert_eq!(refused, Err(FaultError::NoBranchYet(kind)));
    }

    #[test]
    fn a_fault_of_a_destroy_is_refused_on_a_branch_that_begins_none() {
        let on = |kind, branch| Fault::on(TRIGGER, kind).branch(branch).check();
        assert_eq!(on(FaultKind::Leftovers, "destroy-release"), Ok(()));
        let refused = [(FaultKind::Leftovers, "release"), (FaultKind::DestroysNothing, "destroy-release")];
        for (kind, branch) in refused {
            assert_eq!(on(kind, branch), Err(FaultError::NoSuchDestroy(kind, branch.to_owned())));
        }
    }

    #[test]
    fn counts_and_chances_that_contradict_each_other_are_refused() {
        let refused = [
            (hang().nth(0), FaultError::NthIsZero),
            (hang().every().times(0), FaultError::TimesIsZero),
            (hang().times(3), FaultError::TimesOfOne),
            (hang().by_chance(1.5, 7), FaultError::NoChance),
            (hang().by_chance(f64::NAN, 7), FaultError::NoChance),
            (hang().by_chance(0.5, 7).nth(2), FaultError::ChanceAndCount),
            (hang().by_chance(0.5, 7).every(), FaultError::ChanceAndCount),
        ];
        for (fault, reason) in refused {
            assert_eq!(fault.check(), Err(reason), "{fault:?}");
        }
        assert_eq!(hang().by_chance(0.5, 7).times(3).check(), Ok(()));
    }

    #[test]
    fn seconds_are_refused_where_nothing_lasts() {
        assert_eq!(hang().seconds(3.0).check(), Err(FaultError::TakesNoSeconds(FaultKind::Hang)));
        for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let late = Fault::on(TRIGGER, FaultKind::ListsLate).seconds(seconds);
            assert_eq!(late.check(), Err(FaultError::NoSeconds), "{seconds}");
        }
    }
}
