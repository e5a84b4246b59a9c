//! `/clusters/{name}/close-obligation`: taking the debt to destroy a cluster upon oneself.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::CloseObligation;
use crate::facts::ClusterFacts;
use crate::problem::Refusal;

pub fn page() -> impl IntoView {
    let (name, query) = (form::cluster_in_path(), form::query());
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?;
        let nothing =
            facts.unsettled().is_none().then(|| format!("Nothing is owed for {name}. Nothing was changed."));
        let refusal = form::act_refusal(&query, &facts.cluster, nothing.clone());
        let title = format!("Take the debt for {name} over?");
        let frame = form::frame(&title, Section::Clusters, refusal.as_ref()).load(&world).await?;
        let body = match nothing {
            Some(why) => {
                form::not_possible(refusal.is_none().then_some(why), format!("/clusters/{name}")).into_any()
            }
            None => view! { {meaning(&facts)} {take_over_form(&facts, &query, refusal.as_ref())} }.into_any(),
        };
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{title}</h1>
                {form::state_line(&facts, world.now)}
                <div id="form" class="stack">{body}</div>
            </div>
        };
        Ok(frame.around(content))
    })
}

fn meaning(facts: &ClusterFacts) -> impl IntoView + use<> {
    let name = facts.cluster.name.clone();
    let cost = facts.rate().map(|rate| format!(" of {rate}")).unwrap_or_default();
    view! {
        <section class="notice tone-bad" aria-label="What it means">
            <p><strong>{format!("From then on nothing here destroys {name}.")}</strong></p>
            <ul>
                <li>"What is owed now counts as your task: remove it at the provider yourself."</li>
                <li>{format!("The auto-destroy time is gone, no destroy is tried again, no alarm is raised, and the cost{cost} goes on until somebody removes it.")}</li>
                <li>"The meter stops: the receipt says what it cost until now, and what comes after stands nowhere here."</li>
                <li>"Your name and your reason stand on the page of the cluster, and Slack is told."</li>
            </ul>
        </section>
    }
}

fn take_over_form(
    facts: &ClusterFacts,
    query: &ParamsMap,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    let name = facts.cluster.name.clone();
    view! {
        <form method="post" action=CloseObligation::url() class="stack">
            <input type="hidden" name="cluster" value=name.clone()/>
            {form::name_field(
                format!("Type {name} to take its debt over"),
                query.get("typed").unwrap_or_default(),
                refusal,
            )}
            {form::reason_field("Why", query.get("because").unwrap_or_default(), refusal)}
            <div class="form-foot">
                <a class="button" href=format!("/clusters/{name}")>"Leave it as it is"</a>
                <button class="button danger">"Take the debt over"</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{cluster_facts, html};

    #[test]
    fn what_it_means_is_said_before_the_button() {
        let page = html(|| meaning(&cluster_facts(ClusterState::Up)));
        assert!(page.contains("From then on nothing here destroys iriversland2."), "{page}");
        assert!(page.contains("the cost of $0.036/h goes on"), "{page}");
        assert!(page.contains("the receipt says what it cost until now"), "{page}");
    }

    #[test]
    fn what_was_typed_comes_back_as_text() {
        let mut query = ParamsMap::new();
        query.insert("typed", "\"><script>".to_owned());
        query.insert("because", "</form><script>".to_owned());
        let page = html(|| take_over_form(&cluster_facts(ClusterState::Up), &query, None));
        assert!(page.contains(r#"name="typed_name""#) && page.contains(r#"name="because""#), "{page}");
        assert!(!page.contains("<script>"), "{page}");
    }
}
