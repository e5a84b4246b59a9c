//! All requests that were ever accepted, the repositories they are for, and how both are found.

use std::time::Duration;

use chrono::Utc;
use serde_json::{Map, Value};

use super::repository::Repository;
use super::request::{Build, Request};
use crate::clock::Moment;
use crate::log::EffectiveRun;
use crate::outside::Outside;
use crate::sight::Sight;
use crate::spoil::OddReads;
use crate::timeline::Course;
use crate::twist::Twist;

pub(super) const LIMIT_PERIOD: Duration = Duration::from_secs(3600);

pub(crate) struct Requests {
    requests: Vec<Request>,
    slugs: Vec<String>,
    first_id: u64,
}

impl Default for Requests {
    /// Ids begin at the present time, so that a simulator that was started again never repeats one: Travis does not.
    fn default() -> Self {
        let first_id = u64::try_from(Utc::now().timestamp_millis()).unwrap_or_default();
        Self { requests: Vec::new(), slugs: Vec::new(), first_id }
    }
}

impl Requests {
    pub(super) fn create(
        &mut self,
        repository: Repository,
        branch: String,
        parameters: Map<String, Value>,
        twist: Twist,
        now: Moment,
    ) -> &Request {
        let place = self.requests.len() as u64;
        let mut request = Request {
            id: self.first_id + place,
            branch,
            message: parameters.get("message").and_then(Value::as_str).map(str::to_owned),
            parameters,
            created: now,
            build: None,
            repository,
            sight: Sight::listed_from(now + twist.listed_after),
        };
        if twist.course != Course::NeverStarts {
            let mut odd_reads = OddReads::default();
            if twist.status_is_unknown {
                odd_reads.arm();
            }
            let earlier = self.of(&request.repository).filter(|request| request.build.is_some());
            request.build = Some(Build {
                id: self.first_id + place,
                number: earlier.count() as u64 + 1,
                job_id: self.first_id + place,
                timeline: Build::timeline(request.decided(), twist.course),
                odd_reads,
                obedience: twist.obedience,
            });
        }
        self.requests.push(request);
        &self.requests[self.requests.len() - 1]
    }

    /// What a list shows, newest first.
    pub(super) fn listed(&self, repository: &Repository, now: Moment) -> impl Iterator<Item = &Request> {
        self.of(repository).filter(move |request| request.sight.is_listed(now))
    }

    /// What a list shows, newest first, of every repository.
    pub(super) fn all_listed(&self, now: Moment) -> impl Iterator<Item = &Request> {
        self.requests.iter().rev().filter(move |request| request.sight.is_listed(now))
    }

    pub(super) fn find(&self, repository: &Repository, id: Option<&String>) -> Option<&Request> {
        let id = id?.parse::<u64>().ok()?;
        self.of(repository).find(|request| request.sight.is_seen() && request.id == id)
    }

    /// How many more requests a repository may make in this hour.
    pub(super) fn remaining(&self, repository: &Repository, max: usize, now: Moment) -> usize {
        let recent = self.of(repository).filter(|request| now.since(request.created) < LIMIT_PERIOD);
        max.saturating_sub(recent.count())
    }

    /// The request whose build has this id and has come to be.
    pub(super) fn with_build(&mut self, id: &str, now: Moment) -> Option<&mut Request> {
        let id = id.parse::<u64>().ok()?;
        let is_wanted = |request: &&mut Request| {
            request.sight.is_seen() && request.visible_build(now).is_some_and(|build| build.id == id)
        };
        self.requests.iter_mut().find(is_wanted)
    }

    /// A repository has an id from its first mention on.
    pub(super) fn repository(&mut self, slug: &str) -> Repository {
        let known = self.slugs.iter().position(|known| known == slug);
        let place = known.unwrap_or_else(|| {
            self.slugs.push(slug.to_owned());
            self.slugs.len() - 1
        });
        Repository { id: place as u64 + 1, slug: slug.to_owned() }
    }

    pub(super) fn repository_with(&self, id: u64) -> Option<Repository> {
        let place = usize::try_from(id.checked_sub(1)?).ok()?;
        Some(Repository { id, slug: self.slugs.get(place)?.clone() })
    }

    pub fn branch_of(&self, id: &str) -> Option<&str> {
        let id = id.parse::<u64>().ok()?;
        self.requests.iter().find(|request| request.has(id)).map(|request| request.branch.as_str())
    }

    /// From now on nobody sees the request that has this id or a build with it.
    pub fn vanish(&mut self, id: &str) {
        let id = id.parse::<u64>().ok();
        for request in self.requests.iter_mut().filter(|request| id.is_some_and(|id| request.has(id))) {
            request.sight.vanish();
        }
    }

    /// Newest first.
    fn of(&self, repository: &Repository) -> impl Iterator<Item = &Request> {
        self.requests.iter().rev().filter(move |request| request.repository == *repository)
    }

    pub fn effective_runs(&self, outside: &Outside, now: Moment) -> Vec<EffectiveRun> {
        self.requests.iter().filter_map(|request| request.effective_run(outside, now)).collect()
    }
}
