//! CircleCI, API v2.
//!
//! Facts: the official OpenAPI (2022-04, 2024-03) and circleci-docs (2026-08). There is no call that cancels
//! a pipeline and no idempotency key; a trigger whose answer was lost is looked for in the project's list.

mod answers;
mod lookup;
mod reading;
mod schedules;
mod slug;

use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use domain::Time;
use domain::run::{Candidate, ProviderKind, RunRef, RunReport, RunStatus};
use domain::step::CiTarget;
use reqwest::{StatusCode, Url};
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use self::answers::{Me, NotTriggered, Page, Pipeline, Triggered, Workflow, WorkflowJob};
use self::slug::Slug;
use super::http::{self, Failure, Http, Peer};
use super::{BackupPlanter, CiProvider, ProviderError, SetupError, TriggerError};

/// Pages of one list that we are ready to read. A list that has more is not honest, or not ours.
const MOST_PAGES: usize = 50;

/// The client for one token.
pub struct CircleCi {
    peer: Peer,
    api: Url,
    app: Url,
    start_grace: Duration,
    /// The login of the token's user, once it is known.
    user: OnceLock<String>,
}

impl CircleCi {
    /// Where CircleCI's API is.
    pub const API: &str = "https://circleci.com/api/v2";
    /// Where people look at pipelines.
    pub const APP: &str = "https://app.circleci.com";

    /// `token` is a personal API token: project tokens do not work on v2. `start_grace` is how long an
    /// accepted pipeline may show no workflow before it counts as skipped.
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
        let who = ProviderKind::CircleCi.title();
        Ok(Self {
            peer: http.to(who, Vec::new()).with_token("circle-token", "", token)?,
            api: http::address(who, api)?,
            app: http::address(who, app)?,
            start_grace,
            user: OnceLock::new(),
        })
    }

    /// The login of the token's user, if CircleCI tells it. Asked for until it did.
    async fn user(&self) -> Option<&str> {
        if let Some(user) = self.user.get() {
            return Some(user);
        }
        let me: Me = self.peer.send_for(self.peer.get(http::under(&self.api, ["me"]))).await.ok()?;
        Some(self.user.get_or_init(|| me.login))
    }

    fn run_ref(&self, slug: &Slug, id: String, number: u64) -> RunRef {
        RunRef {
            provider: ProviderKind::CircleCi,
            id,
            number: Some(number.to_string()),
            url: slug.page(&self.app, number).into(),
        }
    }

    fn pipelines(&self, slug: &Slug) -> Url {
        http::under(&self.api, ["project"].into_iter().chain(slug.segments()).chain(["pipeline"]))
    }

    async fn workflows(&self, pipeline: &str) -> Result<Vec<Workflow>, ProviderError> {
        self.pages(http::under(&self.api, ["pipeline", pipeline, "workflow"]), |_| true).await
    }

    async fn workflow(&self, id: &str) -> Result<Workflow, ProviderError> {
        Ok(self.peer.send_for(self.peer.get(http::under(&self.api, ["workflow", id]))).await?)
    }

    /// The pipeline with all its workflows, and what they come to.
    async fn read(
        &self,
        pipeline: &str,
    ) -> Result<(Pipeline, Vec<Workflow>, reading::Reading), ProviderError> {
        let url = http::under(&self.api, ["pipeline", pipeline]);
        let (pipeline, answered_at): (Pipeline, _) = self.peer.send_dated_for(self.peer.get(url)).await?;
        let workflows = self.workflows(&pipeline.id).await?;
        let reading = reading::read(&pipeline, &workflows, self.start_grace, answered_at);
        Ok((pipeline, workflows, reading))
    }

    /// Names the job that made a workflow fail. Only an ornament: without an answer there is none.
    async fn blame(&self, workflow: &Workflow) -> Option<String> {
        let url = http::under(&self.api, ["workflow", &workflow.id, "job"]);
        let jobs: Page<WorkflowJob> = self.peer.send_for(self.peer.get(url)).await.ok()?;
        reading::blame(workflow, &jobs.items)
    }

    /// All pages of a list while `go_on` likes what the last page held.
    async fn pages<T: DeserializeOwned>(
        &self,
        url: Url,
        go_on: impl Fn(&[T]) -> bool,
    ) -> Result<Vec<T>, ProviderError> {
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let request = self.peer.get(url.clone()).query(&token.map(|token| [("page-token", token)]));
            let page: Page<T> = self.peer.send_for(request).await?;
            let is_wanted = go_on(&page.items);
            items.extend(page.items);
            token = page.next_page_token;
            if token.is_none() || !is_wanted {
                return Ok(items);
            }
        }
        Err(ProviderError::Garbled(format!("{} lists more than {MOST_PAGES} pages", self.peer.who())))
    }

    /// One workflow asked to stop. What the API answers for one that has ended is not documented, so we look.
    async fn stop(&self, workflow: &Workflow) -> Result<(), ProviderError> {
        let url = http::under(&self.api, ["workflow", &workflow.id, "cancel"]);
        match self.peer.send(self.peer.post(url)).await {
            Ok(_) => Ok(()),
            Err(Failure::Refused { status, .. })
                if status.is_client_error()
                    && self
                        .workflow(&workflow.id)
                        .await
                        .is_ok_and(|now| reading::status(&now.status).is_final()) =>
            {
                Ok(())
            }
            Err(failure) => Err(failure.into()),
        }
    }
}

