//! A batch service such as the seed's `POST /queues/s3-orgs-job`: the call that starts a job also reports on
//! it.
//!
//! Facts: k8s-cluster-head-service `src/utilities/SLK.go` and slack-middleware-server `controllers.ts`. While
//! a job runs, the answer also says in `error` that a second one was not started: that is no failure, so only
//! the status word decides. `progress` is a float, and text or missing at times. There is no call that
//! cancels.

use std::collections::HashMap;

use domain::run::{BatchReport, RunStatus};
use domain::step::{BatchCall, BodyValue};
use domain::text::one_line;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::http::{self, Http, Peer};
use super::{ProviderError, SetupError};

const LONGEST_REASON: usize = 200;

/// The client for all batch services; each call brings its address.
pub struct Batch {
    peer: Peer,
    secrets: HashMap<String, SecretString>,
    /// Stands in for scheme and host of every call.
    simulator: Option<Url>,
}

impl Batch {
    /// `secrets` are the values that calls may name, by environment variable.
    pub fn new(http: &Http, secrets: HashMap<String, SecretString>) -> Self {
        let peer = http.to("the batch service", secrets.values().cloned().collect());
        Self { peer, secrets, simulator: None }
    }

    /// As [`new`](Self::new), but every call goes to the simulator, which keeps only the path of its address.
    ///
    /// # Errors
    /// When the simulator's address cannot be used.
    pub fn simulated(
        http: &Http,
        secrets: HashMap<String, SecretString>,
        simulator: &str,
    ) -> Result<Self, SetupError> {
        let simulator = http::address("the batch simulator", simulator)?;
        Ok(Self { simulator: Some(simulator), ..Self::new(http, secrets) })
    }

    /// Starts the job or reports on it; the service tells the two apart. Asked again after a lost answer it
    /// reports, as long as it keeps to one job at a time, or to one for each `key`, which goes where the body of
    /// the call wants it.
    ///
    /// # Errors
    /// `Rejected` also when the call has no usable address or names a secret that is not set.
    pub async fn call(&self, call: &BatchCall, key: &str) -> Result<BatchReport, ProviderError> {
        let request = self.peer.post(self.address(call)?).json(&self.body(call, key)?);
        let answer: Map<String, Value> = self.peer.send_for(request).await?;
        Ok(report(call, &answer))
    }

    fn address(&self, call: &BatchCall) -> Result<Url, ProviderError> {
        let url = http::address("the batch service", &call.url)
            .map_err(|error| ProviderError::Rejected(error.to_string()))?;
        Ok(match &self.simulator {
            Some(simulator) => {
                http::under(simulator, url.path().split('/').filter(|segment| !segment.is_empty()))
            }
            None => url,
        })
    }

    fn body(&self, call: &BatchCall, key: &str) -> Result<Map<String, Value>, ProviderError> {
        call.body
            .iter()
            .map(|(name, value)| {
                let text = match value {
                    BodyValue::Text(text) => text.as_str(),
                    BodyValue::AttemptKey => key,
                    BodyValue::Env(variable) => match self.secrets.get(variable) {
                        Some(secret) => secret.expose_secret(),
                        None => {
                            let batch = &call.name;
                            return Err(ProviderError::Rejected(format!(
                                "the batch {batch} needs {variable}, which is not set"
                            )));
                        }
                    },
                };
                Ok((name.clone(), Value::from(text)))
            })
            .collect()
    }
}

fn report(call: &BatchCall, answer: &Map<String, Value>) -> BatchReport {
    let word = answer.get(&call.status_field).and_then(Value::as_str);
    let is_in = |list: &[String]| word.is_some_and(|word| list.iter().any(|listed| listed == word));
    let reason = answer.get(&call.error_field).and_then(text).map(|reason| one_line(&reason, LONGEST_REASON));
    let reason = reason.filter(|reason| !reason.is_empty());
    let (status, detail) = if is_in(&call.succeeded_when) {
        (RunStatus::Succeeded, None)
    } else if is_in(&call.failed_when) {
        (RunStatus::Failed, reason.or_else(|| Some("the batch service gave no reason".into())))
    } else {
        match word {
            // The words of Bull, the seed's queue, for a job that no worker has taken.
            Some("waiting" | "delayed" | "paused") => (RunStatus::Queued, None),
            Some(_) => (RunStatus::Running, None),
            None => (RunStatus::Unknown, Some(format!("the answer has no \"{}\"", call.status_field))),
        }
    };
    BatchReport {
        status,
        progress: answer.get(&call.progress_field).and_then(percent),
        id: answer.get("id").and_then(text),
        detail,
    }
}

