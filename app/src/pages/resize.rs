//! `/clusters/{name}/resize`: another size is another cluster, and the page says so first.

use domain::Time;
use domain::cluster::ClusterState;
use domain::size::Size;
use domain::text;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::ResizeCluster;
use crate::ask::AskText;
use crate::components::lifetime_fields::{LifetimeChoice, lifetime_fields};
use crate::components::seal::{Seal, sealed_fields};
use crate::components::size_form::{priced_button, size_cards};
use crate::facts::ClusterFacts;
use crate::islands::priced_buttons::PricedButtons;
use crate::problem::Refusal;
use crate::view::SizeChoice;
use crate::words::at_the_deadline;

pub fn page() -> impl IntoView {
    let (name, query) = (form::cluster_in_path(), form::query());
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?.with_starts(&world.store, &world.catalogue).await?;
        let size = query.get("size").unwrap_or_default();
        let ask = AskText {
            routine: "resize".into(),
            cluster: name.clone(),
            size: size.clone(),
            lifetime: query.get("lifetime").unwrap_or_default(),
            until: query.get("until").unwrap_or_default(),
            ..AskText::default()
        };
        let refusal = form::refusal(&query, &ask, &facts.cluster, &world);
        let frame = form::frame(&format!("Change size of {name}"), Section::Clusters, refusal.as_ref());
        let frame = frame.with_islands().load(&world).await?;

        let state_line = form::state_line(&facts, world.now);
        let budget_note = form::budget_note(&world).await?;
        let body = if facts.cluster.state == ClusterState::Down && facts.active_job().is_none() {
            view! {
                <p>"It is down, so there is nothing to replace."</p>
                <p><a class="button" href=format!("/clusters/{name}/start")>"Start cluster…"</a></p>
            }
            .into_any()
        } else {
            let checked = size.parse().ok().or_else(|| another_size(&facts)).unwrap_or(facts.default_size);
            let queue_note = form::queue_note(&facts);
            let is_admin = world.admitted()?.role.is_admin();
            let lifetime = LifetimeChoice::full(&facts, &ask, is_admin, world.now);
            view! {
                {warning(&facts)} {queue_note} {budget_note}
                {size_form(&facts, checked, &lifetime, refusal.as_ref(), world.now)}
            }
            .into_any()
        };
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{format!("Replace {name} by another size?")}</h1>
                {state_line}
                <div id="form" class="stack">{body}</div>
            </div>
        };
        Ok(frame.around(content))
    })
}

fn warning(facts: &ClusterFacts) -> impl IntoView + use<> {
    let services =
        facts.cluster.deployments.iter().map(|deployment| deployment.service.as_str()).collect::<Vec<_>>();
    let lost = if services.is_empty() {
        "Whatever runs on it is gone.".to_owned()
    } else {
        format!("What is deployed on it is gone: {}.", services.join(", "))
    };
    view! {
        <section class="notice tone-warn" aria-label="What happens">
            <p>
                <strong>"A size cannot be changed in place: the cluster is replaced."</strong>
            </p>
            <p>{format!("Its machines are destroyed, then new ones are created. {lost} Services are not deployed again by themselves.")}</p>
        </section>
    }
}

fn size_form(
    facts: &ClusterFacts,
    checked: Size,
    lifetime: &LifetimeChoice,
    refusal: Option<&Refusal>,
    now: Time,
) -> impl IntoView + use<> {
    let (name, present) = (&facts.cluster.name, facts.cluster.size);
    let sizes = SizeChoice::new(facts, checked, present, now).for_the_usual_stay(facts, now);
    view! {
        <PricedButtons/>
        <form method="post" action=ResizeCluster::url() class="stack">
            {sealed_fields(&Seal::fresh(), name, facts.cluster.version)}
            {size_cards("New size", &sizes)}
            {price_differences(facts)}
            {lifetime_fields(lifetime, refusal)}
            <p class="meta">{at_the_deadline(&facts.limits)}</p>
            <div class="form-foot">
                <a class="button" href=format!("/clusters/{name}")>"Keep it as it is"</a>
                {priced_button("button danger", "Replace cluster")}
            </div>
        </form>
    }
}

fn another_size(facts: &ClusterFacts) -> Option<Size> {
    facts.offers.iter().map(|offer| offer.size).find(|size| Some(*size) != facts.cluster.size)
}

/// What each other size costs more or less.
fn price_differences(facts: &ClusterFacts) -> Option<impl IntoView + use<>> {
    let present = facts.offers.iter().find(|offer| Some(offer.size) == facts.cluster.size)?;
    let others = facts.offers.iter().filter(|offer| offer.size != present.size);
    let lines = others.map(|offer| {
        let difference = offer.price.hourly - present.price.hourly;
        let word = if difference.is_sign_negative() { "less" } else { "more" };
        view! { <li>{format!("{}: {} {word} than now", offer.size, text::hourly(difference.abs()))}</li> }
    });
    Some(view! { <ul class="price-differences">{lines.collect_view()}</ul> })
}

#[cfg(test)]
mod tests {
    use domain::cluster::Deployment;

    use super::*;
    use crate::samples::{at, cluster_facts, html};

    #[test]
    fn the_page_says_that_machines_and_services_go() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.cluster.deployments =
            vec![Deployment { service: "slack-middleware".into(), at: at(0), job: 1 }];
        let page = html(|| warning(&facts));
        assert!(page.contains("the cluster is replaced"), "{page}");
        assert!(page.contains("What is deployed on it is gone: slack-middleware."), "{page}");
    }

    #[test]
    fn the_difference_in_price_is_said_for_each_other_size() {
        let page = html(|| price_differences(&cluster_facts(ClusterState::Up)));
        assert!(page.contains("s: $0.013/h less than now"), "{page}");
        assert!(page.contains("l: $0.036/h more than now"), "{page}");
    }
}
