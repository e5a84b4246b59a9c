//! Cancelling and restarting a build (`v3/services/build/{cancel,restart}.rb`). Both are only accepted at first; the
//! state follows.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::gate::HrefPrefix;
use super::request::Build;
use super::show::Show;
use super::{error, json_answer, not_found};
use crate::clock::Moment;
use crate::outside::Outside;
use crate::twist::Twist;

pub(super) async fn cancel(
    State(outside): State<Outside>,
    Extension(prefix): Extension<HrefPrefix>,
    Path(id): Path<String>,
    Extension(twist): Extension<Twist>,
) -> Response {
    let refused = (true, "build_not_cancelable", "build is not running, cannot cancel");
    change(&outside, prefix, &id, "cancel", refused, |build, now| {
        build.timeline.cancel(now, build.obedience.or(twist.obedience));
    })
}

pub(super) async fn restart(
    State(outside): State<Outside>,
    Extension(prefix): Extension<HrefPrefix>,
    Path(id): Path<String>,
) -> Response {
    let refused = (false, "build_already_running", "build already running, cannot restart");
    change(&outside, prefix, &id, "restart", refused, Build::restart)
}

fn change(
    outside: &Outside,
    prefix: HrefPrefix,
    id: &str,
    state_change: &str,
    (refused_when_over, error_type, text): (bool, &str, &str),
    apply: impl FnOnce(&mut Build, Moment),
) -> Response {
    let now = outside.now();
    let show = Show { outside, now, prefix };
    let mut memory = outside.memory();
    let Some(build) = memory.travis.with_build(id, now).and_then(|request| request.build.as_mut()) else {
        return not_found("build");
    };
    if build.timeline.ended(now).is_some() == refused_when_over {
        return error(StatusCode::CONFLICT, error_type, text, json!({}));
    }
    let pending = json!({
        "@type": "pending",
        "build": show.minimal_build(build, build.timeline.state(now)),
        "state_change": state_change,
        "resource_type": "build",
    });
    apply(build, now);
    json_answer(StatusCode::ACCEPTED, &pending)
}
