//! Beside the steps of a job: what is owed, and the facts.

use domain::obligation::ObligationState;
use leptos::prelude::*;

use super::badge::badge;
use super::time;
use crate::live::Clock;
use crate::view::{JobView, OwedView};

/// The debt to destroy the cluster.
pub fn owed_box(owed: Option<&OwedView>, clock: Clock) -> impl IntoView + use<> {
    let body = match owed {
        None => view! {
            <p class="meta">"Nothing is owed. Before a step may create a cluster, its destroy is written down here."</p>
        }
        .into_any(),
        Some(owed) => debt(owed, clock).into_any(),
    };
    view! {
        <section class="card stack" aria-labelledby="owed">
            <h2 id="owed">"Owed"</h2>
            {body}
        </section>
    }
}

fn debt(owed: &OwedView, clock: Clock) -> impl IntoView + use<> {
    let written = view! { "Written " {time::second(owed.opened_at, clock)} ", before the first CI call. " };
    let end = match (owed.state, owed.settled_at) {
        (ObligationState::Settled, Some(at)) => {
            let by = owed.settled_by_job.map(|job| {
                view! { " by " <a href=format!("/jobs/{job}")>{format!("job #{job}")}</a> }
            });
            view! { "Settled " {time::second(at, clock)} {by} ". That is only the CI's word: no cloud was asked." }
                .into_any()
        }
        (ObligationState::Open, _) => {
            view! { "Due " {time::minute(owed.destroys_at, clock)} " at the latest." }.into_any()
        }
        (ObligationState::Closed, _) => view! { "A person took it over." }.into_any(),
        _ => view! { "Due since " {time::minute(owed.destroys_at.min(clock.today()), clock)} "." }.into_any(),
    };
    let attempts = (owed.failed_attempts > 0).then(|| {
        let times = if owed.failed_attempts == 1 {
            "once".to_owned()
        } else {
            format!("{} times", owed.failed_attempts)
        };
        let error = owed.last_error.clone().map(|error| format!(": {error}")).unwrap_or_default();
        view! { <p class="trouble">{format!("Destroying it failed {times}{error}. It is tried again.")}</p> }
    });
    view! {
        <p>{badge(owed.state)}</p>
        <p class="meta">{written} {end}</p>
        {attempts}
    }
}

/// Who, where, how big, and what happens when a step fails.
pub fn facts(job: &JobView, clock: Clock) -> impl IntoView + use<> {
    let cluster = &job.cluster;
    let started = match job.started_at {
        Some(at) => time::second(at, clock).into_any(),
        None => view! { "not yet" }.into_any(),
    };
    let on_failure = match (job.cleans_up, job.creates_cluster) {
        (true, _) => "the cluster is destroyed",
        (false, true) => "what exists is destroyed",
        (false, false) => "the job ends there",
    };
    view! {
        <section class="card" aria-label="Facts">
            <dl class="facts">
                <dt>"Asked"</dt>
                <dd>{time::second(job.created_at, clock)}</dd>
                <dt>"Started"</dt>
                <dd>{started}</dd>
                <dt>"By"</dt>
                <dd>{job.by.clone()}</dd>
                <dt>"Cluster"</dt>
                <dd>
                    <a href=format!("/clusters/{cluster}")>{job.cluster.clone()}</a>
                </dd>
                {job.size.map(|size| view! { <dt>"Size"</dt> <dd>{size.as_str()}</dd> })}
                {job.rate.clone().map(|rate| view! { <dt>"Price"</dt> <dd>{rate}</dd> })}
                <dt>"If a step fails"</dt>
                <dd>{on_failure}</dd>
            </dl>
        </section>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{at, guide_at_step, html, job_view};

    fn owed(state: ObligationState) -> OwedView {
        OwedView {
            state,
            opened_at: at(10),
            opened_by_job: 128,
            destroys_at: at(240),
            settled_at: (state == ObligationState::Settled).then(|| at(50)),
            settled_by_job: (state == ObligationState::Settled).then_some(128),
            failed_attempts: 0,
            last_error: None,
        }
    }

    fn page(owed: &OwedView) -> String {
        html(|| owed_box(Some(owed), Clock::starting_at(at(60))))
    }

    #[test]
    fn an_open_debt_says_when_it_was_written_and_when_it_is_due() {
        let page = page(&owed(ObligationState::Open));
        assert!(page.contains("Destroy owed") && page.contains("#i-clock"), "{page}");
        assert!(page.contains("08:10:00") && page.contains("12:00"), "{page}");
    }

    #[test]
    fn a_settled_debt_says_on_whose_word() {
        let page = page(&owed(ObligationState::Settled));
        assert!(page.contains("only the CI's word") || page.contains("only the CI&#x27;s word"), "{page}");
    }

    #[test]
    fn failed_attempts_are_told_with_their_last_error_as_text() {
        let mut owed = owed(ObligationState::Due);
        owed.failed_attempts = 2;
        owed.last_error = Some("<script>".into());
        let page = page(&owed);
        assert!(page.contains("failed 2 times") && !page.contains("<script>"), "{page}");
    }

    #[test]
    fn the_facts_say_what_happens_when_a_step_fails() {
        let page = html(|| facts(&job_view(guide_at_step(1)), Clock::starting_at(at(60))));
        assert!(page.contains("the cluster is destroyed"), "{page}");
        assert!(page.contains("href=\"/clusters/iriversland2\""), "{page}");
    }
}
