//! A request and the build that comes of it once it is approved.

use std::time::Duration;

use serde_json::{Map, Value};

use super::repository::Repository;
use crate::clock::Moment;
use crate::log::EffectiveRun;
use crate::outside::Outside;
use crate::service::Service;
use crate::sight::Sight;
use crate::spoil::OddReads;
use crate::timeline::{Course, Obedience, Timeline};

const PENDING: Duration = Duration::from_secs(3);
/// From the request to the end of its build.
const ALL: Duration = Duration::from_secs(200);
/// What a runner has to do before the build's own commands begin.
const RECEIVED_AFTER: Duration = Duration::from_secs(3);
const STARTED_AFTER: Duration = Duration::from_secs(7);
const FAILS_AFTER: Duration = Duration::from_secs(120);

pub(super) struct Request {
    pub id: u64,
    pub repository: Repository,
    pub branch: String,
    pub message: Option<String>,
    pub parameters: Map<String, Value>,
    pub created: Moment,
    /// `None` if the request is going to be rejected.
    pub build: Option<Build>,
    pub sight: Sight,
}

pub(super) struct Build {
    pub id: u64,
    pub number: u64,
    pub job_id: u64,
    pub timeline: Timeline,
    pub odd_reads: OddReads,
    pub obedience: Obedience,
}

impl Request {
    /// Whether the id is its own or its build's.
    pub fn has(&self, id: u64) -> bool {
        self.id == id || self.build.as_ref().is_some_and(|build| build.id == id)
    }

    pub fn decided(&self) -> Moment {
        self.created + PENDING
    }

    pub fn is_pending(&self, now: Moment) -> bool {
        now < self.decided()
    }

    pub fn state(&self, now: Moment) -> &'static str {
        if self.is_pending(now) { "pending" } else { "finished" }
    }

    pub fn result(&self, now: Moment) -> Option<&'static str> {
        let result = if self.build.is_some() { "approved" } else { "rejected" };
        (!self.is_pending(now)).then_some(result)
    }

    /// The build, once there is one to see.
    pub fn visible_build(&self, now: Moment) -> Option<&Build> {
        self.build.as_ref().filter(|_| !self.is_pending(now))
    }

    /// A rejected request was accepted and does nothing.
    pub fn effective_run(&self, outside: &Outside, now: Moment) -> Option<EffectiveRun> {
        let build = self.build.as_ref()?;
        Some(EffectiveRun {
            service: Service::Travis,
            id: self.id.to_string(),
            number: build.number,
            project: self.repository.slug.clone(),
            branch: Some(self.branch.clone()),
            parameters: self.parameters.clone(),
            message: self.message.clone(),
            marker: self.message.clone(),
            state: if self.is_pending(now) { "pending" } else { build.timeline.state(now) },
            created_at: outside.date(self.created),
            ended_at: build.timeline.ended(now).map(|at| outside.date(at)),
        })
    }
}

impl Build {
    pub fn timeline(begun: Moment, course: Course) -> Timeline {
        let mut phases =
            vec![(Duration::ZERO, "created"), (RECEIVED_AFTER, "received"), (STARTED_AFTER, "started")];
        match course {
            Course::Hangs | Course::NeverStarts => return Timeline::endless(begun, phases),
            Course::Fails => phases.push((FAILS_AFTER, "failed")),
            Course::Succeeds => phases.push((ALL - PENDING, "passed")),
        }
        Timeline::ending(begun, phases)
    }

    /// From the beginning, under the same id, and this time nothing is wrong.
    pub fn restart(&mut self, now: Moment) {
        self.timeline = Self::timeline(now, Course::Succeeds);
    }
}
