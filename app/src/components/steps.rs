//! The steps of a job: what each one does, who does it, how far it is, and when it was at work.

use domain::Time;
use domain::step::StepState;
use domain::text;
use leptos::prelude::*;

use super::badge::state_icon;
use super::cluster_words::run_link;
use super::time;
use crate::live::Clock;
use crate::view::{JobView, StepView};

/// How wide the timeline is drawn; the picture is stretched to the row.
const TIMELINE: f64 = 1000.0;

pub fn step_list(job: &JobView, clock: Clock) -> impl IntoView + use<> {
    let whole = Span { from: job.started_at.unwrap_or(job.created_at), until: job.finished_at };
    let current = job.at_step.as_ref().map(|at| at.position);
    let rows =
        job.steps.iter().map(|step| row(step, current == Some(step.position), whole, clock)).collect_view();
    view! { <ol class="steps">{rows}</ol> }
}

fn row(step: &StepView, is_current: bool, whole: Span, clock: Clock) -> impl IntoView + use<> {
    let word = text::step_state(step.state);
    let class = if step.state == StepState::Running { "step is-running" } else { "step" };
    view! {
        <li class=class aria-current=is_current.then_some("step")>
            {state_icon(step.state)}
            <div class="step-main">
                <h3>{step.title.clone()}</h3>
                <p class="meta">{facts(step, word)}</p>
                {progress(step)}
                {message(step)}
            </div>
            <div class="step-start meta">{step.started_at.map(|at| time::second(at, clock))}</div>
            <div class="step-took">{took(step, clock)}</div>
            {step.started_at.map(|from| timeline(step.state, Span { from, until: step.finished_at }, whole, clock))}
        </li>
    }
}

/// State word, who does it, and the run.
fn facts(step: &StepView, word: &'static str) -> impl IntoView + use<> {
    let run = step.run.clone();
    let far_end = run.is_none().then(|| format!(" · {}", step.far_end));
    let always = step.always_runs.then_some(" · Always runs.");
    view! { <span class="step-state">{word}</span> {far_end} {run.map(|run| view! { " · " {run_link(run)} })} {always} }
}

fn progress(step: &StepView) -> Option<impl IntoView + use<>> {
    let percent = step.progress?.clamp(0.0, 100.0);
    let words = format!("{percent:.0} %");
    let label = format!("{}: {words}", step.title);
    Some(view! {
        <div class="progress">
            <progress max="100" value=format!("{percent:.1}") aria-label=label></progress>
            <span>{words}</span>
        </div>
    })
}

fn message(step: &StepView) -> Option<impl IntoView + use<>> {
    let is_trouble = matches!(step.state, StepState::Failed | StepState::TimedOut);
    let class = if is_trouble { "step-message trouble" } else { "step-message" };
    step.message.clone().map(|message| view! { <p class=class>{message}</p> })
}

fn took(step: &StepView, clock: Clock) -> Option<impl IntoView + use<>> {
    let from = step.started_at?;
    Some(match step.finished_at {
        Some(until) => text::duration(until - from).into_any(),
        None => time::so_far(from, clock).into_any(),
    })
}

/// From when to when; until now while nothing ended it.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Time,
    until: Option<Time>,
}

/// A decoration: every number in it stands in words beside it.
fn timeline(state: StepState, own: Span, whole: Span, clock: Clock) -> impl IntoView {
    let class = match state {
        StepState::Succeeded => "bar tone-good",
        StepState::Failed | StepState::TimedOut => "bar tone-bad",
        StepState::Running | StepState::Waiting => "bar tone-run",
        StepState::Queued | StepState::Cancelled | StepState::Skipped => "bar tone-rest",
    };
    let place = move || place(own, whole, clock.now());
    view! {
        <svg class=class viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect class="bar-ground" width="1000" height="8"></rect>
            <rect
                class="bar-fill"
                x=move || format!("{:.0}", place().0)
                width=move || format!("{:.0}", place().1)
                height="8"
            ></rect>
        </svg>
    }
}

/// Where the bar begins and how long it is; never too short to be seen.
fn place(own: Span, whole: Span, now: Time) -> (f64, f64) {
    let millis = |from: Time, until: Time| (until - from).num_milliseconds().max(0) as f64;
    let total = millis(whole.from, whole.until.unwrap_or(now)).max(1.0);
    let left = (millis(whole.from, own.from) / total * TIMELINE).min(TIMELINE - 4.0);
    let width = millis(own.from, own.until.unwrap_or(now)) / total * TIMELINE;
    (left, width.clamp(4.0, TIMELINE - left))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{at, guide_at_step, html, job_view};

    fn page(change: impl FnOnce(&mut JobView)) -> String {
        let mut job = job_view(guide_at_step(3));
        change(&mut job);
        html(|| step_list(&job, Clock::starting_at(at(40))))
    }

    #[test]
    fn every_step_state_shows_its_word() {
        for state in StepState::ALL {
            let page = page(|job| job.steps[0].state = *state);
            assert!(page.contains(&format!(">{}<", text::step_state(*state))), "{page}");
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
        let page = page(|job| job.steps[2].progress = Some(41.2));
        assert!(page.contains("<progress max=\"100\" value=\"41.2\""), "{page}");
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
        assert_eq!(place(Span { from: at(10), until: Some(at(35)) }, whole, at(200)), (100.0, 250.0));
        assert_eq!(
            place(Span { from: at(10), until: None }, Span { from: at(0), until: None }, at(20)),
            (500.0, 500.0)
        );
    }

    #[test]
    fn a_bar_never_leaves_its_row() {
        let whole = Span { from: at(0), until: Some(at(10)) };
        let (left, width) = place(Span { from: at(10), until: Some(at(50)) }, whole, at(50));
        assert!(left + width <= TIMELINE, "{left} {width}");
    }
}
