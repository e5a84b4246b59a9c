//! What a list and a cluster's card say of a job.

use domain::Time;
use domain::job::{Job, JobState, JobWithSteps};
use domain::step::Step;
use domain::text;

pub use crate::facts::cleans_up;
use crate::view::{JobRow, Look, Sentence};

impl JobRow {
    /// A row without a look at its steps: enough for a job that has ended.
    pub fn new(job: &Job, now: Time) -> Self {
        Self::put_together(job, &[], now)
    }

    pub fn with_steps(job: &JobWithSteps, now: Time) -> Self {
        Self::put_together(&job.job, &job.steps, now)
    }

    /// The same of a job that waits behind this one on its cluster.
    #[must_use]
    pub fn behind(self, first: Option<i64>) -> Self {
        let waits = first.map(|first| format!(" · waits for job #{first}")).unwrap_or_default();
        Self { line: format!("{}{waits}", self.line), ..self }
    }

    fn put_together(job: &Job, steps: &[Step], now: Time) -> Self {
        Self {
            number: job.number,
            cluster: job.cluster.clone(),
            routine: job.routine.clone(),
            group: if job.state.is_final() { job.state.as_str() } else { "running" }.to_owned(),
            look: Look::from(job.state),
            title: format!("#{} {}", job.number, job.title()),
            line: line(job, steps),
            started: match job.started_at {
                Some(at) => Sentence::default().minute(at, now),
                None => Sentence::default().muted("not yet"),
            },
            took: took(job.started_at, job.finished_at),
            by: job.actor.to_string(),
            on_card: on_card(job, steps, now),
            version: job.version,
            made_at: now.timestamp(),
        }
    }
}

/// "guide", "deploy slack-middleware": the size is said elsewhere.
pub fn short_title(job: &Job) -> String {
    Job { size: None, ..job.clone() }.title()
}

/// The step at work, else the next one.
pub fn step_at_work<'a>(job: &Job, steps: &'a [Step]) -> Option<&'a Step> {
    steps.iter().find(|step| !step.state.is_final()).filter(|_| !job.state.is_final())
}

pub fn took(started: Option<Time>, finished: Option<Time>) -> Sentence {
    match (started, finished) {
        (None, _) => Sentence::default(),
        (Some(started), Some(finished)) => Sentence::new(text::duration(finished - started)),
        (Some(started), None) => Sentence::default().so_far(started),
    }
}

/// Where it is at work, and how it ended or how far it is.
fn line(job: &Job, steps: &[Step]) -> String {
    let at_work = step_at_work(job, steps).filter(|_| job.started_at.is_some());
    let what = match (at_work, &job.outcome) {
        (Some(step), _) => format!(" · step {} of {}: {}", step.position, steps.len(), step.title),
        (None, Some(outcome)) => format!(" · {outcome}"),
        (None, None) => String::new(),
    };
    format!("{}{what}", job.cluster)
}

fn on_card(job: &Job, steps: &[Step], now: Time) -> Sentence {
    let path = format!("/jobs/{}", job.number);
    let title = short_title(job);
    match (step_at_work(job, steps), job.finished_at) {
        (_, Some(at)) => {
            let ended = text::job_state(job.state).to_lowercase();
            Sentence::default().link(path, format!("Last job: {title}, {ended}")).then(" ").minute(at, now)
        }
        (Some(step), None) if job.state != JobState::Queued => {
            Sentence::default().link(path, format!("{title}, step {} of {} →", step.position, steps.len()))
        }
        (_, None) => {
            let state = text::job_state(job.state).to_lowercase();
            Sentence::default().link(path, format!("{title}, {state} →"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, guide_at_step};

    #[test]
    fn a_running_job_says_at_which_step_it_is() {
        let row = JobRow::with_steps(&guide_at_step(3), at(28));
        assert_eq!(row.title, "#128 guide (m)");
        assert_eq!(row.line, "iriversland2 · step 3 of 5: Run the S3 job");
        assert_eq!(row.on_card.to_string(), "guide, step 3 of 5 →");
        assert_eq!(row.took.to_string(), "<so far>");
    }

    #[test]
    fn an_ended_job_says_how_it_ended_and_how_long_it_took() {
        let mut job = guide_at_step(3);
        job.job.state = JobState::Failed;
        job.job.finished_at = Some(at(54));
        job.job.outcome = Some("Failed at step 3.".into());
        let row = JobRow::new(&job.job, at(60));
        assert_eq!(row.line, "iriversland2 · Failed at step 3.");
        assert_eq!(row.took.to_string(), "44 min");
        assert_eq!(row.on_card.to_string(), "Last job: guide, failed 08:54");
    }

    #[test]
    fn a_queued_job_has_not_started_and_is_at_no_step() {
        let mut job = guide_at_step(0);
        job.job.state = JobState::Queued;
        job.job.started_at = None;
        let row = JobRow::with_steps(&job, at(28));
        assert_eq!((row.started.to_string().as_str(), row.line.as_str()), ("not yet", "iriversland2"));
        assert_eq!(row.on_card.to_string(), "guide, queued →");
        assert_eq!(row.clone().behind(None).line, "iriversland2");
        assert_eq!(row.behind(Some(126)).line, "iriversland2 · waits for job #126");
    }
}
