//! `/clusters/{name}/deploy`: put one service on a cluster that is up.

use domain::cluster::ClusterState;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::DeployService;
use crate::ask::AskText;
use crate::components::seal::{Seal, sealed_fields};
use crate::components::sentence::draw;
use crate::view::Sentence;

pub fn page() -> impl IntoView {
    let (name, query) = (form::cluster_in_path(), form::query());
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?;
        let wanted = query.get("service").unwrap_or_default();
        let ask = AskText {
            routine: "deploy".into(),
            cluster: name.clone(),
            service: wanted.clone(),
            ..AskText::default()
        };
        let refusal = form::refusal(&query, &ask, &facts.cluster, &world);
        let frame = form::frame(&format!("Deploy on {name}"), Section::Clusters, refusal.as_ref());
        let frame = frame.load(&world).await?;
        let now = world.now;

        let is_known = world.catalogue.services.iter().any(|service| service.name == wanted);
        let services = world.catalogue.services.iter().enumerate().map(|(place, service)| {
            let present = facts.cluster.deployments.iter().find(|deployment| deployment.service == service.name);
            let present = match present {
                Some(deployment) => Sentence::new("deployed ").minute(deployment.at, now),
                None => Sentence::new("not on it yet"),
            };
            let checked = if is_known { service.name == wanted } else { place == 0 };
            let provider = service.deploy.provider.title();
            view! {
                <label class="choice">
                    <input type="radio" name="service" value=service.name.clone() checked=checked/>
                    <span><b>{service.name.clone()}</b> <span class="muted">{format!(" · {provider} · ")} {draw(&present, now.timestamp())}</span></span>
                </label>
            }
        });
        let services = services.collect_view();
        let body = if facts.cluster.state == ClusterState::Down && facts.active_job().is_none() {
            view! {
                <p>"It is down, so nothing can be deployed on it."</p>
                <p><a class="button" href=format!("/clusters/{name}/start")>"Start cluster…"</a></p>
            }
            .into_any()
        } else {
            view! {
                {form::queue_note(&facts)}
                {form::end_note(&facts, now)}
                <form method="post" action=DeployService::url() class="stack">
                    {sealed_fields(&Seal::fresh(), &name, facts.cluster.version)}
                    <fieldset class="choices"><legend>"Service"</legend>{services}</fieldset>
                    <div class="form-foot">
                        <a class="button" href=format!("/clusters/{name}")>"Back"</a>
                        <button class="button primary">"Deploy service"</button>
                    </div>
                </form>
            }
            .into_any()
        };
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{format!("Deploy on {name}")}</h1>
                {form::state_line(&facts, now)}
                <div id="form" class="stack">{body}</div>
            </div>
        };
        Ok(frame.around(content))
    })
}
