//! A workflow and its jobs: what they go through from the moment the workflow appears.

use std::time::Duration;

use uuid::Uuid;

use crate::clock::Moment;
use crate::spoil::OddReads;
use crate::stack::Thoroughness;
use crate::timeline::{Course, Obedience, Timeline};

/// The workflow that applies or destroys a stack; the seed's config calls it so.
pub(super) const MAIN: &str = "build-master";

pub(super) struct Workflow {
    pub id: Uuid,
    pub name: &'static str,
    pub timeline: Timeline,
    pub jobs: Vec<Job>,
    pub canceled_by: Option<Uuid>,
    pub odd_reads: OddReads,
    pub thoroughness: Thoroughness,
    pub obedience: Obedience,
    lasts: Duration,
}

pub(super) struct Job {
    pub id: Uuid,
    pub number: u64,
    pub name: &'static str,
    pub timeline: Timeline,
}

/// The workflows of a branch with their durations. `release` has two, and the shorter one ends well in any case: who
/// looks at one workflow only does not know how the pipeline went.
pub(super) fn of_branch(branch: &str) -> &'static [(&'static str, u64)] {
    match branch {
        "release-cluster" => &[(MAIN, 300)],
        "release" => &[(MAIN, 120), ("verify", 60)],
        "destroy-release" => &[(MAIN, 90)],
        "destroy-cluster" => &[(MAIN, 110)],
        _ => &[(MAIN, 60)],
    }
}

impl Workflow {
    /// A failing workflow is `failing` for a while: its `apply` has failed and its `checks` still run.
    pub fn new(name: &'static str, begun: Moment, lasts: Duration, course: Course, first_job: u64) -> Self {
        let at = |part: f64, state| (lasts.mul_f64(part), state);
        let running = at(0.0, "running");
        let timeline = match course {
            Course::Fails => Timeline::ending(begun, vec![running, at(0.5, "failing"), at(0.6, "failed")]),
            Course::Hangs | Course::NeverStarts => Timeline::endless(begun, vec![running]),
            Course::Succeeds => Timeline::ending(begun, vec![running, at(1.0, "success")]),
        };
        let queued = at(0.0, "queued");
        let applying = at(0.1, "running");
        let checks = Timeline::ending(begun, vec![running, at(0.6, "success")]);
        let apply = match course {
            Course::Fails => Timeline::ending(begun, vec![queued, applying, at(0.5, "failed")]),
            Course::Hangs | Course::NeverStarts => Timeline::endless(begun, vec![queued, applying]),
            Course::Succeeds => Timeline::ending(begun, vec![queued, applying, at(1.0, "success")]),
        };
        let job =
            |place, name, timeline| Job { id: Uuid::new_v4(), number: first_job + place, name, timeline };
        Self {
            id: Uuid::new_v4(),
            name,
            timeline,
            jobs: vec![job(0, "checks", checks), job(1, "apply", apply)],
            canceled_by: None,
            odd_reads: OddReads::default(),
            thoroughness: Thoroughness::Whole,
            obedience: Obedience::default(),
            lasts,
        }
    }

    pub fn cancel(&mut self, now: Moment, by: Uuid, of_call: Obedience) {
        let obedience = self.obedience.or(of_call);
        if self.timeline.ended(now).is_none() && obedience != Obedience::Deaf {
            self.canceled_by = Some(by);
        }
        self.timeline.cancel(now, obedience);
        for job in &mut self.jobs {
            job.timeline.cancel(now, obedience);
        }
    }

    /// The same workflow once more, and this time nothing is wrong.
    pub fn again(&self, now: Moment, first_job: u64) -> Self {
        Self::new(self.name, now, self.lasts, Course::Succeeds, first_job)
    }

    pub fn has_appeared(&self, now: Moment) -> bool {
        self.timeline.begun() <= now
    }
}
