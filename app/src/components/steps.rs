//! The steps of a job: what each one does, who does it, how far it is, and when it was at work.

use leptos::prelude::*;

use super::badge::state_icon;
use super::sentence::draw;
use crate::live::Now;
use crate::moment::UnixSeconds;
use crate::view::{Bar, JobView, StepView};

/// How wide the timeline is drawn; the picture is stretched to the row.
const TIMELINE: i64 = 1000;
/// What is shorter is drawn this long, to be seen.
const SHORTEST: i64 = 4;

pub fn step_list(job: &JobView, now: Now) -> impl IntoView + use<> {
    let rows = job.steps.iter().map(|step| row(step, job.whole, now)).collect_view();
    view! { <ol class="steps">{rows}</ol> }
}

fn row(step: &StepView, whole: Bar, now: Now) -> impl IntoView + use<> {
    let message_class = if step.is_trouble { "step-message trouble" } else { "step-message" };
    view! {
        <li class="step" aria-current=step.is_current.then_some("step")>
            {state_icon(&step.look)}
            <div class="step-main">
                <h3>{step.title.clone()}</h3>
                <p class="meta">{draw(&step.facts, now)}</p>
                {step.percent.map(|percent| progress(&step.title, percent))}
                {step.message.clone().map(|message| view! { <p class=message_class>{message}</p> })}
            </div>
            <div class="step-start meta">{draw(&step.started, now)}</div>
            <div class="step-took">{draw(&step.took, now)}</div>
            {step.bar.map(|own| timeline(&step.look.tone, own, whole, now))}
        </li>
    }
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

/// A decoration: every number in it stands in words beside it.
fn timeline(tone: &str, own: Bar, whole: Bar, now: Now) -> impl IntoView + use<> {
    let (left, width) = place(own, whole, now.time);
    view! {
        <svg
            class=format!("bar {tone}")
            viewBox="0 0 1000 8"
            preserveAspectRatio="none"
            aria-hidden="true"
            focusable="false"
        >
            <rect class="bar-ground" width="1000" height="8"></rect>
            <rect class="bar-fill" x=left.to_string() width=width.to_string() height="8"></rect>
        </svg>
    }
}

/// Where the bar begins and how long it is.
fn place(own: Bar, whole: Bar, now: UnixSeconds) -> (i64, i64) {
    let seconds = |from: UnixSeconds, until: UnixSeconds| (until - from).max(0);
    let total = seconds(whole.from, whole.until.unwrap_or(now)).max(1);
    let left = (seconds(whole.from, own.from) * TIMELINE / total).min(TIMELINE - SHORTEST);
    let width = seconds(own.from, own.until.unwrap_or(now)) * TIMELINE / total;
    (left, width.clamp(SHORTEST, TIMELINE - left))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::step::StepState;

    use super::*;
    use crate::facts::JobFacts;
    use crate::samples::{at, html, job_facts};

    fn page(change: impl FnOnce(&mut JobFacts)) -> String {
        let mut facts = job_facts(3);
        change(&mut facts);
        let view = JobView::new(&facts, at(40));
        html(|| step_list(&view, Now::at(at(40))))
    }

    #[test]
    fn every_step_state_shows_its_word_and_its_shape() {
        let shapes =
            ["i-clock", "i-half", "i-clock", "i-tick", "i-octagon", "i-barred", "i-hourglass", "i-dash"];
        for (state, shape) in StepState::ALL.iter().zip(shapes) {
            let page = page(|facts| facts.job.steps[0].state = *state);
            assert!(page.contains(domain::text::step_state(*state)), "{page}");
            assert!(page.contains(&format!("href=\"#{shape}\"")), "{page}");
        }
    }

    #[test]
    fn the_run_is_a_link_and_the_step_at_work_is_the_current_one() {
        let page = page(|_| ());
        assert!(page.contains(">CircleCI pipeline 243</a>"), "{page}");
        assert_eq!(page.matches("aria-current=\"step\"").count(), 1);
    }

    #[test]
    fn progress_has_words() {
        let page = page(|facts| facts.job.steps[2].progress = Some(41.2));
        assert!(page.contains("<progress max=\"100\" value=\"41\""), "{page}");
        assert!(page.contains(">41 %<"), "{page}");
    }

    #[test]
    fn what_a_ci_says_is_only_text() {
        let hostile = "</textarea><script>x</script><img onerror=x>";
        let page = page(|facts| facts.job.steps[0].message = Some(hostile.into()));
        assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn a_bar_lies_where_its_step_lies_in_the_job() {
        let bar = |from, until| Bar { from, until };
        assert_eq!(place(bar(10, Some(35)), bar(0, Some(100)), 200), (100, 250));
        assert_eq!(place(bar(10, None), bar(0, None), 20), (500, 500));
    }

    #[test]
    fn a_bar_never_leaves_its_row() {
        let (left, width) = place(Bar { from: 10, until: Some(50) }, Bar { from: 0, until: Some(10) }, 50);
        assert!(left + width <= TIMELINE, "{left} {width}");
    }
}
