//! `/jobs/{number}/leave-up`: keep the cluster that the job would destroy, until a time, and say what that costs.

use domain::act::{SHORTEST_STAY, may_leave_up};
use domain::stay::StayRange;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::LeaveClusterUp;
use crate::components::stay_fields::{StayChoice, stay_fields};
use crate::facts::JobFacts;
use crate::problem::Refusal;
use crate::stay;

pub fn page() -> impl IntoView {
    let (asked, query) = (form::job_in_path(), form::query());
    load(async move |world| {
        let facts = form::job(&world, &asked).await?;
        let now = world.now;
        let latest = stay::latest(&world.catalogue, &facts.cluster.name, now);
        let forbidden = may_leave_up(&facts.job, now + SHORTEST_STAY, latest, now).err();
        let forbidden = forbidden.map(|error| error.to_string());
        let refusal = form::act_refusal(&query, &facts.cluster, forbidden.clone());
        let title = format!("Leave {} up?", facts.cluster.name);
        let frame = form::frame(&title, Section::Jobs, refusal.as_ref()).load(&world).await?;
        let body = match forbidden {
            Some(why) => {
                form::not_possible(refusal.is_none().then_some(why), form::job_path(&facts)).into_any()
            }
            None => {
                let choice = StayChoice {
                    legend: "For how long",
                    lifetime_hours: None,
                    price: facts.price.clone(),
                    chosen: query.get("for").unwrap_or_else(|| "1h".to_owned()),
                    until: query.get("until").unwrap_or_default(),
                    range: StayRange { latest, ..StayRange::new(0, now) },
                };
                view! { {meaning(&facts)} {stay_form(&facts, &choice, &query, refusal.as_ref())} }.into_any()
            }
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

/// What somebody takes upon himself.
fn meaning(facts: &JobFacts) -> impl IntoView + use<> {
    let name = &facts.cluster.name;
    let cost = match facts.rate() {
        Some(rate) => format!("It costs {rate} all the while."),
        None => "What it costs is not known here.".to_owned(),
    };
    view! {
        <section class="notice tone-warn" aria-label="What happens">
            <p><strong>{format!("Nothing destroys {name} before the time that you choose. {cost}")}</strong></p>
            <p>
                "What is at work now is carried to its end; then the job begins nothing more, and none of its steps
                that clean up. At that time the cluster is destroyed at the latest. Destroy it yourself before, as soon
                as you can."
            </p>
        </section>
    }
}

fn stay_form(
    facts: &JobFacts,
    choice: &StayChoice,
    query: &ParamsMap,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    view! {
        <form method="post" action=LeaveClusterUp::url() class="stack">
            <input type="hidden" name="job" value=facts.job.job.number.to_string()/>
            {stay_fields(choice, refusal)}
            {form::reason_field("Why (optional)", query.get("because").unwrap_or_default(), refusal)}
            <div class="form-foot">
                <a class="button" href=form::job_path(facts)>"Let the job go on"</a>
                <button class="button danger">"Leave cluster up"</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{html, job_facts};

    #[test]
    fn the_page_says_that_nothing_destroys_it_and_what_it_costs() {
        let page = html(|| meaning(&job_facts(3)));
        assert!(page.contains("Nothing destroys iriversland2 before the time that you choose."), "{page}");
        assert!(page.contains("It costs $0.036/h all the while."), "{page}");
    }
}
