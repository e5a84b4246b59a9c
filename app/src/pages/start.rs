//! `/clusters/{name}/start`: choose a size, see the price, start.

use domain::cluster::ClusterState;
use leptos::prelude::*;

use super::frame::Section;
use super::{form, load};
use crate::ask::AskText;
use crate::components::lifetime_fields::LifetimeChoice;
use crate::components::seal::Seal;
use crate::components::size_form::start_form;
use crate::islands::priced_buttons::PricedButtons;
use crate::view::{SizeChoice, StartView};

pub fn page() -> impl IntoView {
    let (name, query) = (form::cluster_in_path(), form::query());
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?.with_starts(&world.store, &world.catalogue).await?;
        let size = query.get("size").unwrap_or_default();
        let ask = AskText {
            routine: "up".into(),
            cluster: name.clone(),
            size: size.clone(),
            lifetime: query.get("lifetime").unwrap_or_default(),
            until: query.get("until").unwrap_or_default(),
            ..AskText::default()
        };
        let refusal = form::refusal(&query, &ask, &facts.cluster, &world);
        let frame = form::frame(&format!("Start {name}"), Section::Clusters, refusal.as_ref());
        let frame = frame.with_islands().load(&world).await?;

        let is_up = facts.cluster.state == ClusterState::Up && facts.active_job().is_none();
        let checked = size.parse().unwrap_or(facts.default_size);
        let state_line = form::state_line(&facts, world.now);
        let queue_note = form::queue_note(&facts);
        let budget_note = form::budget_note(&world).await?;
        let body = if is_up {
            view! {
                <p>"It is up already, so there is nothing to start."</p>
                <p>
                    <a class="button" href=format!("/clusters/{name}/resize")>"Change size…"</a>
                </p>
            }
            .into_any()
        } else {
            let is_admin = world.admitted()?.role.is_admin();
            let start = StartView {
                sizes: SizeChoice::new(&facts, checked, None, world.now)
                    .for_the_usual_stay(&facts, world.now),
                lifetime: LifetimeChoice::full(&facts, &ask, is_admin, world.now),
                ..StartView::new(&facts, world.now)
            };
            let form = start_form(&name, facts.cluster.version, &start, &Seal::fresh(), refusal.as_ref());
            view! { <PricedButtons/> {queue_note} {budget_note} {form} }.into_any()
        };
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{format!("Start {name}")}</h1>
                {state_line}
                <div id="form" class="stack">{body}</div>
                <p><a href=format!("/clusters/{name}")>{format!("Back to {name}")}</a></p>
            </div>
        };
        Ok(frame.around(content))
    })
}
