//! The JSON of repositories, requests, builds and jobs (`lib/travis/api/v3/renderer`): each with its type, its address
//! and how much of it is shown.

use serde_json::{Map, Value, json};

use super::gate::HrefPrefix;
use super::repository::Repository;
use super::request::{Build, Request};
use crate::clock::Moment;
use crate::outside::Outside;

const SHA: &str = "f454a02b5d10fcccfd7d9dd7608a76d6493a98b4";

/// What all of one answer is shown with.
#[derive(Clone, Copy)]
pub(super) struct Show<'a> {
    pub outside: &'a Outside,
    pub now: Moment,
    pub prefix: HrefPrefix,
}

impl Show<'_> {
    pub fn repository(&self, repository: &Repository) -> Value {
        json!({
            "@type": "repository",
            "@href": self.href(&format!("/repo/{}", repository.id)),
            "@representation": "minimal",
            "id": repository.id,
            "name": repository.name(),
            "slug": repository.slug,
        })
    }

    /// The echo in a 202, which contains no key that is null.
    pub fn echo(&self, request: &Request) -> Value {
        let mut echo: Map<String, Value> = request.parameters.clone();
        echo.insert("id".to_owned(), json!(request.id));
        echo.insert("branch".to_owned(), json!(request.branch));
        echo.insert("user".to_owned(), json!({ "id": 3 }));
        // The id that the repository has at its host, which is not its id here.
        let at_host = json!({
            "id": 7000 + request.repository.id,
            "vcs_type": "GithubRepository",
            "owner_name": request.repository.owner(),
            "name": request.repository.name(),
        });
        echo.insert("repository".to_owned(), at_host);
        Value::Object(echo)
    }

    pub fn request(&self, request: &Request) -> Value {
        let is_known = !request.is_pending(self.now);
        let builds: Vec<Value> = request
            .visible_build(self.now)
            .map(|build| self.minimal_build(build, build.timeline.state(self.now)))
            .into_iter()
            .collect();
        json!({
            "@type": "request",
            "@href": self.href(&format!("/repo/{}/request/{}", request.repository.id, request.id)),
            "@representation": "standard",
            "id": request.id,
            "state": request.state(self.now),
            "result": request.result(self.now),
            "message": request.message,
            "pull_request_mergeable": null,
            "repository": self.repository(&request.repository),
            "branch_name": is_known.then_some(&request.branch),
            "commit": is_known.then(|| self.commit(request)),
            "builds": builds,
            "owner": self.owner(request),
            "created_at": self.stamp(request.created),
            "event_type": "api",
            "base_commit": null,
            "head_commit": null,
            "messages": [],
            "config": {},
            "raw_configs": [],
        })
    }

    pub fn minimal_build(&self, build: &Build, state: &str) -> Value {
        let started = build.timeline.entered("started", self.now);
        let finished = build.timeline.ended(self.now);
        let duration = started.zip(finished).map(|(started, finished)| finished.since(started).as_secs());
        json!({
            "@type": "build",
            "@href": self.href(&format!("/build/{}", build.id)),
            "@representation": "minimal",
            "id": build.id,
            "number": build.number.to_string(),
            "state": state,
            "duration": duration,
            "event_type": "api",
            "previous_state": null,
            "pull_request_title": null,
            "pull_request_number": null,
            "started_at": started.map(|at| self.stamp(at)),
            "finished_at": finished.map(|at| self.stamp(at)),
            "private": false,
            "priority": false,
        })
    }

    /// `state` is given, because a read may be made to show one that is not true.
    pub fn build(&self, request: &Request, build: &Build, state: &str) -> Value {
        let is_over = build.timeline.ended(self.now).is_some();
        let mut shown = self.minimal_build(build, state);
        let more = json!({
            "@representation": "standard",
            "@permissions": { "read": true, "cancel": !is_over, "restart": is_over, "prioritize": false },
            "repository": self.repository(&request.repository),
            "branch": {
                "@type": "branch",
                "@href": self.href(&format!("/repo/{}/branch/{}", request.repository.id, request.branch)),
                "@representation": "minimal",
                "name": request.branch,
            },
            "tag": null,
            "commit": self.commit(request),
            "jobs": [{
                "@type": "job",
                "@href": self.href(&format!("/job/{}", build.job_id)),
                "@representation": "minimal",
                "id": build.job_id,
            }],
            "stages": [],
            "created_by": { "@type": "user", "@href": self.href("/user/3"), "@representation": "minimal", "id": 3, "login": "deploybot" },
            "updated_at": self.stamp(self.now),
            "key_of_tomorrow": { "open": true },
        });
        if let (Value::Object(shown), Value::Object(more)) = (&mut shown, more) {
            shown.extend(more);
        }
        shown
    }

    pub fn job(&self, request: &Request, build: &Build) -> Value {
        json!({
            "@type": "job",
            "@href": self.href(&format!("/job/{}", build.job_id)),
            "@representation": "standard",
            "id": build.job_id,
            "allow_failure": false,
            "number": format!("{}.1", build.number),
            "state": build.timeline.state(self.now),
            "started_at": build.timeline.entered("started", self.now).map(|at| self.stamp(at)),
            "finished_at": build.timeline.ended(self.now).map(|at| self.stamp(at)),
            "build": self.minimal_build(build, build.timeline.state(self.now)),
            "queue": "builds.gce",
            "repository": self.repository(&request.repository),
            "commit": self.commit(request),
            "owner": self.owner(request),
            "stage": null,
            "created_at": self.stamp(build.timeline.begun()),
            "updated_at": self.stamp(self.now),
            "private": false,
            "restarted_at": null,
            "restarted_by": null,
        })
    }

    pub fn href(&self, path: &str) -> String {
        format!("{}{path}", self.prefix.0)
    }

    fn commit(&self, request: &Request) -> Value {
        json!({
            "@type": "commit",
            "@representation": "minimal",
            "id": 5,
            "sha": SHA,
            "ref": format!("refs/heads/{}", request.branch),
            "message": "Ship it",
            "compare_url": format!("https://github.com/{}/compare/a...b", request.repository.slug),
            "committed_at": self.stamp(Moment::START),
        })
    }

    fn owner(&self, request: &Request) -> Value {
        json!({
            "@type": "organization",
            "@href": self.href("/org/107"),
            "@representation": "minimal",
            "id": 107,
            "login": request.repository.owner(),
        })
    }

    fn stamp(&self, moment: Moment) -> String {
        self.outside.stamp(moment)
    }
}