/// A number, or a text that holds one, between 0 and 100.
fn percent(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().trim_end_matches('%').trim().parse().ok()?,
        other => other.as_f64()?,
    };
    number.is_finite().then(|| number.clamp(0.0, 100.0))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) => None,
        // Errors come as objects at times; their JSON is better than nothing.
        Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use domain::step::Retries;
    use serde_json::json;

    use super::*;

    fn call() -> BatchCall {
        BatchCall {
            name: "s3-orgs-job".into(),
            title: "Run the S3 job".into(),
            url: "https://slack.api.shaungc.com/queues/s3-orgs-job".into(),
            body: Default::default(),
            progress_field: "progress".into(),
            status_field: "status".into(),
            error_field: "jobError".into(),
            succeeded_when: vec!["completed".into()],
            failed_when: vec!["failed".into()],
            time_limit_minutes: 60,
            retries: Retries::default(),
        }
    }

    fn report_of(answer: Value) -> BatchReport {
        report(&call(), answer.as_object().unwrap())
    }

    #[test]
    fn each_status_word_has_its_meaning() {
        for (word, status) in [
            ("completed", RunStatus::Succeeded),
            ("failed", RunStatus::Failed),
            ("waiting", RunStatus::Queued),
            ("delayed", RunStatus::Queued),
            ("paused", RunStatus::Queued),
            ("running", RunStatus::Running),
            ("unknown", RunStatus::Running),
            ("hibernating", RunStatus::Running),
        ] {
            assert_eq!(report_of(json!({ "status": word })).status, status, "{word}");
        }
    }

    #[test]
    fn a_running_job_that_refuses_a_second_one_goes_on() {
        let answer =
            json!({ "status": "running", "error": "1 job is there", "jobError": "", "progress": 12.5 });
        let running =
            BatchReport { status: RunStatus::Running, progress: Some(12.5), id: None, detail: None };
        assert_eq!(report_of(answer), running);
    }

    #[test]
    fn a_failed_job_says_why_or_that_it_did_not() {
        let detail =
            |reason: Value| report_of(json!({ "status": "failed", "jobError": reason })).detail.unwrap();
        assert_eq!(detail(json!("status\ncode 503")), "status code 503");
        assert_eq!(detail(json!({ "code": 503 })), "{\"code\":503}");
        assert_eq!(detail(json!("")), "the batch service gave no reason");
        assert_eq!(detail(json!(null)), "the batch service gave no reason");
    }

    #[test]
    fn an_answer_without_a_status_is_no_end() {
        let report = report_of(json!({ "progress": 100 }));
        assert_eq!(report.status, RunStatus::Unknown);
        assert_eq!(report.detail.unwrap(), "the answer has no \"status\"");
    }

    #[test]
    fn progress_is_read_from_whatever_holds_a_number() {
        for (shown, progress) in [
            (json!(30), Some(30.0)),
            (json!(30.25), Some(30.25)),
            (json!("30.25"), Some(30.25)),
            (json!(" 30 %"), Some(30.0)),
            (json!(250), Some(100.0)),
            (json!(-1), Some(0.0)),
            (json!("NaN"), None),
            (json!("soon"), None),
            (json!(null), None),
            (json!({ "done": 3 }), None),
        ] {
            assert_eq!(
                report_of(json!({ "status": "running", "progress": shown })).progress,
                progress,
                "{shown}"
            );
        }
        assert_eq!(report_of(json!({ "status": "running" })).progress, None);
    }

    #[test]
    fn an_id_may_be_a_number() {
        assert_eq!(report_of(json!({ "id": 7 })).id.unwrap(), "7");
        assert_eq!(report_of(json!({ "id": "7" })).id.unwrap(), "7");
    }
}
