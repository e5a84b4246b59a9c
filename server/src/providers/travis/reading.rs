//! From Travis's words to ours: a request is decided first, its build runs later.

use std::time::Duration;

use domain::Time;
use domain::run::RunStatus;
use domain::text::one_line;

use super::answers::{Build, Message, Request};

const LONGEST_REASON: usize = 200;

/// What a request has come to.
#[derive(Debug)]
pub enum Fate<'a> {
    /// Not decided, or decided so recently that its build may not be listed.
    Open,
    Built(&'a Build),
    Rejected,
    /// Decided, but there is no build and none is expected any more.
    Barren,
}

/// Reads a request. A build counts as acceptance whatever the result says. `grace` is how long a decided request may
/// show no build after it was created.
pub fn fate(request: &Request, grace: Duration, now: Time) -> Fate<'_> {
    let newest = request.builds.iter().flatten().max_by_key(|build| build.id);
    if let Some(build) = newest {
        return Fate::Built(build);
    }
    if request.result.as_deref() == Some("rejected") {
        return Fate::Rejected;
    }
    let age = request.created_at.map(|created| now.signed_duration_since(created));
    let is_over_grace = age.is_some_and(|age| age.to_std().is_ok_and(|age| age > grace));
    // The names of the states in between have changed over the years; only `pending` is sure.
    if request.state != "pending" && is_over_grace { Fate::Barren } else { Fate::Open }
}

/// A build's state in our words.
pub fn status(word: &str) -> RunStatus {
    match word {
        "created" | "queued" | "received" => RunStatus::Queued,
        "started" => RunStatus::Running,
        "passed" => RunStatus::Succeeded,
        "failed" => RunStatus::Failed,
        "errored" => RunStatus::Errored,
        "canceled" => RunStatus::Cancelled,
        _ => RunStatus::Unknown,
    }
}

/// Nothing where the status says it all.
pub fn tell(build: &Build) -> Option<String> {
    let name = match &build.number {
        Some(number) => format!("build {}", one_line(number, 20)),
        None => "the build".into(),
    };
    Some(match build.state.as_str() {
        "created" | "queued" | "received" | "started" | "passed" => return None,
        "failed" => format!("{name} failed"),
        "errored" => format!("{name} could not be set up"),
        "canceled" => format!("{name} was cancelled"),
        word => format!("Travis CI calls {name} \"{}\", a word we do not know", one_line(word, 60)),
    })
}

/// Why a request was rejected, in the codes that Travis gives: "request rejected: error branch not_found".
pub fn why_rejected(messages: &[Message]) -> String {
    let codes: Vec<String> = messages
        .iter()
        .map(|message| [&message.level, &message.key, &message.code])
        .map(|parts| parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect();
    match one_line(&codes.join(", "), LONGEST_REASON) {
        reason if reason.is_empty() => "request rejected".into(),
        reason => format!("request rejected: {reason}"),
    }
}
