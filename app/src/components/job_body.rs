//! The page of a job below the frame. All of it is live.

use leptos::prelude::*;

use super::actions::actions;
use super::badge::badge;
use super::check_ins::check_in_log;
use super::end_box::hold_box;
use super::money_line::money_line;
use super::owed_box::owed_box;
use super::question::question_box;
use super::sentence::draw;
use super::steps::step_list;
use crate::view::JobView;

/// The id of the piece that shows this job.
pub fn piece_id(number: i64) -> String {
    format!("job-{number}")
}

pub fn job_body(job: &JobView) -> impl IntoView + use<> {
    let now = job.made_at;
    let notice = job.notice.as_ref().map(|(tone, words)| {
        view! {
            <section class=format!("notice {tone}") aria-label="Outcome">
                <p>{draw(words, now)}</p>
            </section>
        }
    });
    view! {
        <div
            id=piece_id(job.number)
            class="sections"
            data-version=job.version.to_string()
            data-title=job.document_title.clone()
            data-favicon=job.favicon.clone()
            data-state=job.look.word.clone()
            data-say=job.spoken.clone()
            data-alarm=job.has_failed.then_some("")
        >
        <div class="stack">
            <div class="page-title">
                {badge(&job.look)} <h1 tabindex="-1">{job.heading.clone()}</h1>
                <span class="job-number muted">{format!("#{}", job.number)}</span>
            </div>
            <p class="lead">{draw(&job.lead, now)}</p>
            {job.money.as_ref().map(money_line)}
            {job.usual.as_ref().map(|usual| view! { <p class="meta">{draw(usual, now)}</p> })}
            {notice}
            {job.hold.as_ref().map(|hold| hold_box(hold, now))}
            {job.end.as_ref().map(|end| view! {
                <section class="notice tone-warn" aria-label="Auto-destroy time"><p>{draw(end, now)}</p></section>
            })}
            {job.question.as_ref().map(|question| question_box(question, now))}
            {actions(&job.actions)}
        </div>
        <div class="columns">
            <div class="stack">
                <section aria-labelledby="steps">
                    <h2 id="steps">"Steps"</h2>
                    {step_list(job)}
                </section>
                <section class="stack" aria-labelledby="check-ins">
                    <h2 id="check-ins">"Check-ins"</h2>
                    {check_in_log(job.number, &job.check_ins)}
                </section>
            </div>
            <aside class="stack" aria-label="Debt and facts">
                {owed_box(&job.owed, now)} {facts(job)}
            </aside>
        </div>
        </div>
    }
}

fn facts(job: &JobView) -> impl IntoView + use<> {
    let rows = job.facts.iter().map(|(label, words)| {
        view! {
            <div>
                <dt>{label.clone()}</dt>
                <dd>{draw(words, job.made_at)}</dd>
            </div>
        }
    });
    view! {
        <section class="card" aria-label="Facts">
            <dl class="facts">{rows.collect_view()}</dl>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use domain::job::JobState;

    use super::*;
    use crate::facts::JobFacts;
    use crate::samples::{at, html, job_facts};

    fn page(change: impl FnOnce(&mut JobFacts)) -> String {
        let mut facts = job_facts(3);
        change(&mut facts);
        let view = JobView::new(&facts, at(60));
        html(|| job_body(&view))
    }

    #[test]
    fn every_job_state_shows_its_word_and_its_shape() {
        let shapes = ["i-clock", "i-half", "i-clock", "i-tick", "i-octagon", "i-barred"];
        for (state, shape) in JobState::ALL.iter().zip(shapes) {
            let page = page(|facts| facts.job.job.state = *state);
            assert!(page.contains(&format!(">{}<", domain::text::job_state(*state))), "{state}");
            assert!(page.contains(&format!("href=\"#{shape}\"")), "{page}");
        }
    }

    #[test]
    fn the_tab_is_told_its_title_and_its_icon() {
        let page = page(|_| ());
        assert!(page.contains("data-title=\"Running 3/5 – guide on iriversland2 – Cluster Head\""), "{page}");
        assert!(page.contains("data-favicon=\"/favicon-running.svg\""), "{page}");
    }

    #[test]
    fn the_outcome_stands_before_the_steps_as_text() {
        let page = page(|facts| {
            facts.job.job.state = JobState::Failed;
            facts.job.job.outcome = Some("<img src=x onerror=alert(1)>".into());
        });
        assert!(!page.contains("<img"), "{page}");
        assert!(page.find("&lt;img").unwrap() < page.find("id=\"steps\"").unwrap());
    }

    #[test]
    fn the_debt_and_the_facts_stand_beside_the_steps() {
        let page = page(|_| ());
        assert!(page.contains("Nothing is owed.") && page.contains("If a step fails"), "{page}");
    }
}
