//! `/jobs/{number}/cancel`: what stops, what is destroyed; then the button.

use domain::act::may_cancel;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::CancelJob;
use crate::facts::JobFacts;
use crate::words::{what_is_destroyed, what_may_exist, what_stops, what_waits};

pub fn page() -> impl IntoView {
    let (asked, query) = (form::job_in_path(), form::query());
    load(async move |world| {
        let facts = form::job(&world, &asked).await?;
        let forbidden = may_cancel(&facts.job).err().map(|error| error.to_string());
        let refusal = form::act_refusal(&query, &facts.cluster, forbidden.clone());
        let title = format!("Cancel job #{}?", facts.job.job.number);
        let frame = form::frame(&title, Section::Jobs, refusal.as_ref()).load(&world).await?;
        let body = match forbidden {
            Some(why) => {
                form::not_possible(refusal.is_none().then_some(why), form::job_path(&facts)).into_any()
            }
            None => view! {
                {consequences(&facts, world.catalogue.hold_seconds)}
                {confirm_form(&facts, query.get("because").unwrap_or_default())}
            }
            .into_any(),
        };
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{title}</h1>
                {form::job_line(&facts)}
                <div id="form" class="stack">{body}</div>
            </div>
        };
        Ok(frame.around(content))
    })
}

fn consequences(facts: &JobFacts, hold_seconds: u32) -> impl IntoView + use<> {
    let stops = what_stops(facts).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    view! {
        <div class="two">
            <section aria-labelledby="stops">
                <h2 id="stops">"What stops"</h2>
                <ul>{stops}</ul>
            </section>
            <section aria-labelledby="destroyed">
                <h2 id="destroyed">"What is destroyed"</h2>
                <p>{what_is_destroyed(facts)}</p>
                {what_waits(facts, hold_seconds).map(|words| view! { <p>{words}</p> })}
            </section>
        </div>
        {what_may_exist(facts).map(|words| view! { <p class="notice tone-warn">{words}</p> })}
    }
}

fn confirm_form(facts: &JobFacts, because: String) -> impl IntoView + use<> {
    view! {
        <form method="post" action=CancelJob::url() class="stack">
            <input type="hidden" name="job" value=facts.job.job.number.to_string()/>
            {form::reason_field("Why (optional)", because, None)}
            <div class="form-foot">
                <a class="button" href=form::job_path(facts)>"Keep it running"</a>
                <button class="button danger">"Cancel job"</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{html, job_facts};

    #[test]
    fn what_stops_and_what_is_destroyed_is_said_before_the_button() {
        let page = html(|| consequences(&job_facts(1), 10));
        assert!(page.contains("is asked to stop CircleCI pipeline 243"), "{page}");
        assert!(page.contains("run all the same") && page.contains("machines may exist"), "{page}");
    }

    #[test]
    fn the_form_works_without_script_and_keeps_the_reason_as_text() {
        let page = html(|| confirm_form(&job_facts(1), "\"><script>".into()));
        assert!(page.contains(r#"action="/actions/cancel-job""#), "{page}");
        assert!(page.contains(r#"name="job" value="128""#), "{page}");
        assert!(!page.contains("<script>"), "{page}");
    }
}
