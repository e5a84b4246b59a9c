//! What is said of a job: its title, its leading sentence, and what a screen reader is told when it changes.

use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::text;
use leptos::prelude::*;

use super::time;
use crate::live::Clock;
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
pub fn lead(job: &JobView, clock: Clock) -> impl IntoView + use<> {
    let money = money(job);
    match (job.state, job.started_at, job.finished_at) {
        (_, started, Some(finished)) => {
            let took = started.map(|started| format!("Took {}. ", text::duration(finished - started)));
            view! { {took} "Ended " {time::minute(finished, clock)} "." }.into_any()
        }
        (_, Some(started), None) => {
            let step = job.at_step.as_ref().map(|at| format!("Step {} of {} · ", at.position, at.total));
            view! { {step} {time::so_far(started, clock)} {money} }.into_any()
        }
        (_, None, None) => view! { {queue(job)} }.into_any(),
    }
}

fn queue(job: &JobView) -> impl IntoView + use<> {
    match job.ahead.first() {
        Some(first) => view! {
            "Waits for " <a href=format!("/jobs/{first}")>{format!("job #{first}")}</a>
            {match job.ahead.len() {
                1 => ".".to_owned(),
                count => format!(" and {} more.", count - 1),
            }}
            " Only one job at a time is at work on a cluster."
        }
        .into_any(),
        None => view! { "Starts in a moment." }.into_any(),
    }
}

fn money(job: &JobView) -> String {
    let Some(rate) = &job.rate else { return String::new() };
    match (job.creates_cluster, job.cleans_up) {
        (true, true) => {
            format!(" · the cluster costs {rate} and is destroyed at the end whatever happens")
        }
        (true, false) => format!(" · the cluster costs {rate} while it is up"),
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
            sentences.push(format!("Step {} {}.", new.position, text::step_state(new.state).to_lowercase()));
        }
    }
    if before.state != after.state {
        let state = text::job_state(after.state).to_lowercase();
        let outcome = after.outcome.as_deref().map(|outcome| format!(" {outcome}")).unwrap_or_default();
        sentences.push(format!("Job {} {state}.{outcome}", after.number));
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::step::StepState;

    use super::*;
    use crate::samples::{at, guide_at_step, html, job_view};

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
        let page = html(|| lead(&running(), Clock::starting_at(at(28))));
        assert!(page.contains("Step 3 of 5"), "{page}");
        assert!(page.contains("18 min so far"), "{page}");
        assert!(
            page.contains("the cluster costs $0.036/h and is destroyed at the end whatever happens"),
            "{page}"
        );
    }

    #[test]
    fn a_queued_job_says_what_it_waits_for() {
        let queued =
            JobView { state: JobState::Queued, started_at: None, ahead: vec![126, 127], ..running() };
        let page = html(|| lead(&queued, Clock::starting_at(at(28))));
        assert!(page.contains("href=\"/jobs/126\"") && page.contains("and 1 more."), "{page}");
    }

    #[test]
    fn an_ended_job_says_how_long_it_took() {
        let ended = JobView { state: JobState::Succeeded, finished_at: Some(at(54)), ..running() };
        let page = html(|| lead(&ended, Clock::starting_at(at(60))));
        assert!(page.contains("Took 44 min.") && page.contains("08:54"), "{page}");
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
