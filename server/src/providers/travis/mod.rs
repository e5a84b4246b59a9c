//! Travis CI, API v3.
//!
//! Facts: travis-api at d1cbb6d (2025-12-31), `lib/travis/api/v3` and its specs. A trigger makes a *request*;
//! Travis decides on it later and then makes a build. There is no idempotency key, but a message, which
//! carries our marker. Errors are not always JSON, and there is no 401: all that concerns credentials is a
//! 403.

mod answers;
mod reading;

use std::time::Duration;

use async_trait::async_trait;
use domain::Time;
use domain::run::{Candidate, Likeness, ProviderKind, RunRef, RunReport, RunStatus};
use domain::step::CiTarget;
use reqwest::{StatusCode, Url};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use self::answers::{Build, Messages, Request, Requests, Triggered};
use self::reading::Fate;
use super::http::{self, Failure, Http, Peer};
use super::{CiProvider, ProviderError, SetupError, TriggerError};

/// The most that Travis gives on one page.
const PAGE: usize = 100;

/// Pages that we are ready to read. More requests than these in the time of one outage are not believed.
const MOST_PAGES: usize = 20;

/// The client for one token.
pub struct Travis {
    peer: Peer,
    api: Url,
    app: Url,
    start_grace: Duration,
}

impl Travis {
    /// Where Travis's API is.
    pub const API: &str = "https://api.travis-ci.com";
    /// Where people look at builds of repositories at GitHub.
    pub const APP: &str = "https://app.travis-ci.com/github";

    /// `start_grace` is how long a request that Travis took may show no build before it counts as errored.
    ///
    /// # Errors
    /// When an address or the token cannot be used.
    pub fn new(
        http: &Http,
        api: &str,
        app: &str,
        token: SecretString,
        start_grace: Duration,
    ) -> Result<Self, SetupError> {
        let who = ProviderKind::Travis.title();
        let peer = http.to(who, Vec::new()).with_header("travis-api-version", "3");
        Ok(Self {
            peer: peer.with_token("authorization", "token ", token)?,
            api: http::address(who, api)?,
            app: http::address(who, app)?,
            start_grace,
        })
    }

    /// An address under the repository. Its slug is one segment, `acme%2Fshop`.
    fn repository(&self, target: &CiTarget, rest: &[&str]) -> Url {
        let start = ["repo", target.project.as_str()];
        http::under(&self.api, start.into_iter().chain(rest.iter().copied()))
    }

    /// People see the repository's requests until there is a build to show.
    fn run_ref(&self, target: &CiTarget, request: u64, build: Option<&Build>) -> RunRef {
        let repository = target.project.split('/');
        let url = match build {
            Some(build) => {
                let id = build.id.to_string();
                http::under(&self.app, repository.chain(["builds", id.as_str()]))
            }
            None => http::under(&self.app, repository.chain(["requests"])),
        };
        RunRef {
            provider: ProviderKind::Travis,
            id: request.to_string(),
            number: build.and_then(|build| build.number.clone()),
            url: url.into(),
        }
    }

    /// The request, and when it was shown like this.
    async fn request(
        &self,
        target: &CiTarget,
        run: &RunRef,
    ) -> Result<(Request, Option<Time>), ProviderError> {
        let url = self.repository(target, &["request", &run.id]);
        Ok(self.peer.send_dated_for(self.peer.get(url)).await?)
    }

    /// Only an ornament: without an answer the rejection stands as it is.
    async fn why_rejected(&self, target: &CiTarget, run: &RunRef) -> String {
        let url = self.repository(target, &["request", &run.id, "messages"]);
        let messages: Option<Messages> = self.peer.send_for(self.peer.get(url)).await.ok();
        reading::why_rejected(&messages.map(|answer| answer.messages).unwrap_or_default())
    }
}

