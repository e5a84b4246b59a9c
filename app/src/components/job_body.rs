//! The page of a job below the frame. All of it is live.

use domain::job::JobState;
use leptos::prelude::*;

use super::badge::badge;
use super::check_ins::check_in_log;
use super::job_facts::job_facts;
use super::job_words::{heading, lead, what_is_left};
use super::owed_box::owed_box;
use super::sentence::Sentence;
use super::steps::step_list;
use crate::live::Now;
use crate::view::JobView;

pub fn job_body(job: &JobView, now: Now) -> impl IntoView + use<> {
    view! {
        <div class="stack">
            <div class="page-title">
                {badge(job.state)} <h1 tabindex="-1">{heading(job)}</h1>
                <span class="job-number muted">{format!("#{}", job.number)}</span>
            </div>
            <p class="lead">{lead(job, now).draw()}</p>
            {notice(job)}
        </div>
        <div class="columns">
            <div class="stack">
                <section aria-labelledby="steps">
                    <h2 id="steps">"Steps"</h2>
                    {step_list(job, now)}
                </section>
                <section class="stack" aria-labelledby="check-ins">
                    <h2 id="check-ins">"Check-ins"</h2>
                    {check_in_log(job.number, &job.check_ins)}
                </section>
            </div>
            <aside class="stack" aria-label="Debt and facts">
                {owed_box(job.owed.as_ref(), now)} {job_facts(job, now)}
            </aside>
        </div>
    }
}

/// How it ended, and whether something still costs money; or that it is being stopped.
fn notice(job: &JobView) -> Option<impl IntoView + use<>> {
    let tone = match job.state {
        JobState::Failed => "notice tone-bad",
        JobState::Succeeded => "notice tone-good",
        JobState::Cancelled => "notice tone-rest",
        _ => "notice tone-warn",
    };
    let cancelling = "Cancelling: waiting for the far end to stop. Machines may exist.";
    let words = match &job.outcome {
        Some(outcome) => Sentence::default().strong(outcome.clone()).then(" ").and(rest(job)),
        None if job.cancel_requested => Sentence::new(cancelling),
        None => return None,
    };
    Some(view! { <section class=tone aria-label="Outcome"><p>{words.draw()}</p></section> })
}

fn rest(job: &JobView) -> Sentence {
    let what = Sentence::new(what_is_left(job));
    if job.owed.as_ref().is_some_and(|owed| !owed.state.is_final()) {
        what.then(" ").link(format!("/clusters/{}", job.cluster), "Look at the cluster")
    } else {
        what
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, guide_at_step, html, job_view, owed};

    fn page(change: impl FnOnce(&mut JobView)) -> String {
        let mut job = job_view(guide_at_step(3));
        change(&mut job);
        html(|| job_body(&job, Now::at(at(60))))
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
            job.owed = Some(owed(ObligationState::Open));
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
