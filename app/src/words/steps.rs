//! What is said of the steps of a job, and of the lines of its log.

use domain::Time;
use domain::event::{CheckIn, Level};
use domain::job::Job;
use domain::step::{Action, Phase, Step, StepState};

use super::job_row::took;
use crate::live::bar::Span;
use crate::moment;
use crate::view::{LineView, Look, RunLink, Sentence, StepView};

impl StepView {
    /// `job` is the one of the step.
    pub fn new(step: &Step, job: &Job, is_current: bool, now: Time) -> Self {
        let was_done_before = step.state == StepState::Succeeded && !step.was_begun();
        let taken_over_from = job.resumes.filter(|_| was_done_before);
        let always_runs = step.phase == Phase::Finally && job.abandoned.is_none();
        Self {
            title: step.title.clone(),
            look: Look::from(step.state),
            is_current,
            is_trouble: matches!(step.state, StepState::Failed | StepState::TimedOut),
            facts: match taken_over_from {
                Some(job) => Sentence::new("Done before, by ").job(job),
                None if always_runs => facts(step).then(" · Always runs."),
                None => facts(step),
            },
            percent: step.progress.filter(|_| step.state != StepState::Succeeded).and_then(percent),
            message: step.message.clone().filter(|_| taken_over_from.is_none()),
            started: step.started_at.map(|at| Sentence::default().second(at, now)).unwrap_or_default(),
            took: took(step.started_at, step.finished_at),
            usual: None,
            bar: step.started_at.map(|from| span(from, step.finished_at)),
        }
    }
}

impl LineView {
    pub fn new(check_in: &CheckIn) -> Self {
        let (class, level) = match check_in.level {
            Level::Info => ("log-line", ""),
            Level::Warning => ("log-line is-warning", "Warning: "),
            Level::Error => ("log-line is-error", "Error: "),
        };
        Self {
            line: check_in.line,
            at: moment::machine(check_in.at),
            time: moment::to_the_second(check_in.at.timestamp()),
            class: class.to_owned(),
            text: format!("{level}{}", check_in.text),
        }
    }
}

/// In whole seconds, as the browser counts.
pub fn span(from: Time, until: Option<Time>) -> Span {
    Span { from: from.timestamp(), until: until.map(|until| until.timestamp()) }
}

/// State word, who does it, and the run.
fn facts(step: &Step) -> Sentence {
    let facts = Sentence::new(Look::from(step.state).word).then(" · ");
    let facts = match (step.run(), &step.action) {
        (Some(run), _) => facts.run(RunLink::new(run)),
        (None, Action::Trigger { target, .. }) => facts.then(target.provider.title()),
        (None, Action::Batch { .. }) => facts.then("Batch service"),
        (None, Action::Approval { .. }) => facts.then("A person"),
        (None, Action::Unknown(_)) => facts.then("A newer version"),
    };
    if step.attempt > 1 { facts.then(format!(" · attempt {}", step.attempt)) } else { facts }
}

/// Whatever a far end calls progress, as a number that can be drawn.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number from 0 to 100")]
pub fn percent(progress: f64) -> Option<u8> {
    progress.is_finite().then(|| progress.clamp(0.0, 100.0).floor() as u8)
}

#[cfg(test)]
mod tests {
    use domain::job::JobWithSteps;

    use super::*;
    use crate::samples::{at, guide_at_step};

    #[test]
    fn a_step_names_its_state_its_far_end_and_that_it_always_runs() {
        let JobWithSteps { job, steps } = guide_at_step(2);
        let said = steps.iter().map(|step| StepView::new(step, &job, false, at(60)).facts.to_string());
        let said: Vec<_> = said.collect();
        assert_eq!(
            said,
            [
                "Succeeded · CircleCI pipeline 243",
                "Running · Travis CI build 8812",
                "Queued · Batch service",
                "Queued · CircleCI · Always runs.",
                "Queued · CircleCI · Always runs.",
            ]
        );
    }

    #[test]
    fn a_step_that_an_earlier_job_did_says_which_one() {
        let JobWithSteps { mut job, mut steps } = guide_at_step(2);
        job.resumes = Some(12);
        let mut step = steps.remove(0);
        step.started_at = None;
        step.message = Some("done by job #12".into());
        let view = StepView::new(&step, &job, false, at(60));
        assert_eq!((view.facts.to_string().as_str(), view.message), ("Done before, by job #12", None));
        step.started_at = Some(at(5));
        assert!(StepView::new(&step, &job, false, at(60)).facts.to_string().starts_with("Succeeded · "));
    }

    #[test]
    fn another_attempt_is_counted() {
        let mut step = guide_at_step(2).steps.remove(1);
        step.attempt = 2;
        assert_eq!(facts(&step).to_string(), "Running · Travis CI build 8812 · attempt 2");
    }

    #[test]
    fn progress_is_a_number_from_0_to_100_or_nothing() {
        assert_eq!(percent(41.9), Some(41));
        assert_eq!(percent(-3.0), Some(0));
        assert_eq!(percent(1e9), Some(100));
        assert_eq!(percent(f64::NAN), None);
    }

    #[test]
    fn a_warning_says_so_in_words() {
        let check_in = CheckIn {
            line: 118,
            at: at(0),
            level: Level::Warning,
            position: None,
            text: "answered 502".into(),
        };
        let line = LineView::new(&check_in);
        assert_eq!((line.text.as_str(), line.time.as_str()), ("Warning: answered 502", "08:00:00"));
    }
}