#[async_trait]
impl CiProvider for Travis {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Travis
    }

    async fn trigger(&self, target: &CiTarget, marker: Uuid) -> Result<RunRef, TriggerError> {
        let message = format!("{}: {}", signed(marker), target.title);
        let body = json!({ "request": { "branch": target.branch, "message": message } });
        let answer =
            self.peer.send(self.peer.post(self.repository(target, &["requests"])).json(&body)).await?;
        if answer.status != StatusCode::ACCEPTED {
            let status = answer.status.as_u16();
            return Err(TriggerError::Unknown(format!("Travis CI answered a trigger with {status}")));
        }
        let triggered: Triggered = answer.json()?;
        Ok(self.run_ref(target, triggered.request.id, None))
    }

    async fn find(
        &self,
        target: &CiTarget,
        marker: Uuid,
        since: Time,
    ) -> Result<Vec<Candidate>, ProviderError> {
        let earliest = since - super::CLOCK_ALLOWANCE;
        let signature = signed(marker);
        let mut found = Vec::new();
        for page in 0..MOST_PAGES {
            let window = [("limit", PAGE), ("offset", page * PAGE)];
            let request = self.peer.get(self.repository(target, &["requests"])).query(&window);
            let listed: Requests = self.peer.send_for(request).await?;
            // Newest first.
            let is_last = listed.requests.len() < PAGE
                || listed
                    .requests
                    .iter()
                    .filter_map(|request| request.created_at)
                    .any(|created| created < earliest);
            found.extend(listed.requests.into_iter().filter(|request| {
                request.message.as_ref().is_some_and(|message| message.contains(&signature))
            }));
            if is_last {
                found.sort_by_key(|request| request.id);
                found.dedup_by_key(|request| request.id);
                let candidate = |request: &Request| {
                    let build = request.builds.iter().flatten().max_by_key(|build| build.id);
                    Candidate { run: self.run_ref(target, request.id, build), likeness: Likeness::Marker }
                };
                return Ok(found.iter().map(candidate).collect());
            }
        }
        Err(ProviderError::Garbled(format!("Travis CI lists more than {} requests", MOST_PAGES * PAGE)))
    }

    async fn look(&self, target: &CiTarget, run: &RunRef) -> Result<RunReport, ProviderError> {
        let (request, shown_at) = self.request(target, run).await?;
        let without_build = |status, detail| RunReport { status, run: run.clone(), detail };
        Ok(match reading::fate(&request, self.start_grace, shown_at) {
            Fate::Open => without_build(RunStatus::Queued, None),
            Fate::Rejected => without_build(RunStatus::Errored, Some(self.why_rejected(target, run).await)),
            Fate::Barren => {
                without_build(RunStatus::Errored, Some("Travis CI took the request and built nothing".into()))
            }
            Fate::Built(build) => {
                let url = http::under(&self.api, ["build", &build.id.to_string()]);
                let build: Build = self.peer.send_for(self.peer.get(url)).await?;
                RunReport {
                    status: reading::status(&build.state),
                    run: self.run_ref(target, request.id, Some(&build)),
                    detail: reading::tell(&build),
                }
            }
        })
    }

    async fn cancel(&self, target: &CiTarget, run: &RunRef) -> Result<(), ProviderError> {
        let (request, shown_at) = self.request(target, run).await?;
        let build = match reading::fate(&request, self.start_grace, shown_at) {
            Fate::Built(build) => build,
            Fate::Rejected | Fate::Barren => return Ok(()),
            Fate::Open => {
                let what = "the request has no build yet that could be cancelled".to_owned();
                return Err(ProviderError::Transient { after: None, what });
            }
        };
        let url = http::under(&self.api, ["build", &build.id.to_string(), "cancel"]);
        match self.peer.send(self.peer.post(url)).await {
            // 409 `build_not_cancelable`: it is over.
            Ok(_) | Err(Failure::Refused { status: StatusCode::CONFLICT, .. }) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }
}

/// What a message of ours begins with, and what we look for.
fn signed(marker: Uuid) -> String {
    format!("cluster-head {marker}")
}
