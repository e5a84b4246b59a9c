//! A pipeline: what was asked for, what becomes of it and of the stack that its branch stands for.

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::pipelines::BOT;
use super::slug::Slug;
use super::workflow::{self, MAIN, Workflow};
use crate::clock::Moment;
use crate::exchange::marker_parameter;
use crate::hooks::Event;
use crate::log::EffectiveRun;
use crate::outside::Outside;
use crate::service::Service;
use crate::sight::Sight;
use crate::stack::{ChangeStep, Stack, StackChange, Thoroughness};
use crate::timeline::Course;
use crate::twist::Twist;

const PENDING: Duration = Duration::from_secs(2);
/// The parameter that names the type of the cluster's machine.
const MACHINE: &str = "kubernetes-cluster-droplet-size";

pub(super) struct Pipeline {
    pub id: Uuid,
    pub number: u64,
    pub slug: Slug,
    pub target: Target,
    pub parameters: Map<String, Value>,
    /// The login of who started it.
    pub actor: String,
    /// `api` or `scheduled_pipeline`, as its `trigger` says.
    pub trigger_type: &'static str,
    pub created: Moment,
    /// What is wrong with the config, which shows only when the pipeline stops being `pending`.
    pub config_error: Option<String>,
    /// Oldest first, those included that have not appeared yet.
    pub workflows: Vec<Workflow>,
    pub sight: Sight,
}

#[derive(Clone, Debug)]
pub(super) enum Target {
    Branch(String),
    Tag(String),
}

impl Target {
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::Branch(branch) => Some(branch),
            Self::Tag(_) => None,
        }
    }
}

impl Pipeline {
    pub fn new(
        number: u64,
        slug: Slug,
        target: Target,
        parameters: Map<String, Value>,
        created: Moment,
        declared_parameters: &[String],
    ) -> Self {
        let undeclared: Vec<&str> = parameters
            .keys()
            .filter(|name| !declared_parameters.contains(name))
            .map(String::as_str)
            .collect();
        let config_error =
            (!undeclared.is_empty()).then(|| format!("Unexpected argument(s): {}", undeclared.join(", ")));
        Self {
            id: Uuid::new_v4(),
            number,
            slug,
            target,
            parameters,
            actor: BOT.to_owned(),
            trigger_type: "api",
            created,
            config_error,
            workflows: Vec::new(),
            sight: Sight::default(),
        }
    }

    /// Plans the workflows, unless there will be none. `first_job` is the number that the project's next job gets.
    pub fn plan(&mut self, twist: Twist, first_job: u64) {
        self.sight = Sight::listed_from(self.created + twist.listed_after);
        if self.config_error.is_some() || twist.course == Course::NeverStarts {
            return;
        }
        let begun = self.created + PENDING;
        let mut next_job = first_job;
        for &(name, seconds) in workflow::of_branch(self.branch().unwrap_or_default()) {
            let is_main = name == MAIN;
            let course = if is_main { twist.course } else { Course::Succeeds };
            let mut workflow = Workflow::new(name, begun, Duration::from_secs(seconds), course, next_job);
            if is_main {
                workflow.thoroughness = twist.thoroughness;
            }
            workflow.obedience = twist.obedience;
            if twist.status_is_unknown {
                workflow.odd_reads.arm();
            }
            next_job += workflow.jobs.len() as u64;
            self.workflows.push(workflow);
        }
    }

    pub fn branch(&self) -> Option<&str> {
        self.target.branch()
    }

    pub fn ended_workflows(&self, now: Moment, told: &HashSet<Uuid>) -> impl Iterator<Item = Event> {
        self.appeared(now).filter(|workflow| !told.contains(&workflow.id)).filter_map(move |workflow| {
            let at = workflow.timeline.ended(now)?;
            Some(self.end_of(workflow, workflow.timeline.state(now), at))
        })
    }

