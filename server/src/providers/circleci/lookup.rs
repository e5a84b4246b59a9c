//! Whether a pipeline in the project's list may be the one that we triggered and whose answer was lost.

use domain::step::CiTarget;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::answers::Pipeline;

/// Whether branch, trigger and parameters fit; the list is of the one project already. With a marker parameter, only an
/// exact match does.
pub fn fits(pipeline: &Pipeline, target: &CiTarget, marker: Uuid) -> bool {
    let was_sent_to_the_api = pipeline.trigger.as_ref().is_none_or(|trigger| trigger.r#type == "api");
    let branch = pipeline.vcs.as_ref().and_then(|vcs| vcs.branch.as_ref());
    was_sent_to_the_api
        && branch.is_none_or(|branch| branch == &target.branch)
        && has_parameters(pipeline.trigger_parameters.as_ref(), target, marker)
}

fn has_parameters(found: Option<&Map<String, Value>>, target: &CiTarget, marker: Uuid) -> bool {
    let Some(found) = found else {
        // The API does not always tell; a marker that cannot be seen is no match.
        return target.marker_parameter.is_none();
    };
    let carries_marker = |name: &String| found.get(name).and_then(Value::as_str) == Some(&marker.to_string());
    if target.marker_parameter.as_ref().is_some_and(|name| !carries_marker(name)) {
        return false;
    }
    let all_of_ours = target
        .parameters
        .iter()
        .all(|(name, value)| found.get(name).and_then(as_text).as_ref() == Some(value));
    let none_of_others = found
        .iter()
        // CircleCI adds objects of its own, such as `git`.
        .filter(|(_, value)| !value.is_object())
        .all(|(name, _)| {
            target.parameters.contains_key(name) || target.marker_parameter.as_ref() == Some(name)
        });
    all_of_ours && none_of_others
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
