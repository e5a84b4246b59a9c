//! An open question with the buttons that answer it. It needs no page of its own: what is asked says what follows.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::sentence::draw;
use crate::api::AnswerQuestion;
use crate::moment::UnixSeconds;
use crate::view::{QuestionView, RunLink};

pub fn question_box(question: &QuestionView, now: UnixSeconds) -> impl IntoView + use<> {
    let words = question.words.iter().map(|words| view! { <p>{draw(words, now)}</p> }).collect_view();
    let candidates = question.candidates.iter().map(|(id, run)| candidate(id, run)).collect_view();
    let answers = question.answers.iter().map(|answer| {
        view! { <button class=answer.class name="says" value=answer.says>{answer.words}</button> }
    });
    let has_candidates = !question.candidates.is_empty();
    view! {
        <section class="notice question tone-run" aria-label=question.heading.clone()>
            <p class="question-head">{question.heading.clone()}</p>
            {words}
            <form method="post" action=AnswerQuestion::url() class="stack">
                <input type="hidden" name="job" value=question.job.to_string()/>
                <input type="hidden" name="step" value=question.position.to_string()/>
                {has_candidates.then(|| view! { <ul class="candidates">{candidates}</ul> })}
                <div class="actions">{answers.collect_view()}</div>
            </form>
        </section>
    }
}

/// The link leads to the provider, so that one can look before one says so.
fn candidate(id: &str, run: &RunLink) -> impl IntoView + use<> {
    let title = run.title.clone();
    let link = match run.url.clone() {
        Some(url) => view! { <a href=url>{title.clone()}</a> }.into_any(),
        None => title.clone().into_any(),
    };
    view! {
        <li>
            <span>{link}</span>
            <button class="button small" name="run" value=id.to_owned() aria-label=format!("It is {title}")>
                "This one"
            </button>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{asks_for_approval, asks_which_run, at, html};

    fn page(job: &domain::job::JobWithSteps) -> String {
        let question = QuestionView::of(job, at(60)).unwrap();
        html(|| question_box(&question, at(60).timestamp()))
    }

    #[test]
    fn an_approval_has_two_buttons_that_work_without_script() {
        let page = page(&asks_for_approval());
        assert!(page.contains(r#"method="post" action="/actions/answer-question""#), "{page}");
        for part in
            [r#"name="says" value="approve""#, r#"name="says" value="refuse""#, r#"name="step" value="3""#]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn each_run_has_a_link_to_its_provider_and_a_button() {
        let page = page(&asks_which_run());
        assert_eq!(page.matches(r#"name="run""#).count(), 2);
        assert!(page.contains(">CircleCI pipeline 244</a>"), "{page}");
        assert!(page.contains(r#"value="trigger_again""#) && page.contains(r#"value="give_up""#), "{page}");
    }

    #[test]
    fn what_is_asked_is_only_text() {
        let mut job = asks_for_approval();
        job.steps[2].action = domain::step::Action::Approval {
            question: "<script>".into(),
            time_limit_minutes: 1,
            without_answer: domain::step::Verdict::Refuse,
        };
        assert!(!page(&job).contains("<script>"));
    }
}
