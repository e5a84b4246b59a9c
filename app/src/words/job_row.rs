//! What a list and a cluster's card say of a job.

use domain::Time;
use domain::job::{Job, JobState, JobWithSteps};
use domain::step::{Phase, Step, StepState};
use domain::text;

use crate::view::{JobRow, Look, RunLink, Sentence};

impl JobRow {
    /// A row without a look at its steps: enough for a job that has ended.
    pub fn new(job: &Job, now: Time) -> Self {
        Self::put_together(job, &[], now)
    }

    pub fn with_steps(job: &JobWithSteps, now: Time) -> Self {
        Self::put_together(&job.job, &job.steps, now)
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
            ci_says: ci_says(steps, now),
            version: job.version,
            made_at: now.timestamp(),
        }
    }
}

/// "guide", "deploy slack-middleware": the size is said elsewhere.
pub fn short_title(job: &Job) -> String {
    Job { size: None, ..job.clone() }.title()
}

pub fn cleans_up(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.phase == Phase::Finally && step.action.destroys_cluster())
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

/// What a CI said last, and of when that is.
fn ci_says(steps: &[Step], now: Time) -> Option<(Sentence, Sentence)> {
    let (step, run, at) = steps
        .iter()
        .rev()
        .find_map(|step| Some((step, step.run()?, step.finished_at.or(step.started_at)?)))?;
    let what = match step.state {
        StepState::Queued | StepState::Waiting => " is waiting".to_owned(),
        StepState::Running => " is running".to_owned(),
        StepState::TimedOut => " did not end in time".to_owned(),
        ended => format!(" {}", text::step_state(ended).to_lowercase()),
    };
    let of_when = Sentence::new("CI says · ").minute(at, now);
    Some((of_when, Sentence::default().run(RunLink::new(run)).then(what)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, guide_at_step, job_row};

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
    }

    #[test]
    fn the_latest_word_of_the_ci_is_that_of_the_last_run() {
        let (of_when, what) = job_row(128, JobState::Running).ci_says.unwrap();
        assert_eq!(of_when.to_string(), "CI says · 08:27");
        assert_eq!(what.to_string(), "Travis CI build 8812 succeeded");
    }
}
