//! All pipelines that were ever triggered, and how they are found.

use std::collections::HashSet;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::pipeline::{Pipeline, Target};
use super::schedules::Due;
use super::slug::Slug;
use super::workflow::Workflow;
use crate::clock::Moment;
use crate::hooks::Event;
use crate::log::EffectiveRun;
use crate::outside::Outside;
use crate::stack::StackChange;
use crate::twist::Twist;

/// The login of the user to whom a token belongs, unless it says another.
pub(super) const BOT: &str = "deploybot";
/// The id of that user. Nobody has asked for another's.
pub(super) const USER: Uuid = Uuid::from_u128(0x03987f6a_4c27_4dc1_b6ab_c7e83bb3e713);

#[derive(Default)]
pub(crate) struct Pipelines(Vec<Pipeline>);

impl Pipelines {
    pub(super) fn trigger(
        &mut self,
        slug: Slug,
        target: Target,
        parameters: Map<String, Value>,
        twist: Twist,
        actor: &str,
        outside: &Outside,
    ) -> &Pipeline {
        let declared = &outside.settings().declared_parameters;
        let pipeline = self.begin(slug, target, parameters, twist, outside.now(), declared);
        pipeline.actor = actor.to_owned();
        pipeline
    }

    /// What a schedule asks for. Nobody called, so that there is no answer that could be lost.
    pub(super) fn fire(&mut self, due: Due, twist: Twist, outside: &Outside) {
        let declared = &outside.settings().declared_parameters;
        let at = outside.clock().moment_of(due.at);
        self.begin(due.slug, due.target, due.parameters, twist, at, declared).trigger_type =
            "scheduled_pipeline";
    }

    fn begin(
        &mut self,
        slug: Slug,
        target: Target,
        parameters: Map<String, Value>,
        twist: Twist,
        at: Moment,
        declared: &[String],
    ) -> &mut Pipeline {
        let number = self.of_project(&slug).count() as u64 + 1;
        let first_job = self.next_job_number(&slug);
        let mut pipeline = Pipeline::new(number, slug, target, parameters, at, declared);
        pipeline.plan(twist, first_job);
        let place = self.0.len();
        self.0.push(pipeline);
        &mut self.0[place]
    }

    /// What a list shows, newest first.
    pub(super) fn listed(&self, slug: &Slug, now: Moment) -> impl Iterator<Item = &Pipeline> {
        self.of_project(slug).filter(move |pipeline| pipeline.sight.is_listed(now))
    }

    pub(super) fn numbered(&self, slug: &Slug, number: Option<&String>) -> Option<&Pipeline> {
        let number = number?.parse::<u64>().ok()?;
        self.of_project(slug).find(|pipeline| pipeline.sight.is_seen() && pipeline.number == number)
    }

    pub(super) fn find(&self, id: &str) -> Option<&Pipeline> {
        self.0.iter().find(|pipeline| pipeline.sight.is_seen() && pipeline.id.to_string() == id)
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut Pipeline> {
        self.0.iter_mut().find(|pipeline| pipeline.sight.is_seen() && pipeline.id.to_string() == id)
    }

    /// The pipeline that holds a workflow, and its place in there, once the workflow has appeared.
    pub(super) fn holding(&mut self, workflow_id: &str, now: Moment) -> Option<(&mut Pipeline, usize)> {
        let is_wanted =
            |workflow: &Workflow| workflow.has_appeared(now) && workflow.id.to_string() == workflow_id;
        self.0.iter_mut().filter(|pipeline| pipeline.sight.is_seen()).find_map(|pipeline| {
            let place = pipeline.workflows.iter().position(is_wanted)?;
            Some((pipeline, place))
        })
    }

    /// Runs a workflow once more, as a new one; gives the new one's id.
    pub(super) fn rerun(&mut self, workflow_id: &str, now: Moment) -> Option<Uuid> {
        let slug = self.holding(workflow_id, now)?.0.slug.clone();
        let first_job = self.next_job_number(&slug);
        let (pipeline, place) = self.holding(workflow_id, now)?;
        let again = pipeline.workflows[place].again(now, first_job);
        let id = again.id;
        pipeline.workflows.push(again);
        Some(id)
    }

    /// The ends of workflows that were not told yet, as webhooks tell them.
    pub fn ended_workflows(&self, now: Moment, told: &HashSet<Uuid>) -> impl Iterator<Item = Event> {
        self.0.iter().flat_map(move |pipeline| pipeline.ended_workflows(now, told))
    }

    /// The end of the first workflow of a pipeline, told before there is any.
    pub fn as_if_ended(&self, id: &str, now: Moment) -> Option<Event> {
        let pipeline = self.0.iter().find(|pipeline| pipeline.id.to_string() == id)?;
        let workflow = pipeline.workflows.first()?;
        Some(pipeline.end_of(workflow, "success", now))
    }

    fn next_job_number(&self, slug: &Slug) -> u64 {
        let workflows = self.of_project(slug).flat_map(|pipeline| &pipeline.workflows);
        workflows.map(|workflow| workflow.jobs.len() as u64).sum::<u64>() + 1
    }

    pub fn branch_of(&self, id: &str) -> Option<&str> {
        let id = Uuid::parse_str(id).ok()?;
        self.0.iter().find(|pipeline| pipeline.has(id))?.branch()
    }

    /// From now on nobody sees the pipeline that has this id or a workflow with it.
    pub fn vanish(&mut self, id: &str) {
        let id = Uuid::parse_str(id).ok();
        for pipeline in self.0.iter_mut().filter(|pipeline| id.is_some_and(|id| pipeline.has(id))) {
            pipeline.sight.vanish();
        }
    }

    /// Newest first.
    fn of_project(&self, slug: &Slug) -> impl Iterator<Item = &Pipeline> {
        self.0.iter().rev().filter(move |pipeline| pipeline.slug == *slug)
    }

    pub fn effective_runs(&self, outside: &Outside, now: Moment) -> Vec<EffectiveRun> {
        self.0.iter().filter_map(|pipeline| pipeline.effective_run(outside, now)).collect()
    }

    pub fn stack_changes(&self, now: Moment) -> Vec<StackChange> {
        self.0.iter().flat_map(|pipeline| pipeline.stack_changes(now)).collect()
    }
}
