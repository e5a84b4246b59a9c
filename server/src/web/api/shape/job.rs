//! What a job looks like to programs.

use std::collections::BTreeMap;

use domain::Time;
use domain::history::{Durations, Usual};
use domain::job::{Job, JobState, JobWithSteps};
use domain::run::{Candidate, RunRef};
use domain::size::Size;
use domain::step::{Phase, Question, Step, StepState};
use serde::Serialize;

use super::CostShape;
use super::usual::{RangeShape, UsualShape};

#[derive(Serialize)]
pub struct JobShape {
    number: i64,
    routine: String,
    cluster: String,
    size: Option<Size>,
    service: Option<String>,
    state: JobState,
    created_at: Time,
    started_at: Option<Time>,
    finished_at: Option<Time>,
    outcome: Option<String>,
    by: String,
    /// Who asked it to stop.
    cancelled_by: Option<String>,
    /// Who asked to leave its cluster up, and until when.
    left_up_by: Option<String>,
    left_up_until: Option<Time>,
    /// The first job that it waits behind on its cluster; null when it waits behind none.
    waits_for: Option<i64>,
    /// Until then it can be cancelled before it destroys anything; once it is cancelled, its cluster can be left up.
    held_until: Option<Time>,
    /// The job whose rest it takes.
    resumes: Option<i64>,
    /// What the cluster costs while it is at work. Left out where the job is not asked for by its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<CostShape>,
    /// How long such a job usually takes in all. Only while it is unfinished, and where enough have succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    usual: Option<UsualShape>,
    /// How long it is still going to take. Only where each step that is left has a past.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<RangeShape>,
    /// Left out of lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<StepShape>>,
}

#[derive(Serialize)]
struct StepShape {
    position: i32,
    phase: Phase,
    title: String,
    state: StepState,
    /// Counts from 1.
    attempt: i32,
    run: Option<RunShape>,
    /// What it waits to be told.
    question: Option<QuestionShape>,
    /// Percent, where the far end counts.
    progress: Option<f64>,
    message: Option<String>,
    /// How long such a step usually takes, while it is not over.
    #[serde(skip_serializing_if = "Option::is_none")]
    usual: Option<UsualShape>,
    started_at: Option<Time>,
    finished_at: Option<Time>,
}

/// To be answered at `/api/v1/jobs/{number}/steps/{position}/answer`.
#[derive(Serialize)]
struct QuestionShape {
    /// `approve` or `which_run`.
    asks: &'static str,
    text: Option<String>,
    /// The runs of which one may be ours.
    candidates: Vec<CandidateShape>,
}

#[derive(Serialize)]
struct CandidateShape {
    id: String,
    title: String,
    url: String,
}

#[derive(Serialize)]
pub struct RunShape {
    title: String,
    url: String,
}

impl JobShape {
    /// `behind` says of jobs behind which one they wait.
    #[must_use]
    pub fn in_queue(self, behind: &BTreeMap<i64, i64>) -> Self {
        Self { waits_for: behind.get(&self.number).copied(), ..self }
    }

    #[must_use]
    pub fn with_cost(self, cost: Option<CostShape>) -> Self {
        Self { cost, ..self }
    }
}

impl From<Job> for JobShape {
    fn from(job: Job) -> Self {
        Self {
            number: job.number,
            routine: job.routine,
            cluster: job.cluster,
            size: job.size,
            service: job.service,
            state: job.state,
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            outcome: job.outcome,
            by: job.actor.to_string(),
            cancelled_by: job.cancelled.map(|asked| asked.by.to_string()),
            left_up_by: job.abandoned.as_ref().map(|wish| wish.by.to_string()),
            left_up_until: job.abandoned.map(|wish| wish.until),
            waits_for: None,
            held_until: job.held_until,
            resumes: job.resumes,
            cost: None,
            usual: None,
            left: None,
            steps: None,
        }
    }
}

impl JobShape {
    /// An unfinished job with what the past says of it.
    pub fn with_past(job: JobWithSteps, durations: &Durations, in_all: Option<Usual>, now: Time) -> Self {
        let left = durations.left(&job.steps, now).map(RangeShape::from);
        let steps = job.steps.into_iter().map(|step| {
            let usual = durations.usual(&step.action).filter(|_| !step.state.is_final());
            StepShape { usual: usual.map(UsualShape::from), ..StepShape::from(step) }
        });
        let steps = Some(steps.collect());
        Self { steps, left, usual: in_all.map(UsualShape::from), ..Self::from(job.job) }
    }
}

impl From<JobWithSteps> for JobShape {
    fn from(job: JobWithSteps) -> Self {
        let steps = job.steps.into_iter().map(StepShape::from).collect();
        Self { steps: Some(steps), ..Self::from(job.job) }
    }
}

impl From<Step> for StepShape {
    fn from(step: Step) -> Self {
        Self {
            run: step.run().map(RunShape::from),
            question: step.question().filter(|_| step.answer.is_none()).map(QuestionShape::from),
            attempt: step.attempt,
            position: step.position,
            phase: step.phase,
            title: step.title,
            state: step.state,
            progress: step.progress,
            message: step.message,
            usual: None,
            started_at: step.started_at,
            finished_at: step.finished_at,
        }
    }
}

impl From<Question<'_>> for QuestionShape {
    fn from(question: Question<'_>) -> Self {
        match question {
            Question::Approve(text) => {
                Self { asks: "approve", text: Some(text.to_owned()), candidates: Vec::new() }
            }
            Question::WhichRun(candidates) => {
                let candidates = candidates.iter().map(|Candidate { run, .. }| CandidateShape {
                    id: run.id.clone(),
                    title: run.title(),
                    url: run.url.clone(),
                });
                Self { asks: "which_run", text: None, candidates: candidates.collect() }
            }
        }
    }
}

impl From<&RunRef> for RunShape {
    fn from(run: &RunRef) -> Self {
        Self { title: run.title(), url: run.url.clone() }
    }
}
