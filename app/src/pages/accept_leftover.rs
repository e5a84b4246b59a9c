//! `/clusters/{name}/accept-leftover`: taking over one thing that a destroyed cluster left behind.

use domain::cloud::{Resource, ResourceKind};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::AcceptLeftover;
use crate::facts::ClusterFacts;
use crate::problem::Refusal;
use crate::words::a_day;

pub fn page() -> impl IntoView {
    let (name, query) = (form::cluster_in_path(), form::query());
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?;
        let found = named(&facts, &query);
        let missing = found.is_none().then(|| {
            "The cloud does not show it any more, or it was accepted before. Nothing was changed.".to_owned()
        });
        let refusal = form::act_refusal(&query, &facts.cluster, missing.clone());
        let title = match &found {
            Some(found) => format!("Accept the {} {}?", found.kind.title(), found.name),
            None => "Accept what is left?".to_owned(),
        };
        let frame = form::frame(&title, Section::Clusters, refusal.as_ref()).load(&world).await?;
        let body = match found {
            None => {
                let why = missing.filter(|_| refusal.is_none());
                form::not_possible(why, format!("/clusters/{name}")).into_any()
            }
            Some(found) => accept_form(&facts, &found, &query, refusal.as_ref()).into_any(),
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

/// What the address names, if the cloud shows it and nobody took it over yet.
fn named(facts: &ClusterFacts, query: &ParamsMap) -> Option<Resource> {
    let kind: ResourceKind = query.get_str("kind")?.parse().ok()?;
    let id = query.get_str("id")?;
    facts.left_in_cloud().find(|resource| resource.kind == kind && resource.id == id).cloned()
}

fn accept_form(
    facts: &ClusterFacts,
    found: &Resource,
    query: &ParamsMap,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    let cluster = facts.cluster.name.as_str();
    let cost = a_day(found, facts.observation.as_ref().and_then(|shown| shown.answered_at));
    let what = format!(
        "It stays in the cloud{cost}, and {cluster} counts as destroyed without it. Nobody here removes it."
    );
    view! {
        <section class="notice tone-warn" aria-label="What it means"><p>{what}</p></section>
        <form method="post" action=AcceptLeftover::url() class="stack">
            <input type="hidden" name="cluster" value=cluster.to_owned()/>
            <input type="hidden" name="kind" value=found.kind.as_str()/>
            <input type="hidden" name="id" value=found.id.clone()/>
            {form::reason_field("Why it may stay", query.get("because").unwrap_or_default(), refusal)}
            <div class="form-foot">
                <a class="button" href=format!("/clusters/{cluster}")>"Back"</a>
                <button class="button danger">{format!("Accept {}", found.kind.title())}</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{accepted, cluster_facts, html, observation, resource};

    fn query(kind: &str, id: &str) -> ParamsMap {
        let mut query = ParamsMap::new();
        query.insert("kind", kind.to_owned());
        query.insert("id", id.to_owned());
        query
    }

    #[test]
    fn only_what_the_cloud_shows_and_nobody_took_over_can_be_accepted() {
        let volume = resource(ResourceKind::Volume, "v1", "pvc-1");
        let mut facts = ClusterFacts {
            observation: Some(observation(vec![volume.clone()])),
            ..cluster_facts(ClusterState::Down)
        };
        assert_eq!(named(&facts, &query("volume", "v1")), Some(volume.clone()));
        for (kind, id) in [("machine", "v1"), ("volume", "v2"), ("nope", "v1"), ("", "")] {
            assert_eq!(named(&facts, &query(kind, id)), None, "{kind} {id}");
        }
        facts.accepted = vec![accepted(&volume)];
        assert_eq!(named(&facts, &query("volume", "v1")), None);
    }

    #[test]
    fn the_form_says_what_it_costs_to_let_it_stay() {
        let volume = resource(ResourceKind::Volume, "\"><b>", "<b>");
        let facts = cluster_facts(ClusterState::Down);
        let page = html(|| accept_form(&facts, &volume, &ParamsMap::new(), None));
        assert!(page.contains("It stays in the cloud, $0.24 a day (estimate from "), "{page}");
        assert!(!page.contains("<b>"), "{page}");
    }
}
