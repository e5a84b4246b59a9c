//! The steps of a job: what each one does, who does it, how far it is, and when it was at work.

use domain::Time;
use domain::step::StepState;
use domain::text;
use leptos::prelude::*;

use super::badge::{Look, Tone, state_icon};
use super::sentence::{Sentence, so_far};
use crate::live::Now;
use crate::view::{JobView, StepView};

/// How wide the timeline is drawn; the picture is stretched to the row.
const TIMELINE: i64 = 1000;
/// What is shorter is drawn this long, to be seen.
const SHORTEST: i64 = 4;

pub fn step_list(job: &JobView, now: Now) -> impl IntoView + use<> {
    let whole = Span { from: job.started_at.unwrap_or(job.created_at), until: job.finished_at };
    let current = job.at_step.as_ref().map(|at| at.position);
    let rows =
        job.steps.iter().map(|step| row(step, current == Some(step.position), whole, now)).collect_view();
    view! { <ol class="steps">{rows}</ol> }
}

fn row(step: &StepView, is_current: bool, whole: Span, now: Now) -> impl IntoView + use<> {
    let class = if step.state == StepState::Running { "step is-running" } else { "step" };
    let is_trouble = matches!(step.state, StepState::Failed | StepState::TimedOut);
    let message_class = if is_trouble { "step-message trouble" } else { "step-message" };
    let started = step.started_at.map(|at| Sentence::default().second(at, now)).unwrap_or_default();
    view! {
        <li class=class aria-current=is_current.then_some("step")>
            {state_icon(step.state)}
            <div class="step-main">
                <h3>{step.title.clone()}</h3>
                <p class="meta">{facts(step).draw()}</p>
                {step.percent.map(|percent| progress(&step.title, percent))}
                {step.message.clone().map(|message| view! { <p class=message_class>{message}</p> })}
            </div>
            <div class="step-start meta">{started.draw()}</div>
            <div class="step-took">{took(step, now)}</div>
            {step.started_at.map(|from| timeline(step, Span { from, until: step.finished_at }, whole, now))}
        </li>
    }
}

/// State word, who does it, and the run.
fn facts(step: &StepView) -> Sentence {
    let facts = Sentence::new(text::step_state(step.state)).then(" · ");
    let facts = match &step.run {
        Some(run) => facts.run(run),
        None => facts.then(step.far_end.clone()),
    };
    if step.always_runs { facts.then(" · Always runs.") } else { facts }
}

fn progress(title: &str, percent: u8) -> impl IntoView + use<> {
    let words = format!("{percent} %");
    let label = format!("{title}: {words}");
    view! {
        <div class="progress">
            <progress max="100" value=percent.to_string() aria-label=label></progress>
            <span>{words}</span>
        </div>
    }
}

fn took(step: &StepView, now: Now) -> String {
    match (step.started_at, step.finished_at) {
        (None, _) => String::new(),
        (Some(from), Some(until)) => text::duration(until - from),
        (Some(from), None) => so_far(from, now),
    }
}

/// From when to when; until now while nothing ended it.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Time,
    until: Option<Time>,
}

/// A decoration: every number in it stands in words beside it.
fn timeline(step: &StepView, own: Span, whole: Span, now: Now) -> impl IntoView + use<> {
    let tone = match step.state {
        StepState::Waiting => Tone::Run,
        state => Look::from(state).tone,
    };
    let (left, width) = place(own, whole, now.time);
    view! {
        <svg
            class=format!("bar {}", tone.class())
            viewBox="0 0 1000 8"
            preserveAspectRatio="none"
            aria-hidden="true"
            focusable="false"
        >
            <rect class="bar-ground" x="0" width="1000" height="8"></rect>
            <rect class="bar-fill" x=left.to_string() width=width.to_string() height="8"></rect>
        </svg>
    }
}

/// Where the bar begins and how long it is.
fn place(own: Span, whole: Span, now: Time) -> (i64, i64) {
    let millis = |from: Time, until: Time| (until - from).num_milliseconds().max(0);
    let total = millis(whole.from, whole.until.unwrap_or(now)).max(1);
    let left = (millis(whole.from, own.from) * TIMELINE / total).min(TIMELINE - SHORTEST);
    let width = millis(own.from, own.until.unwrap_or(now)) * TIMELINE / total;
    (left, width.clamp(SHORTEST, TIMELINE - left))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{at, guide_at_step, html, job_view};

    fn page(change: impl FnOnce(&mut JobView)) -> String {
        let mut job = job_view(guide_at_step(3));
        change(&mut job);
        html(|| step_list(&job, Now::at(at(40))))
    }

    #[test]
    fn every_step_state_shows_its_word() {
        for state in StepState::ALL {
            let page = page(|job| job.steps[0].state = *state);
            assert!(page.contains(&format!(">{}", text::step_state(*state))), "{page}");
        }
    }

    #[test]
    fn the_run_is_a_link_and_the_finally_steps_say_that_they_always_run() {
        let page = page(|_| ());
        assert!(page.contains("CircleCI pipeline 243</a>"), "{page}");
        assert_eq!(page.matches("Always runs.").count(), 2);
    }

    #[test]
    fn the_step_at_work_is_the_current_one() {
        assert_eq!(page(|_| ()).matches("aria-current=\"step\"").count(), 1);
    }

    #[test]
    fn progress_has_words() {
        let page = page(|job| job.steps[2].percent = Some(41));
        assert!(page.contains("<progress max=\"100\" value=\"41\""), "{page}");
        assert!(page.contains(">41 %<"), "{page}");
    }

    #[test]
    fn what_a_ci_says_is_only_text() {
        let page =
            page(|job| job.steps[0].message = Some("</textarea><script>x</script><img onerror=x>".into()));
        assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn a_bar_lies_where_its_step_lies_in_the_job() {
        let whole = Span { from: at(0), until: Some(at(100)) };
        assert_eq!(place(Span { from: at(10), until: Some(at(35)) }, whole, at(200)), (100, 250));
        assert_eq!(
            place(Span { from: at(10), until: None }, Span { from: at(0), until: None }, at(20)),
            (500, 500)
        );
    }

    #[test]
    fn a_bar_never_leaves_its_row() {
        let whole = Span { from: at(0), until: Some(at(10)) };
        let (left, width) = place(Span { from: at(10), until: Some(at(50)) }, whole, at(50));
        assert!(left + width <= TIMELINE, "{left} {width}");
    }
}