#[async_trait]
impl CiProvider for CircleCi {
    fn kind(&self) -> ProviderKind {
        ProviderKind::CircleCi
    }

    async fn trigger(&self, target: &CiTarget, marker: Uuid) -> Result<RunRef, TriggerError> {
        let slug = Slug::parse(&target.project).map_err(TriggerError::Rejected)?;
        let request = self.peer.post(self.pipelines(&slug)).json(&trigger_body(target, marker));
        let answer = self.peer.send(request).await?;
        match answer.status {
            StatusCode::CREATED => {
                let triggered: Triggered = answer.json()?;
                Ok(self.run_ref(&slug, triggered.id, triggered.number))
            }
            StatusCode::OK => {
                let refusal: NotTriggered = answer.json()?;
                let reason = domain::text::one_line(&refusal.message, 200);
                Err(TriggerError::Rejected(format!("CircleCI started nothing: {reason}")))
            }
            status => {
                Err(TriggerError::Unknown(format!("CircleCI answered a trigger with {}", status.as_u16())))
            }
        }
    }

    async fn find(
        &self,
        target: &CiTarget,
        marker: Uuid,
        since: Time,
    ) -> Result<Vec<Candidate>, ProviderError> {
        let slug = Slug::parse(&target.project).map_err(ProviderError::Rejected)?;
        let earliest = since - super::CLOCK_ALLOWANCE;
        let mut url = self.pipelines(&slug);
        url.query_pairs_mut().append_pair("branch", &target.branch);
        // Newest first, as far as anybody has seen; the documentation does not say.
        let pipelines: Vec<Pipeline> = self
            .pages(url, |page: &[Pipeline]| page.iter().any(|pipeline| pipeline.created_at >= earliest))
            .await?;
        let mut found: Vec<Pipeline> = pipelines
            .into_iter()
            .filter(|pipeline| pipeline.created_at >= earliest && lookup::fits(pipeline, target, marker))
            .collect();
        found.sort_by_key(|pipeline| pipeline.created_at);
        let is_marked = target.marker_parameter.is_some();
        let user = if found.is_empty() || is_marked { None } else { self.user().await };
        let candidate = |pipeline: Pipeline| {
            let likeness = lookup::likeness(&pipeline, is_marked, user)?;
            Some(Candidate { run: self.run_ref(&slug, pipeline.id, pipeline.number), likeness })
        };
        Ok(found.into_iter().filter_map(candidate).collect())
    }

    async fn look(&self, target: &CiTarget, run: &RunRef) -> Result<RunReport, ProviderError> {
        let slug = Slug::parse(&target.project).map_err(ProviderError::Rejected)?;
        let (pipeline, workflows, reading) = self.read(&run.id).await?;
        let blame = match reading::failed_workflow(&workflows) {
            Some(workflow) if reading.status == RunStatus::Failed => self.blame(workflow).await,
            _ => None,
        };
        Ok(RunReport {
            status: reading.status,
            run: self.run_ref(&slug, pipeline.id, pipeline.number),
            detail: blame.or(reading.detail),
        })
    }

    async fn cancel(&self, _target: &CiTarget, run: &RunRef) -> Result<(), ProviderError> {
        let (_, workflows, reading) = self.read(&run.id).await?;
        if reading.status.is_final() {
            return Ok(());
        }
        let open: Vec<&Workflow> =
            workflows.iter().filter(|workflow| !reading::status(&workflow.status).is_final()).collect();
        if open.is_empty() {
            let what = "the pipeline has no workflow yet that could be cancelled".to_owned();
            return Err(ProviderError::Transient { after: None, what });
        }
        for workflow in open {
            self.stop(workflow).await?;
        }
        Ok(())
    }

    fn planter(&self) -> Option<&dyn BackupPlanter> {
        Some(self)
    }
}

/// The marker only travels where the target declares a parameter for it: an undeclared one makes the pipeline
/// fail.
fn trigger_body(target: &CiTarget, marker: Uuid) -> Value {
    let mut parameters: Map<String, Value> =
        target.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    if let Some(name) = &target.marker_parameter {
        parameters.insert(name.clone(), json!(marker));
    }
    let mut body = json!({ "branch": target.branch });
    if !parameters.is_empty() {
        body["parameters"] = Value::Object(parameters);
    }
    body
}
