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

/// Reads a request. A build counts as acceptance whatever the result says. `grace` is how long a decided
/// request may show no build after it was created, and `shown_at` when it was shown like this.
pub fn fate(request: &Request, grace: Duration, shown_at: Option<Time>) -> Fate<'_> {
    let newest = request.builds.iter().flatten().max_by_key(|build| build.id);
    if let Some(build) = newest {
        return Fate::Built(build);
    }
    if request.result.as_deref() == Some("rejected") {
        return Fate::Rejected;
    }
    let age = shown_at.zip(request.created_at).map(|(shown, created)| shown.signed_duration_since(created));
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const GRACE: Duration = Duration::from_secs(120);

    fn fate_of(more: Value, second: i64) -> String {
        let mut shown = json!({ "id": 1, "state": "finished", "result": null, "message": null,
            "created_at": "2026-01-05T10:00:00Z", "builds": [] });
        if let (Value::Object(shown), Value::Object(more)) = (&mut shown, more) {
            shown.extend(more);
        }
        let request: Request = serde_json::from_value(shown).unwrap();
        let now = "2026-01-05T10:00:00Z".parse::<Time>().unwrap() + chrono::Duration::seconds(second);
        match fate(&request, GRACE, Some(now)) {
            Fate::Open => "open".into(),
            Fate::Built(build) => format!("build {}", build.id),
            Fate::Rejected => "rejected".into(),
            Fate::Barren => "barren".into(),
        }
    }

    #[test]
    fn a_request_is_open_until_it_is_decided_however_long_that_takes() {
        let pending = json!({ "state": "pending", "builds": null, "created_at": null });
        assert_eq!(fate_of(pending, 1), "open");
        assert_eq!(fate_of(json!({ "state": "pending" }), 3_600), "open");
    }

    #[test]
    fn a_decided_request_without_a_build_is_barren_after_its_grace() {
        assert_eq!(fate_of(json!({ "result": "approved" }), 120), "open");
        assert_eq!(fate_of(json!({ "result": "approved" }), 121), "barren");
        assert_eq!(fate_of(json!({ "state": "configured" }), 121), "barren");
    }

    #[test]
    fn a_build_counts_whatever_the_result_says_and_the_newest_one_counts() {
        let build = |id, state| json!({ "id": id, "number": "1", "state": state });
        let builds = json!([build(9, "created"), build(8, "passed")]);
        assert_eq!(fate_of(json!({ "builds": builds }), 1), "build 9");
        assert_eq!(fate_of(json!({ "builds": builds, "result": "rejected" }), 1), "build 9");
        assert_eq!(fate_of(json!({ "result": "rejected" }), 1), "rejected");
    }

    #[test]
    fn each_word_of_a_build_has_its_status_and_its_line() {
        for (word, expected, line) in [
            ("created", RunStatus::Queued, None),
            ("queued", RunStatus::Queued, None),
            ("received", RunStatus::Queued, None),
            ("started", RunStatus::Running, None),
            ("passed", RunStatus::Succeeded, None),
            ("failed", RunStatus::Failed, Some("build 9 failed")),
            ("errored", RunStatus::Errored, Some("build 9 could not be set up")),
            ("canceled", RunStatus::Cancelled, Some("build 9 was cancelled")),
            (
                "hibernating",
                RunStatus::Unknown,
                Some("Travis CI calls build 9 \"hibernating\", a word we do not know"),
            ),
        ] {
            let build = Build { id: 1, number: Some("9".into()), state: word.into() };
            assert_eq!((status(word), tell(&build).as_deref()), (expected, line));
        }
    }

    #[test]
    fn a_rejection_without_messages_is_still_a_sentence() {
        assert_eq!(why_rejected(&[]), "request rejected");
        let message = |key: &str| Message { level: Some("error".into()), key: Some(key.into()), code: None };
        assert_eq!(
            why_rejected(&[message("branch"), message("config")]),
            "request rejected: error branch, error config"
        );
    }
}
