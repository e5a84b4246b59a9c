//! `POST /repo/{slug}/requests` (`v3/services/requests/create.rb`): 202 says that the request was noted, no more.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::gate::HrefPrefix;
use super::parameters::Parameters;
use super::repository::Repository;
use super::requests::LIMIT_PERIOD;
use super::show::Show;
use super::{error, json_answer};
use crate::log::MadeEffective;
use crate::outside::Outside;
use crate::twist::Twist;

const DEFAULT_BRANCH: &str = "main";
/// What is noted of the parameters; the rest only steers the request.
const ECHOED: [&str; 5] = ["message", "sha", "tag_name", "merge_mode", "config"];

pub(super) async fn create(
    State(outside): State<Outside>,
    repository: Repository,
    Extension(prefix): Extension<HrefPrefix>,
    Extension(twist): Extension<Twist>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(parameters) = Parameters::read(&uri, &headers, body).await else {
        return error(StatusCode::BAD_REQUEST, "wrong_params", "wrong parameters", json!({}));
    };
    let now = outside.now();
    let show = Show { outside: &outside, now, prefix };
    if outside.settings().inactive_repositories.contains(&repository.slug) {
        let text = "cannot create requests on an inactive repository";
        let more = json!({ "repository": show.repository(&repository) });
        return error(StatusCode::NOT_ACCEPTABLE, "repository_inactive", text, more);
    }
    let max = outside.settings().max_requests;
    let mut memory = outside.memory();
    let remaining = memory.travis.remaining(&repository, max, now);
    if remaining == 0 {
        let text = "request limit reached for resource";
        let more = json!({
            "repository": show.repository(&repository),
            "max_requests": max,
            "per_seconds": LIMIT_PERIOD.as_secs(),
        });
        return error(StatusCode::TOO_MANY_REQUESTS, "request_limit_reached", text, more);
    }

    let branch = parameters.text("branch").unwrap_or_else(|| DEFAULT_BRANCH.to_owned());
    let request = memory.travis.create(repository, branch, noted(&parameters), twist, now);
    let mut answer = json!({
        "@type": "pending",
        "remaining_requests": remaining,
        "repository": show.repository(&request.repository),
        "request": show.echo(request),
        "resource_type": "request",
    });
    if let Some(warnings) = parameters.warnings() {
        answer["@warnings"] = warnings;
    }
    let answer = json_answer(StatusCode::ACCEPTED, &answer);
    match request.build {
        Some(_) => (Extension(MadeEffective(request.id.to_string())), answer).into_response(),
        None => answer,
    }
}

/// A config that is sent as an object is kept as the text of its JSON.
fn noted(parameters: &Parameters) -> Map<String, Value> {
    let mut noted = Map::new();
    for name in ECHOED {
        match parameters.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Object(config)) if name == "config" => {
                noted.insert(name.to_owned(), json!(Value::Object(config.clone()).to_string()));
            }
            Some(value) => {
                noted.insert(name.to_owned(), value.clone());
            }
        }
    }
    if let Some(config) = noted.get("config") {
        let mode = noted.get("merge_mode").cloned().unwrap_or_else(|| json!("deep_merge_append"));
        let configs = json!([{ "config": config, "mode": mode }]);
        noted.insert("configs".to_owned(), configs);
    }
    noted
}
