//! `/clusters/{name}/resize`: another size is another cluster, and the page says so first.

use domain::catalogue::ClusterSpec;
use domain::cluster::ClusterState;
use domain::size::Size;
use domain::text;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::ResizeCluster;
use crate::ask::AskText;
use crate::components::seal::{Seal, sealed_fields};
use crate::components::size_form::size_cards;
use crate::islands::given::Given;
use crate::islands::price_label::PriceLabel;
use crate::live::Now;
use crate::view::ClusterView;

pub fn page() -> impl IntoView {
    let (name, query) = (form::cluster_in_path(), form::query());
    load(async move |world| {
        let (cluster, view) = form::cluster(&world, &name).await?;
        let size = query.get("size").unwrap_or_default();
        let ask = AskText {
            routine: "resize".into(),
            cluster: name.clone(),
            size: size.clone(),
            service: String::new(),
        };
        let refusal = form::refusal(&query, &ask, &cluster, &world);
        let frame = form::frame(&format!("Change size of {name}"), Section::Clusters, refusal.as_ref());
        let frame = frame.with_islands().load(&world).await?;

        let state_line = form::state_line(&view, Now::at(world.now));
        let body = if view.state == ClusterState::Down && view.active_job().is_none() {
            view! {
                <p>"It is down, so there is nothing to replace."</p>
                <p><a class="button" href=format!("/clusters/{name}/start")>"Start cluster…"</a></p>
            }
            .into_any()
        } else {
            let checked = size.parse().ok().or_else(|| another_size(&view)).unwrap_or(view.default_size);
            let queue_note = form::queue_note(&view);
            let differences = world.catalogue.cluster(&name).map(|spec| price_differences(spec, view.size));
            view! {
                {warning(&view)} {differences} {queue_note}
                {size_form(&view, checked)}
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

fn warning(view: &ClusterView) -> impl IntoView + use<> {
    let services = view.deployments.iter().map(|deployment| deployment.service.as_str()).collect::<Vec<_>>();
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

fn size_form(view: &ClusterView, checked: Size) -> impl IntoView + use<> {
    let form_id = format!("resize-{}", view.name);
    let present = view.size.map(|size| (size, "now"));
    let label_of = form_id.clone();
    let (verb, sizes) = ("Replace cluster".to_owned(), Given(view.sizes.clone()));
    view! {
        <form method="post" action=ResizeCluster::url() id=form_id class="stack">
            {sealed_fields(&Seal::fresh(), &view.name, view.version)}
            {size_cards("New size", &view.sizes, checked, present)}
            <div class="form-foot">
                <a class="button" href=format!("/clusters/{}", view.name)>"Keep it as it is"</a>
                <button class="button danger">
                    <PriceLabel verb form_id=label_of sizes/>
                </button>
            </div>
        </form>
    }
}

fn another_size(view: &ClusterView) -> Option<Size> {
    view.sizes.iter().map(|card| card.size).find(|size| Some(*size) != view.size)
}

/// What each other size costs more or less.
fn price_differences(spec: &ClusterSpec, present: Option<Size>) -> impl IntoView + use<> {
    let present = present.and_then(|size| spec.offer(size));
    let lines = present.map(|present| {
        spec.sizes
            .iter()
            .filter(|offer| offer.size != present.size)
            .map(|offer| {
                let difference = offer.hourly - present.hourly;
                let word = if difference.is_sign_negative() { "less" } else { "more" };
                let amount = text::hourly(difference.abs());
                view! { <li>{format!("{}: {amount} {word} than now", offer.size)}</li> }
            })
            .collect_view()
    });
    lines.map(|lines| view! { <ul class="price-differences">{lines}</ul> })
}

#[cfg(test)]
mod tests {
    use domain::cluster::Deployment;

    use super::*;
    use crate::samples::{at, catalogue, cluster_view, html};

    #[test]
    fn the_page_says_that_machines_and_services_go() {
        let mut view = cluster_view(ClusterState::Up);
        view.deployments = vec![Deployment { service: "slack-middleware".into(), at: at(0), job: 1 }];
        let page = html(|| warning(&view));
        assert!(page.contains("the cluster is replaced"), "{page}");
        assert!(page.contains("What is deployed on it is gone: slack-middleware."), "{page}");
    }

    #[test]
    fn the_difference_in_price_is_said_for_each_other_size() {
        let catalogue = catalogue();
        let page = html(|| price_differences(catalogue.cluster("iriversland2").unwrap(), Some(Size::M)));
        assert!(page.contains("s: $0.013/h less than now"), "{page}");
        assert!(page.contains("l: $0.036/h more than now"), "{page}");
    }
}
