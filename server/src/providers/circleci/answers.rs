//! What we read of CircleCI's answers; the rest is ignored, since CircleCI may add keys at any time.
//!
//! Facts: the official OpenAPI of API v2 (2022-04, 2024-03), where unknown words can turn up in every `state`
//! and `status`; so these stay text here.

use domain::Time;
use serde::Deserialize;
use serde_json::{Map, Value};

/// One page of any list. The token is opaque; null means that this was the last page.
#[derive(Debug, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_page_token: Option<String>,
}

/// What was planted.
#[derive(Debug, Deserialize)]
pub struct Schedule {
    pub id: String,
    pub name: String,
}

/// The 201 of a trigger. It does not promise that anything will run.
#[derive(Debug, Deserialize)]
pub struct Triggered {
    pub id: String,
    pub number: u64,
}

/// The 200 of a trigger: nothing was started, and why.
#[derive(Debug, Deserialize)]
pub struct NotTriggered {
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub struct Pipeline {
    pub id: String,
    pub number: u64,
    pub state: String,
    pub created_at: Time,
    #[serde(default)]
    pub errors: Vec<PipelineError>,
    pub trigger: Option<PipelineTrigger>,
    /// Absent on older pipelines and on those that were started without any.
    pub trigger_parameters: Option<Map<String, Value>>,
    /// Absent on projects that are not tied to GitHub OAuth or Bitbucket.
    pub vcs: Option<Vcs>,
}

#[derive(Debug, Deserialize)]
pub struct PipelineError {
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub struct PipelineTrigger {
    pub r#type: String,
    pub actor: Option<Actor>,
}

/// Who started it. The login is that of the version control, as in `/me`.
#[derive(Debug, Deserialize)]
pub struct Actor {
    pub login: Option<String>,
}

/// The user of the token.
#[derive(Debug, Deserialize)]
pub struct Me {
    pub login: String,
}

#[derive(Debug, Deserialize)]
pub struct Vcs {
    pub branch: Option<String>,
}

/// A rerun is a new workflow with the same name in the same pipeline.
#[derive(Debug, Clone, Deserialize)]
pub struct Workflow {
    pub id: String,
    pub name: String,
    pub status: String,
    pub created_at: Time,
}

#[derive(Debug, Deserialize)]
pub struct WorkflowJob {
    pub name: String,
    pub status: String,
}
