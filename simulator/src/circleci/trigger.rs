//! Both forms of the trigger ("CircleCI API v2, pipelines: trigger a new pipeline" and "pipeline/run"). Neither is
//! idempotent: each accepted call is one more pipeline.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::auth::Login;
use super::pipeline::Target;
use super::slug::Slug;
use super::{message, show};
use crate::log::MadeEffective;
use crate::outside::Outside;
use crate::twist::Twist;

const DEFAULT_BRANCH: &str = "main";

#[derive(Default, Deserialize)]
struct OldForm {
    #[serde(flatten)]
    target: BranchOrTag,
    #[serde(default)]
    parameters: Map<String, Value>,
}

#[derive(Default, Deserialize)]
struct NewForm {
    #[serde(default)]
    checkout: BranchOrTag,
    #[serde(default)]
    parameters: Map<String, Value>,
}

#[derive(Default, Deserialize)]
struct BranchOrTag {
    branch: Option<String>,
    tag: Option<String>,
}

/// Why a trigger is refused before there is a pipeline.
pub(super) struct BadRequest(String);

pub(super) async fn old_form(
    State(outside): State<Outside>,
    slug: Slug,
    Extension(twist): Extension<Twist>,
    Extension(login): Extension<Login>,
    body: Bytes,
) -> Result<Response, BadRequest> {
    let form: OldForm = read(&body)?;
    let target = form.target.target()?;
    accept(&outside, slug, target, form.parameters, twist, &login)
}

pub(super) async fn new_form(
    State(outside): State<Outside>,
    slug: Slug,
    Extension(twist): Extension<Twist>,
    Extension(login): Extension<Login>,
    body: Bytes,
) -> Result<Response, BadRequest> {
    let form: NewForm = read(&body)?;
    let target = form.checkout.target()?;
    let says_skip_ci =
        matches!(&target, Target::Branch(branch) if outside.settings().skipped_branches.contains(branch));
    if says_skip_ci {
        return Ok(message(StatusCode::OK, "Ignoring pipeline due to CI skip in the commit"));
    }
    accept(&outside, slug, target, form.parameters, twist, &login)
}

fn read<Form: Default + DeserializeOwned>(body: &Bytes) -> Result<Form, BadRequest> {
    if body.is_empty() {
        return Ok(Form::default());
    }
    serde_json::from_slice(body).map_err(|error| BadRequest(format!("The body cannot be read: {error}")))
}

fn accept(
    outside: &Outside,
    slug: Slug,
    target: Target,
    parameters: Map<String, Value>,
    twist: Twist,
    login: &Login,
) -> Result<Response, BadRequest> {
    check(&parameters)?;
    let mut memory = outside.memory();
    let pipeline = memory.circleci.trigger(slug, target, parameters, twist, &login.0, outside);
    let receipt = (StatusCode::CREATED, Json(show::receipt(pipeline, outside)));
    if pipeline.workflows.is_empty() {
        return Ok(receipt.into_response());
    }
    Ok((Extension(MadeEffective(pipeline.id.to_string())), receipt).into_response())
}

/// The documented limits. What a config declares is looked at later, when the 201 is long gone.
fn check(parameters: &Map<String, Value>) -> Result<(), BadRequest> {
    if parameters.len() > 100 {
        return Err(BadRequest("A pipeline takes at most 100 parameters".to_owned()));
    }
    for (name, value) in parameters {
        let fits = match value {
            Value::String(text) => text.len() <= 512,
            Value::Number(number) => number.is_i64(),
            Value::Bool(_) => true,
            _ => false,
        };
        if name.len() > 128 || !fits {
            return Err(BadRequest(format!(
                "Parameter {name} is too long or not a string, integer or boolean"
            )));
        }
    }
    Ok(())
}

impl IntoResponse for BadRequest {
    fn into_response(self) -> Response {
        message(StatusCode::BAD_REQUEST, &self.0)
    }
}

impl BranchOrTag {
    fn target(self) -> Result<Target, BadRequest> {
        match (self.branch, self.tag) {
            (Some(_), Some(_)) => Err(BadRequest("branch and tag exclude each other".to_owned())),
            (None, Some(tag)) => Ok(Target::Tag(tag)),
            (branch, None) => Ok(Target::Branch(branch.unwrap_or_else(|| DEFAULT_BRANCH.to_owned()))),
        }
    }
}
