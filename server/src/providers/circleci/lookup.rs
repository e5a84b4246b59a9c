//! Whether a pipeline in the project's list may be the one that we triggered and whose answer was lost.

use domain::run::Likeness;
use domain::step::CiTarget;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::answers::Pipeline;

/// Whether branch, trigger and parameters fit; the list is of the one project already. With a marker
/// parameter, only an exact match does.
pub fn fits(pipeline: &Pipeline, target: &CiTarget, marker: Uuid) -> bool {
    let was_sent_to_the_api = pipeline.trigger.as_ref().is_none_or(|trigger| trigger.r#type == "api");
    let branch = pipeline.vcs.as_ref().and_then(|vcs| vcs.branch.as_ref());
    was_sent_to_the_api
        && branch.is_none_or(|branch| branch == &target.branch)
        && has_parameters(pipeline.trigger_parameters.as_ref(), target, marker)
}

/// By what a pipeline that fits is like ours, or nothing where another user than our token's started it. What the API
/// does not tell, of the pipeline or of us, is no difference.
pub fn likeness(pipeline: &Pipeline, is_marked: bool, user: Option<&str>) -> Option<Likeness> {
    if is_marked {
        return Some(Likeness::Marker);
    }
    let actor = pipeline.trigger.as_ref().and_then(|trigger| trigger.actor.as_ref()?.login.as_deref());
    match (actor.filter(|actor| !actor.is_empty()), user) {
        (Some(actor), Some(user)) => (actor == user).then_some(Likeness::Actor),
        _ => Some(Likeness::Looks),
    }
}

/// Whether a schedule has started the pipeline, with what we planted. A pipeline does not say which schedule it was.
pub fn was_scheduled(pipeline: &Pipeline, target: &CiTarget) -> bool {
    let was_scheduled =
        pipeline.trigger.as_ref().is_some_and(|trigger| trigger.r#type == "scheduled_pipeline");
    let branch = pipeline.vcs.as_ref().and_then(|vcs| vcs.branch.as_ref());
    let unmarked = CiTarget { marker_parameter: None, ..target.clone() };
    was_scheduled
        && branch.is_none_or(|branch| branch == &target.branch)
        && has_parameters(pipeline.trigger_parameters.as_ref(), &unmarked, Uuid::nil())
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

#[cfg(test)]
mod tests {
    use domain::run::ProviderKind;
    use domain::step::Retries;
    use serde_json::json;

    use super::*;

    const MARKER: Uuid = Uuid::from_u128(7);

    fn target(marker_parameter: Option<&str>) -> CiTarget {
        CiTarget {
            name: "release".into(),
            title: "Release".into(),
            provider: ProviderKind::CircleCi,
            project: "gh/acme/shop".into(),
            branch: "release".into(),
            parameters: [("machine".to_owned(), "s-2vcpu-4gb".to_owned())].into(),
            marker_parameter: marker_parameter.map(str::to_owned),
            time_limit_minutes: 60,
            retries: Retries::default(),
        }
    }

    fn pipeline(more: Value) -> Pipeline {
        let mut shown = json!({
            "id": "p", "number": 1, "state": "created", "created_at": "2026-01-05T10:00:00Z",
            "trigger": { "type": "api" }, "vcs": { "branch": "release" },
            "trigger_parameters": { "machine": "s-2vcpu-4gb" } });
        if let (Value::Object(shown), Value::Object(more)) = (&mut shown, more) {
            shown.extend(more);
        }
        serde_json::from_value(shown).unwrap()
    }

    #[test]
    fn without_a_marker_branch_trigger_and_parameters_have_to_fit() {
        for (more, is_a_match) in [
            (json!({}), true),
            (json!({ "vcs": null }), true),
            (json!({ "trigger_parameters": null }), true),
            (
                json!({ "trigger_parameters": { "machine": "s-2vcpu-4gb", "git": { "branch": "release" } } }),
                true,
            ),
            (json!({ "vcs": { "branch": "main" } }), false),
            (json!({ "trigger": { "type": "webhook" } }), false),
            (json!({ "trigger_parameters": {} }), false),
            (json!({ "trigger_parameters": { "machine": "s-4vcpu-8gb" } }), false),
            (json!({ "trigger_parameters": { "machine": "s-2vcpu-4gb", "by": "hand" } }), false),
        ] {
            assert_eq!(fits(&pipeline(more.clone()), &target(None), MARKER), is_a_match, "{more}");
        }
    }

    #[test]
    fn only_what_a_schedule_started_on_the_branch_with_our_parameters_was_planted_by_us() {
        let scheduled = json!({ "trigger": { "type": "scheduled_pipeline" } });
        assert!(was_scheduled(&pipeline(scheduled.clone()), &target(Some("marker"))));
        assert!(!was_scheduled(&pipeline(json!({})), &target(None)), "the API started it");
        let mut other = target(None);
        other.parameters = [("machine".to_owned(), "s-4vcpu-8gb".to_owned())].into();
        assert!(!was_scheduled(&pipeline(scheduled), &other));
    }

    #[test]
    fn what_another_user_started_is_not_ours_and_what_ours_started_is_no_strangers() {
        let by = |actor: Value| pipeline(json!({ "trigger": { "type": "api", "actor": actor } }));
        let bot = Some("deploybot");
        for (actor, user, likeness) in [
            (json!({ "login": "deploybot", "avatar_url": null }), bot, Some(Likeness::Actor)),
            (json!({ "login": "somebody" }), bot, None),
            (json!({ "login": "somebody" }), None, Some(Likeness::Looks)),
            (json!({ "login": "" }), bot, Some(Likeness::Looks)),
            (json!({}), bot, Some(Likeness::Looks)),
            (Value::Null, bot, Some(Likeness::Looks)),
        ] {
            assert_eq!(super::likeness(&by(actor.clone()), false, user), likeness, "{actor} {user:?}");
        }
        assert_eq!(super::likeness(&by(Value::Null), true, None), Some(Likeness::Marker));
    }

    #[test]
    fn with_a_marker_only_the_same_marker_fits() {
        let target = target(Some("marker"));
        let carries =
            |marker: Value| json!({ "trigger_parameters": { "machine": "s-2vcpu-4gb", "marker": marker } });
        assert!(fits(&pipeline(carries(json!(MARKER))), &target, MARKER));
        for other in [carries(json!(Uuid::from_u128(8))), json!({}), json!({ "trigger_parameters": null })] {
            assert!(!fits(&pipeline(other.clone()), &target, MARKER), "{other}");
        }
    }

    #[test]
    fn a_parameter_that_came_back_as_a_number_is_the_same() {
        let mut target = target(None);
        target.parameters = [("nodes".to_owned(), "3".to_owned())].into();
        assert!(fits(&pipeline(json!({ "trigger_parameters": { "nodes": 3 } })), &target, MARKER));
    }
}