    /// Tells that a workflow ended so, as a webhook does.
    pub fn end_of(&self, workflow: &Workflow, status: &'static str, stopped: Moment) -> Event {
        Event {
            workflow: workflow.id,
            name: workflow.name,
            status,
            created: workflow.timeline.begun(),
            stopped,
            pipeline: self.id,
            number: self.number,
            pipeline_created: self.created,
            branch: self.branch().map(str::to_owned),
            trigger_type: self.trigger_type,
            slug: self.slug.long(),
            repository_url: self.slug.repository_url(),
            ahead: TimeDelta::zero(),
        }
    }

    /// Whether the id is its own or one of its workflows'.
    pub fn has(&self, id: Uuid) -> bool {
        self.id == id || self.workflows.iter().any(|workflow| workflow.id == id)
    }

    pub fn state(&self, now: Moment) -> &'static str {
        match &self.config_error {
            _ if now < self.created + PENDING => "pending",
            Some(_) => "errored",
            None => "created",
        }
    }

    pub fn errors(&self, now: Moment) -> Option<&str> {
        self.config_error.as_deref().filter(|_| self.state(now) == "errored")
    }

    pub fn updated(&self, now: Moment) -> Moment {
        now.min(self.created + PENDING)
    }

    pub fn appeared(&self, now: Moment) -> impl DoubleEndedIterator<Item = &Workflow> {
        self.workflows.iter().filter(move |workflow| workflow.has_appeared(now))
    }

    /// A pipeline without workflows was accepted and does nothing.
    pub fn effective_run(&self, outside: &Outside, now: Moment) -> Option<EffectiveRun> {
        if self.workflows.is_empty() {
            return None;
        }
        Some(EffectiveRun {
            service: Service::Circleci,
            id: self.id.to_string(),
            number: self.number,
            project: self.slug.as_str().to_owned(),
            branch: self.branch().map(str::to_owned),
            parameters: self.parameters.clone(),
            message: None,
            marker: marker_parameter(&self.parameters),
            state: self.outcome(now),
            created_at: outside.date(self.created),
            ended_at: self.ended(now).map(|at| outside.date(at)),
        })
    }

    /// What the workflow that works on the stack did to it, reruns included.
    pub fn stack_changes(&self, now: Moment) -> Vec<StackChange> {
        let Some(stack) = self.branch().and_then(Stack::changed_by) else {
            return Vec::new();
        };
        let machine = self.parameters.get(MACHINE).and_then(Value::as_str);
        let mut changes = Vec::new();
        let works_on_the_stack =
            |workflow: &&Workflow| workflow.name == MAIN && workflow.thoroughness != Thoroughness::Nothing;
        for workflow in self.appeared(now).filter(works_on_the_stack) {
            let change = |at, step| StackChange {
                at,
                stack,
                step,
                by: workflow.id,
                machine: machine.map(str::to_owned),
                thoroughness: workflow.thoroughness,
            };
            changes.push(change(workflow.timeline.begun(), ChangeStep::Begun));
            if let Some(at) = workflow.timeline.ended(now) {
                let succeeded = workflow.timeline.state(now) == "success";
                changes.push(change(at, if succeeded { ChangeStep::Succeeded } else { ChangeStep::Failed }));
            }
        }
        changes
    }

    /// The worst of the newest workflow per name, in CircleCI's words; `pending` before there is any.
    pub fn outcome(&self, now: Moment) -> &'static str {
        const WORST_FIRST: [&str; 5] = ["failing", "running", "failed", "canceled", "success"];
        let states: Vec<&str> =
            self.newest_per_name(now).map(|workflow| workflow.timeline.state(now)).collect();
        WORST_FIRST.into_iter().find(|state| states.contains(state)).unwrap_or("pending")
    }

    fn ended(&self, now: Moment) -> Option<Moment> {
        let ends: Option<Vec<Moment>> =
            self.newest_per_name(now).map(|workflow| workflow.timeline.ended(now)).collect();
        ends?.into_iter().max()
    }

    fn newest_per_name(&self, now: Moment) -> impl Iterator<Item = &Workflow> {
        let is_newest = move |workflow: &&Workflow| {
            let newest = self.appeared(now).rfind(|other| other.name == workflow.name);
            newest.is_some_and(|newest| newest.id == workflow.id)
        };
        self.appeared(now).filter(is_newest)
    }
}
