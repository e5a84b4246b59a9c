//! Looking at requests, builds and jobs (`lib/travis/api/v3/services`).

use std::collections::HashMap;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::gate::HrefPrefix;
use super::repository::Repository;
use super::show::Show;
use super::{json_answer, not_found};
use crate::outside::Outside;
use crate::twist::Twist;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    branch: Option<String>,
    #[serde(rename = "branch.name")]
    branch_name: Option<String>,
    state: Option<String>,
    result: Option<String>,
    limit: Option<usize>,
    offset: Option<usize>,
}

pub(super) async fn requests(
    State(outside): State<Outside>,
    repository: Repository,
    Extension(prefix): Extension<HrefPrefix>,
    Query(query): Query<ListQuery>,
) -> Response {
    let now = outside.now();
    let show = Show { outside: &outside, now, prefix };
    let memory = outside.memory();
    let shown = memory
        .travis
        .listed(&repository, now)
        .filter(|request| query.branch.as_ref().is_none_or(|branch| *branch == request.branch))
        .filter(|request| query.state.as_ref().is_none_or(|state| state == request.state(now)))
        .filter(|request| query.result.is_none() || query.result.as_deref() == request.result(now))
        .map(|request| show.request(request))
        .collect();
    page("requests", &show.href(&format!("/repo/{}/requests", repository.id)), shown, &query)
}

pub(super) async fn builds(
    State(outside): State<Outside>,
    repository: Repository,
    Extension(prefix): Extension<HrefPrefix>,
    Query(query): Query<ListQuery>,
) -> Response {
    let now = outside.now();
    let show = Show { outside: &outside, now, prefix };
    let memory = outside.memory();
    let shown = memory
        .travis
        .listed(&repository, now)
        .filter_map(|request| Some((request, request.visible_build(now)?)))
        .filter(|(request, _)| query.branch_name.as_ref().is_none_or(|branch| *branch == request.branch))
        .filter(|(_, build)| query.state.as_ref().is_none_or(|state| state == build.timeline.state(now)))
        .map(|(request, build)| show.build(request, build, build.timeline.state(now)))
        .collect();
    page("builds", &show.href(&format!("/repo/{}/builds", repository.id)), shown, &query)
}

pub(super) async fn request(
    State(outside): State<Outside>,
    repository: Repository,
    Extension(prefix): Extension<HrefPrefix>,
    Path(path): Path<HashMap<String, String>>,
) -> Response {
    let show = Show { outside: &outside, now: outside.now(), prefix };
    let memory = outside.memory();
    match memory.travis.find(&repository, path.get("id")) {
        Some(request) => json_answer(StatusCode::OK, &show.request(request)),
        None => not_found("request"),
    }
}

/// Why a request was rejected.
pub(super) async fn messages(
    State(outside): State<Outside>,
    repository: Repository,
    Path(path): Path<HashMap<String, String>>,
) -> Response {
    let now = outside.now();
    let memory = outside.memory();
    let Some(request) = memory.travis.find(&repository, path.get("id")) else {
        return not_found("request");
    };
    let messages = match request.result(now) {
        Some("rejected") => json!([{
            "@type": "message", "id": 1, "level": "error", "key": "simulator", "code": "rejected", "args": {},
        }]),
        _ => json!([]),
    };
    json_answer(StatusCode::OK, &json!({ "@type": "messages", "messages": messages }))
}

pub(super) async fn build(
    State(outside): State<Outside>,
    Extension(prefix): Extension<HrefPrefix>,
    Extension(twist): Extension<Twist>,
    Path(id): Path<String>,
) -> Response {
    let now = outside.now();
    let show = Show { outside: &outside, now, prefix };
    let mut memory = outside.memory();
    let Some(request) = memory.travis.with_build(&id, now) else {
        return not_found("build");
    };
    let state = request.build.as_mut().map_or("", |build| {
        if twist.status_is_unknown {
            build.odd_reads.arm();
        }
        build.odd_reads.read(build.timeline.state(now))
    });
    match &request.build {
        Some(build) => json_answer(StatusCode::OK, &show.build(request, build, state)),
        None => not_found("build"),
    }
}

/// All of them on one page, unlike the other lists.
pub(super) async fn jobs(
    State(outside): State<Outside>,
    Extension(prefix): Extension<HrefPrefix>,
    Path(id): Path<String>,
) -> Response {
    let now = outside.now();
    let show = Show { outside: &outside, now, prefix };
    let mut memory = outside.memory();
    let found = memory.travis.with_build(&id, now);
    let Some((request, build)) = found.and_then(|request| Some((&*request, request.build.as_ref()?))) else {
        return not_found("build");
    };
    let jobs = json!({
        "@type": "jobs",
        "@href": show.href(&format!("/build/{}/jobs", build.id)),
        "@representation": "standard",
        "jobs": [show.job(request, build)],
    });
    json_answer(StatusCode::OK, &jobs)
}

/// Where the link to a build leads: the web application, in a few lines of text.
pub(super) async fn web_page(
    State(outside): State<Outside>,
    Path(path): Path<HashMap<String, String>>,
) -> Response {
    let now = outside.now();
    let id = path.get("id").map_or("", String::as_str);
    let mut memory = outside.memory();
    let found = memory.travis.with_build(id, now);
    let Some((request, build)) = found.and_then(|request| Some((&*request, request.build.as_ref()?))) else {
        return not_found("build");
    };
    format!(
        "Simulated Travis build #{} of {}\nbranch: {}\nmessage: {}\nstate: {}\nrequested: {}\n",
        build.number,
        request.repository.slug,
        request.branch,
        request.message.as_deref().unwrap_or("none"),
        build.timeline.state(now),
        outside.stamp(request.created),
    )
    .into_response()
}

/// Where the link leads while there is no build yet: the requests of a repository, a line each.
pub(super) async fn requests_page(
    State(outside): State<Outside>,
    Path((owner, name)): Path<(String, String)>,
) -> String {
    let now = outside.now();
    let memory = outside.memory();
    let slug = format!("{owner}/{name}");
    let lines =
        memory.travis.all_listed(now).filter(|request| request.repository.slug == slug).map(|request| {
            format!("request {}, branch {}, {}\n", request.id, request.branch, outside.stamp(request.created))
        });
    format!("Simulated Travis requests of {slug}\n{}", lines.collect::<String>())
}

fn page(name: &str, href: &str, all: Vec<Value>, query: &ListQuery) -> Response {
    let limit = query.limit.unwrap_or(25).clamp(1, 100);
    let offset = query.offset.unwrap_or(0);
    let count = all.len();
    let at = |offset: usize| json!({ "@href": format!("{href}?limit={limit}&offset={offset}"), "offset": offset, "limit": limit });
    let last = (count.saturating_sub(1) / limit) * limit;
    let is_last = offset + limit >= count;
    let shown: Vec<Value> = all.into_iter().skip(offset).take(limit).collect();
    let list = json!({
        "@type": name,
        "@href": href,
        "@representation": "standard",
        "@pagination": {
            "limit": limit,
            "offset": offset,
            "count": count,
            "is_first": offset == 0,
            "is_last": is_last,
            "next": (!is_last).then(|| at(offset + limit)),
            "prev": (offset > 0).then(|| at(offset.saturating_sub(limit))),
            "first": at(0),
            "last": at(last),
        },
        name: shown,
    });
    json_answer(StatusCode::OK, &list)
}
