//! What goes wrong in a drill, as people write it: in the simulator's own words, and the death of the engine itself.

use std::fmt;
use std::str::FromStr;

use domain::text::one_line;
use simulator::{Endpoint, Fault, FaultKind, Service};

/// How a fault is written.
const FORM: &str = "SERVICE ENDPOINT FAULT [NTH|every] [branch=NAME] [seconds=N], or: engine kill [NTH]";

/// One thing that goes wrong: `circleci trigger drop_answer 2`, `engine kill 12`.
#[derive(Debug, Clone)]
pub enum Injection {
    Outside(Fault),
    /// At its nth request the engine is dropped with all that it holds, and another one goes on.
    KillEngine {
        nth: u32,
    },
}

/// Why a text is no fault, and what would have been one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownFault {
    #[error("\"{0}\" is no fault. Write {FORM}. \"--fault list\" lists them all.")]
    Form(String),
    #[error("There is no service \"{found}\". Known services: {known}, engine.")]
    Service { found: String, known: String },
    #[error("{service} has no endpoint \"{found}\". Known endpoints: {known}.")]
    Endpoint { service: &'static str, found: String, known: String },
    #[error("There is no fault \"{found}\". Known faults: {known}. \"--fault list\" says what they do.")]
    Kind { found: String, known: String },
    #[error("Nobody takes webhooks in a drill, so that {0} can strike nothing there.")]
    OfAWebhook(&'static str),
    #[error("\"{0}\" is no detail of a fault. Write {FORM}. NTH counts from 1.")]
    Detail(String),
}

impl FromStr for Injection {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["engine", "kill"] => Ok(Self::KillEngine { nth: 1 }),
            ["engine", "kill", nth] => Ok(Self::KillEngine { nth: count(nth)? }),
            ["engine", ..] => Err(UnknownFault::Form(one_line(text, 80))),
            [service, endpoint, kind, details @ ..] => {
                let fault = Fault::on(find_endpoint(service, endpoint)?, find_kind(kind)?);
                details.iter().try_fold(fault, |fault, detail| with(fault, detail)).map(Self::Outside)
            }
            [service, ..] => {
                find_service(service)?;
                Err(UnknownFault::Form(one_line(text, 80)))
            }
            [] => Err(UnknownFault::Form(String::new())),
        }
    }
}

impl fmt::Display for Injection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self {
            Self::KillEngine { nth } => return write!(f, "engine kill {nth}"),
            Self::Outside(fault) => fault,
        };
        let endpoint = fault.endpoint;
        write!(f, "{} {} {}", endpoint.service().name(), endpoint.name(), fault.kind.name())?;
        if fault.every {
            f.write_str(" every")?;
        } else if fault.nth > 1 {
            write!(f, " {}", fault.nth)?;
        }
        if let Some(branch) = &fault.branch {
            write!(f, " branch={branch}")?;
        }
        if let Some(seconds) = fault.seconds {
            write!(f, " seconds={seconds}")?;
        }
        Ok(())
    }
}

/// Everything that can be injected, one line each.
pub fn known_faults() -> String {
    let mut text = format!("A fault is {FORM}\n\nServices and their endpoints\n");
    for service in Service::ALL {
        text.push_str(&format!("  {:<13} {}\n", service.name(), endpoints(*service)));
    }
    text.push_str("\nFaults\n");
    for kind in known_kinds() {
        text.push_str(&format!("  {:<26} {}\n", kind.name(), kind.about()));
    }
    let kill = "At its nth request the engine is dropped with all that it holds, and another one goes on.";
    text.push_str(&format!("  {:<26} {kill}\n", "engine kill"));
    text
}

fn known_kinds() -> impl Iterator<Item = FaultKind> {
    FaultKind::ALL.iter().copied().filter(|kind| !kind.is_of_a_webhook())
}

fn find_service(name: &str) -> Result<Service, UnknownFault> {
    Service::named(name).ok_or_else(|| UnknownFault::Service {
        found: one_line(name, 40),
        known: listed(Service::ALL.iter().map(|service| service.name())),
    })
}

fn find_endpoint(service: &str, name: &str) -> Result<Endpoint, UnknownFault> {
    let service = find_service(service)?;
    service.endpoint(name).ok_or_else(|| UnknownFault::Endpoint {
        service: service.name(),
        found: one_line(name, 40),
        known: endpoints(service),
    })
}

fn find_kind(name: &str) -> Result<FaultKind, UnknownFault> {
    match FaultKind::named(name) {
        Some(kind) if kind.is_of_a_webhook() => Err(UnknownFault::OfAWebhook(kind.name())),
        Some(kind) => Ok(kind),
        None => Err(UnknownFault::Kind {
            found: one_line(name, 40),
            known: listed(known_kinds().map(FaultKind::name)),
        }),
    }
}

fn with(fault: Fault, detail: &str) -> Result<Fault, UnknownFault> {
    match detail.split_once('=') {
        None if detail == "every" => Ok(fault.every()),
        None => Ok(fault.nth(count(detail)?)),
        Some(("branch", branch)) if !branch.is_empty() => Ok(fault.branch(branch)),
        Some(("seconds", seconds)) => {
            seconds.parse().map(|seconds| fault.seconds(seconds)).map_err(|_| unread(detail))
        }
        Some(_) => Err(unread(detail)),
    }
}

fn count(text: &str) -> Result<u32, UnknownFault> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| unread(text))
}

fn unread(detail: &str) -> UnknownFault {
    UnknownFault::Detail(one_line(detail, 40))
}

fn endpoints(service: Service) -> String {
    listed(service.endpoints().filter(|endpoint| *endpoint != Endpoint::CircleciHook).map(Endpoint::name))
}

fn listed(names: impl Iterator<Item = &'static str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        text.parse::<Injection>().unwrap_err().to_string()
    }

    #[test]
    fn a_fault_that_is_not_known_is_refused_with_those_that_are() {
        assert!(reason("gitlab trigger hang").contains("Known services: circleci, travis, batch"));
        assert!(reason("travis workflows hang").starts_with("travis has no endpoint \"workflows\""));
        assert!(reason("circleci trigger explode").contains("Known faults: fail_job, never_starts"));
        assert!(reason("circleci hook hook_late").starts_with("Nobody takes webhooks in a drill"));
    }

    #[test]
    fn a_detail_that_says_nothing_is_refused() {
        for detail in ["0", "-1", "often", "branch=", "seconds=soon", "colour=red"] {
            let text = format!("circleci trigger hang {detail}");
            assert_eq!(text.parse::<Injection>().unwrap_err(), UnknownFault::Detail(detail.into()));
        }
        for text in ["", "circleci", "circleci trigger", "engine", "engine stop 1"] {
            assert_eq!(text.parse::<Injection>().unwrap_err(), UnknownFault::Form(text.into()));
        }
    }

    #[test]
    fn a_fault_is_written_as_it_is_read() {
        for text in [
            "circleci trigger drop_answer",
            "circleci trigger fail_job 2 branch=release",
            "digitalocean clusters status_500 every",
            "tls handshake expired_certificate 3",
            "circleci trigger lists_late seconds=1.5",
            "engine kill 12",
        ] {
            assert_eq!(text.parse::<Injection>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn every_fault_is_listed_with_what_it_does() {
        let list = known_faults();
        for kind in known_kinds() {
            let line = list.lines().find(|line| line.trim_start().starts_with(&format!("{} ", kind.name())));
            assert!(line.is_some_and(|line| line.ends_with('.')), "{}: {line:?}", kind.name());
        }
    }
}
