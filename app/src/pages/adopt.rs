//! `/clusters/{name}/adopt`: taking a cluster under the promise that was found in the cloud.

use domain::Time;
use domain::catalogue::Catalogue;
use domain::stay::StayRange;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::adoption::{may_adopt, size};
use crate::api::AdoptCluster;
use crate::components::sentence::draw;
use crate::components::stay_fields::{StayChoice, stay_fields};
use crate::facts::ClusterFacts;
use crate::problem::Refusal;
use crate::stay;
use crate::view::{FoundView, Sentence};

pub fn page() -> impl IntoView {
    let (name, query) = (form::cluster_in_path(), form::query());
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?;
        let forbidden = may_adopt(&facts).err().map(|error| error.to_string());
        let refusal = form::act_refusal(&query, &facts.cluster, forbidden.clone());
        let title = format!("Adopt {name}?");
        let frame = form::frame(&title, Section::Clusters, refusal.as_ref()).load(&world).await?;
        let body = match forbidden {
            Some(why) => {
                form::not_possible(refusal.is_none().then_some(why), format!("/clusters/{name}")).into_any()
            }
            None => {
                let choice = choice(&facts, &world.catalogue, &query, world.now);
                view! { {meaning(&facts, world.now)} {adopt_form(&name, &choice, refusal.as_ref())} }
                    .into_any()
            }
        };
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{title}</h1>
                <div id="form" class="stack">{body}</div>
            </div>
        };
        Ok(frame.around(content))
    })
}

fn meaning(facts: &ClusterFacts, now: Time) -> impl IntoView + use<> {
    let found = FoundView::new(facts).map(|found| found.words).unwrap_or_default();
    let size = match size(facts) {
        Some(size) => format!("By its machines it is of size {size}."),
        None => "Its machines are of none of the sizes that are declared for it.".to_owned(),
    };
    let words = Sentence::default()
        .strong("Its destroy is owed from then on")
        .then(": at the time that you choose it is destroyed by the steps that the config names. Nothing on it is changed before. ")
        .then(size);
    view! {
        <p>{draw(&found, now.timestamp())}</p>
        <section class="notice tone-run" aria-label="What it means"><p>{draw(&words, now.timestamp())}</p></section>
    }
}

fn choice(facts: &ClusterFacts, catalogue: &Catalogue, query: &ParamsMap, now: Time) -> StayChoice {
    // Whole hours: the config may say minutes, but the form does not.
    let lifetime = i64::from(facts.lifetime_minutes / 60).max(1);
    let offer = size(facts).and_then(|size| facts.offer(size));
    StayChoice {
        legend: "Destroy it after",
        lifetime_hours: Some(lifetime),
        price: offer.map(|offer| offer.price.clone()),
        chosen: query.get("for").unwrap_or_else(|| format!("{lifetime}h")),
        until: query.get("until").unwrap_or_default(),
        range: StayRange::new(stay::limits(catalogue, &facts.cluster.name).longest_minutes, now),
    }
}

fn adopt_form(cluster: &str, choice: &StayChoice, refusal: Option<&Refusal>) -> impl IntoView + use<> {
    view! {
        <form method="post" action=AdoptCluster::url() class="stack">
            <input type="hidden" name="cluster" value=cluster.to_owned()/>
            {stay_fields(choice, refusal)}
            <div class="form-foot">
                <a class="button" href=format!("/clusters/{cluster}")>"Back"</a>
                <button class="button primary">"Adopt cluster"</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use domain::cloud::ResourceKind;
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{at, catalogue, cluster_facts, html, observation, resource};

    fn found() -> ClusterFacts {
        let mut cluster = resource(ResourceKind::Cluster, "c1", "iriversland2");
        cluster.machine = Some("s-2vcpu-4gb".into());
        ClusterFacts {
            observation: Some(observation(vec![cluster])),
            has_mark: true,
            ..cluster_facts(ClusterState::Down)
        }
    }

    #[test]
    fn the_lifetime_of_the_config_is_chosen_first() {
        let choice = choice(&found(), &catalogue(), &ParamsMap::new(), at(60));
        assert_eq!((choice.chosen.as_str(), choice.range.latest), ("4h", at(25 * 60)));
        let page = html(|| adopt_form("iriversland2", &choice, None));
        assert!(page.contains(r#"value="4h" checked"#) && page.contains("about $0.14"), "{page}");
    }

    #[test]
    fn what_is_found_and_what_adopting_means_is_said_first() {
        let page = html(|| meaning(&found(), at(60)));
        assert!(page.contains("Nobody owes its destroy.") && page.contains("it is of size m."), "{page}");
    }
}
