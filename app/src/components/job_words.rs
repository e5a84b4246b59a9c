//! What is said of a job: its title, its leading sentence, and what a screen reader is told when it changes.

use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::text;

use super::sentence::Sentence;
use crate::live::Now;
use crate::view::JobView;

/// "guide on iriversland2"
pub fn heading(job: &JobView) -> String {
    format!("{} on {}", job.title, job.cluster)
}

/// The document's title: the state first, because tabs are narrow.
pub fn document_title(job: &JobView) -> String {
    let at = job.at_step.as_ref().filter(|_| job.state == JobState::Running);
    let at = at.map(|at| format!(" {}/{}", at.position, at.total)).unwrap_or_default();
    format!("{}{at} – {} – Cluster Head", text::job_state(job.state), heading(job))
}

/// The favicon of this state.
pub const fn favicon(state: JobState) -> &'static str {
    match state {
        JobState::Queued | JobState::Waiting => "/favicon-waiting.svg",
        JobState::Running => "/favicon-running.svg",
        JobState::Succeeded => "/favicon-succeeded.svg",
        JobState::Failed => "/favicon-failed.svg",
        JobState::Cancelled => "/favicon-cancelled.svg",
    }
}

/// Where it is, for how long, what it costs, and how the money ends.
pub fn lead(job: &JobView, now: Now) -> Sentence {
    match (job.started_at, job.finished_at) {
        (started, Some(finished)) => {
            let took = started.map(|started| format!("Took {}. ", text::duration(finished - started)));
            Sentence::new(took.unwrap_or_default()).then("Ended ").minute(finished, now).then(".")
        }
        (Some(started), None) => {
            let step = job.at_step.as_ref().map(|at| format!("Step {} of {} · ", at.position, at.total));
            Sentence::new(step.unwrap_or_default()).so_far(started, now).then(money(job))
        }
        (None, None) => queue(job),
    }
}

fn queue(job: &JobView) -> Sentence {
    match job.ahead.as_slice() {
        [] => Sentence::new("Starts in a moment."),
        [first, others @ ..] => {
            let others =
                if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
            Sentence::new("Waits for ")
                .job(*first)
                .then(format!("{others}. Only one job at a time is at work on a cluster."))
        }
    }
}

fn money(job: &JobView) -> String {
    match (&job.rate, job.creates_cluster, job.cleans_up) {
        (Some(rate), true, true) => {
            format!(" · the cluster costs {rate} and is destroyed at the end whatever happens")
        }
        (Some(rate), true, false) => format!(" · the cluster costs {rate} while it is up"),
        _ => String::new(),
    }
}

/// Whether something may still cost money after the job has ended, in one sentence.
pub fn what_is_left(job: &JobView) -> &'static str {
    match job.owed.as_ref().map(|owed| owed.state) {
        None | Some(ObligationState::Settled) => "Nothing is owed any more.",
        Some(ObligationState::Closed) => "A person took over what was owed.",
        Some(ObligationState::Open) => "The cluster costs money until it is destroyed.",
        Some(_) => "The cluster may still cost money. Destroying it is owed and goes on.",
    }
}

/// What has changed between two looks, or nothing worth saying.
pub fn spoken_change(before: &JobView, after: &JobView) -> Option<String> {
    let mut sentences = Vec::new();
    for (old, new) in before.steps.iter().zip(&after.steps) {
        if old.state != new.state {
            sentences.push(format!(
                "Step {} {}.",
                new.position,
                text::step_state(new.state).to_ascii_lowercase()
            ));
        }
    }
    if before.state != after.state {
        let state = text::job_state(after.state).to_ascii_lowercase();
        let outcome = after.outcome.as_deref().map(|outcome| format!(" {outcome}")).unwrap_or_default();
        sentences.push(format!("Job {} {state}.{outcome}", after.number));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::step::StepState;

    use super::*;
    use crate::samples::{at, guide_at_step, job_view};

    fn running() -> JobView {
        job_view(guide_at_step(3))
    }

    #[test]
    fn the_title_of_the_document_begins_with_the_state() {
        assert_eq!(document_title(&running()), "Running 3/5 – guide on iriversland2 – Cluster Head");
        let ended = JobView { state: JobState::Failed, ..running() };
        assert_eq!(document_title(&ended), "Failed – guide on iriversland2 – Cluster Head");
    }

    #[test]
    fn a_running_job_says_where_it_is_and_how_the_money_ends() {
        assert_eq!(
            lead(&running(), Now::at(at(28))).to_string(),
            "Step 3 of 5 · 18 min so far · the cluster costs $0.036/h and is destroyed at the end whatever happens"
        );
    }

    #[test]
    fn a_queued_job_says_what_it_waits_for() {
        let queued = JobView { started_at: None, ahead: vec![126, 127], ..running() };
        assert_eq!(
            lead(&queued, Now::at(at(28))).to_string(),
            "Waits for job #126 and 1 more. Only one job at a time is at work on a cluster."
        );
    }

    #[test]
    fn an_ended_job_says_how_long_it_took() {
        let ended = JobView { finished_at: Some(at(54)), ..running() };
        assert_eq!(lead(&ended, Now::at(at(60))).to_string(), "Took 44 min. Ended 08:54.");
    }

    #[test]
    fn changes_of_steps_are_spoken_and_check_ins_are_not() {
        let before = running();
        let mut after = running();
        assert_eq!(spoken_change(&before, &after), None);
        after.steps[2].state = StepState::Succeeded;
        after.steps[3].state = StepState::Running;
        assert_eq!(spoken_change(&before, &after).as_deref(), Some("Step 3 succeeded. Step 4 running."));
    }
}
