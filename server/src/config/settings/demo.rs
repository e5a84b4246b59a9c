//! Demo mode: a simulator on this machine instead of real providers, fixed harmless secrets, and no way to mix the two.

use std::net::IpAddr;

use chrono::Duration;
use domain::catalogue::Catalogue;
use domain::plan::Pace;
use reqwest::Url;
use secrecy::SecretString;

use super::super::variables;
use super::args::ServeArgs;
use super::environment::{Environment, Findings};
use super::secrets::{Keys, Secrets};

/// Every secret of the demo. The simulator takes any.
const SECRET: &str = "demo";

/// Whatever opens a door in the real world, whether this catalogue uses it or not.
const REAL: [&str; 7] = [
    "CIRCLECI_TOKEN",
    "CIRCLECI_WEBHOOK_SECRET",
    "TRAVIS_TOKEN",
    "SLACK_INCOMING_URL",
    "SLK_SLACK_TOKEN_OUTGOING_LAUNCH",
    "REQUEST_FROM_SLACK_TOKEN",
    "DIGITALOCEAN_TOKEN",
];

/// A demo that is looked at should not be waited for.
pub(super) fn pace() -> Pace {
    Pace {
        poll: Duration::seconds(1),
        settle: Duration::seconds(5),
        look: Duration::seconds(2),
        stop: Duration::minutes(1),
        observe: Duration::seconds(3),
    }
}

/// A terminal in which somebody works on the real thing is no place for a demo.
pub(super) fn refuse_real_tokens(environment: &Environment, catalogue: &Catalogue, findings: &mut Findings) {
    let of_batches = variables::batch_values(catalogue);
    let of_batches =
        of_batches.iter().map(|variable| variable.name.as_str()).filter(|name| !REAL.contains(name));
    for name in REAL.into_iter().chain(of_batches) {
        if environment.get(name).is_some() {
            findings.add(format!(
                "{name} is set. Demo mode never runs next to real tokens: unset {name} or leave out --demo."
            ));
        }
    }
}

pub(super) fn read_simulator(args: &ServeArgs, findings: &mut Findings) -> Option<Url> {
    let example =
        "start one with \"cluster-head simulate\" and name it, such as --simulator http://127.0.0.1:4010";
    let Some(text) = &args.simulator else {
        findings.add(format!("--simulator is missing. Demo mode talks to a simulator only: {example}."));
        return None;
    };
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "http" && is_loopback(url));
    if url.is_none() {
        findings.add(format!(
            "--simulator is no http URL of this machine. Demo mode talks to nobody else: {example}."
        ));
    }
    url
}

pub(super) fn secrets(catalogue: &Catalogue) -> Secrets {
    let secret = || Some(SecretString::from(SECRET));
    let batch_values =
        variables::batch_values(catalogue).into_iter().map(|variable| (variable.name, SECRET.into()));
    Secrets {
        circleci_token: secret(),
        travis_token: secret(),
        digitalocean_token: secret(),
        slack_request_token: secret(),
        circleci_webhook_secrets: secret().into_iter().collect(),
        slack_incoming_url: None,
        batch_values: batch_values.collect(),
        operator: Keys::default(),
        admin: Keys { password: None, api_token: secret() },
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
