//! The page of a job below the frame. All of it is live.

use domain::job::JobState;
use leptos::prelude::*;

use super::badge::badge;
use super::check_ins::check_in_log;
use super::job_side::{facts, owed_box};
use super::job_words::{heading, lead, what_is_left};
use super::steps::step_list;
use crate::live::Clock;
use crate::view::JobView;

pub fn job_body(job: &JobView, clock: Clock) -> AnyView {
    view! {
        <div class="stack">
            <div class="page-title">
                {badge(job.state)} <h1 tabindex="-1">{heading(job)}</h1>
                <span class="job-number muted">{format!("#{}", job.number)}</span>
            </div>
            <p class="lead">{lead(job, clock)}</p>
            {cancelling(job)}
            {outcome(job)}
        </div>
        <div class="columns">
            <div class="stack">
                <section aria-labelledby="steps">
                    <h2 id="steps">"Steps"</h2>
                    {step_list(job, clock)}
                </section>
                <section class="stack" aria-labelledby="check-ins">
                    <h2 id="check-ins">"Check-ins"</h2>
                    {check_in_log(job.number, job.check_ins.clone())}
                </section>
            </div>
            <aside class="stack" aria-label="Debt and facts">
                {owed_box(job.owed.as_ref(), clock)} {facts(job, clock)}
            </aside>
        </div>
    }
    .into_any()
}

fn cancelling(job: &JobView) -> Option<impl IntoView + use<>> {
    (job.cancel_requested && !job.state.is_final()).then(|| {
        view! { <p class="notice tone-warn">"Cancelling: waiting for the far end to stop. Machines may exist."</p> }
    })
}

/// How it ended, and whether something still costs money.
fn outcome(job: &JobView) -> Option<impl IntoView + use<>> {
    let outcome = job.outcome.clone()?;
    let class = match job.state {
        JobState::Failed => "notice tone-bad",
        JobState::Succeeded => "notice tone-good",
        _ => "notice tone-rest",
    };
    let is_owed = job.owed.as_ref().is_some_and(|owed| !owed.state.is_final());
    let way_out = is_owed.then(|| {
        let path = format!("/clusters/{}", job.cluster);
        view! { " " <a href=path>"Look at the cluster"</a> }
    });
    Some(view! {
        <section class=class aria-label="Outcome">
            <p>
                <strong>{outcome}</strong>
            </p>
            <p>{what_is_left(job)} {way_out}</p>
        </section>
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, guide_at_step, html, job_view};
    use crate::view::OwedView;

    fn page(change: impl FnOnce(&mut JobView)) -> String {
        let mut job = job_view(guide_at_step(3));
        change(&mut job);
        html(|| job_body(&job, Clock::starting_at(at(60))))
    }

    #[test]
    fn every_job_state_shows_its_word() {
        for state in JobState::ALL {
            let page = page(|job| job.state = *state);
            assert!(page.contains(&format!(">{}<", domain::text::job_state(*state))), "{state}");
        }
    }

    #[test]
    fn a_failed_job_says_first_what_failed_and_what_still_costs_money() {
        let page = page(|job| {
            job.state = JobState::Failed;
            job.outcome = Some("Failed at step 2 (Deploy). The cluster is up.".into());
            job.owed = Some(OwedView {
                state: ObligationState::Open,
                opened_at: at(10),
                opened_by_job: 128,
                destroys_at: at(240),
                settled_at: None,
                settled_by_job: None,
                failed_attempts: 0,
                last_error: None,
            });
        });
        let said = page.find("The cluster costs money until it is destroyed.").unwrap();
        assert!(said < page.find("id=\"steps\"").unwrap());
        assert!(page.contains("href=\"/clusters/iriversland2\""), "{page}");
    }

    #[test]
    fn an_outcome_from_outside_is_only_text() {
        let page = page(|job| job.outcome = Some("<img src=x onerror=alert(1)>".into()));
        assert!(!page.contains("<img"), "{page}");
    }
}
