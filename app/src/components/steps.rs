//! The steps of a job: what each one does, who does it, how far it is, and when it was at work.

use leptos::prelude::*;

use super::badge::state_icon;
use super::sentence::draw;
use crate::live::bar::{self, Span};
use crate::moment::UnixSeconds;
use crate::view::{JobView, StepView};

pub fn step_list(job: &JobView) -> impl IntoView + use<> {
    let rows = (1..).zip(&job.steps).map(|(position, step)| row(position, step, job)).collect_view();
    view! { <ol class="steps">{rows}</ol> }
}

fn row(position: usize, step: &StepView, job: &JobView) -> impl IntoView + use<> {
    let now = job.made_at;
    let said = format!("Step {position} {}.", step.look.word.to_lowercase());
    let message_class = if step.is_trouble { "step-message trouble" } else { "step-message" };
    view! {
        <li
            class="step"
            aria-current=step.is_current.then_some("step")
            data-state=step.look.word.clone()
            data-say=said
        >
            {state_icon(&step.look)}
            <div class="step-main">
                <h3>{step.title.clone()}</h3>
                <p class="meta">{draw(&step.facts, now)}</p>
                {step.percent.map(|percent| progress(&step.title, percent))}
                {step.usual.as_ref().map(|usual| view! { <p class="meta">{draw(usual, now)}</p> })}
                {step.message.clone().map(|message| view! { <p class=message_class>{message}</p> })}
            </div>
            <div class="step-start meta">{draw(&step.started, now)}</div>
            <div class="step-took">{draw(&step.took, now)}</div>
            {step.bar.map(|own| timeline(&step.look.tone, own, job.whole, now))}
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
fn timeline(tone: &str, own: Span, whole: Span, now: UnixSeconds) -> impl IntoView + use<> {
    let (left, width) = bar::place(own, whole, now);
    view! {
        <svg
            class=format!("bar {tone}")
            viewBox="0 0 1000 8"
            preserveAspectRatio="none"
            aria-hidden="true"
            focusable="false"
        >
            <rect class="bar-ground" width="1000" height="8"></rect>
            <rect
                class="bar-fill"
                x=left.to_string()
                width=width.to_string()
                height="8"
                data-bar=bar::to_attribute(own, whole)
            ></rect>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use domain::step::StepState;

    use super::*;
    use crate::facts::JobFacts;
    use crate::samples::{at, html, job_facts};

    fn page(change: impl FnOnce(&mut JobFacts)) -> String {
        let mut facts = job_facts(3);
        change(&mut facts);
        let view = JobView::new(&facts, at(40));
        html(|| step_list(&view))
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
    fn a_change_of_state_has_a_sentence_for_those_who_listen() {
        assert!(page(|_| ()).contains(r#"data-state="Running" data-say="Step 3 running.""#));
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
}
