//! What can be done with a cluster now. Whatever costs work or money leads to a page that says so first.

use domain::cluster::ClusterState;
use domain::size::Size;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::seal::{Seal, sealed_fields};
use super::size_form::{priced_label, size_cards};
use crate::api::StartCluster;
use crate::view::ClusterView;

/// The links at the head of the card.
pub fn actions(view: &ClusterView) -> impl IntoView + use<> {
    let name = &view.name;
    let link = |class: &'static str, words: &'static str, href: String| {
        view! { <a class=class href=href>{words}</a> }
    };
    let of_cluster = |page: &str| format!("/clusters/{name}/{page}");
    let routine = move || link("button", "Start routine…", format!("/jobs/new?cluster={name}"));
    let destroy = move |words| link("button quiet-danger", words, of_cluster("destroy"));
    let links = match view.state {
        ClusterState::Down => view! { {routine()} }.into_any(),
        ClusterState::Up => view! {
            {routine()}
            {view.takes_services.then(|| link("button", "Deploy…", of_cluster("deploy")))}
            {link("button", "Change size…", of_cluster("resize"))}
            {destroy("Destroy…")}
        }
        .into_any(),
        ClusterState::Provisioning => view! { {destroy("Destroy…")} }.into_any(),
        ClusterState::Destroying => ().into_any(),
        ClusterState::Failed | ClusterState::Unknown => view! {
            {link("button", "Start cluster…", of_cluster("start"))}
            {destroy("Destroy what is left…")}
        }
        .into_any(),
    };
    view! { <div class="actions">{links}</div> }
}

/// The id of the start form of this cluster.
pub fn start_form_id(cluster: &str) -> String {
    format!("start-{cluster}")
}

/// The form that starts a cluster, price included.
pub fn start_form(
    view: &ClusterView,
    checked: Size,
    seal: &Seal,
    chosen: RwSignal<Option<Size>>,
) -> impl IntoView + use<> {
    let lifetime = domain::text::duration(chrono::Duration::minutes(i64::from(view.lifetime_minutes)));
    let queued_behind = view
        .active_job()
        .map(|job| format!("Job #{} is at work on it; the new job waits for its end. ", job.number));
    view! {
        <form method="post" action=StartCluster::url() id=start_form_id(&view.name) class="stack">
            {sealed_fields(seal, &view.name, view.version)}
            {size_cards("Size", &view.sizes, checked, None, chosen)}
            <div class="form-foot">
                <p class="meta">{queued_behind} {format!("Destroys itself {lifetime} after the start.")}</p>
                <button class="button primary">{priced_label("Start cluster", view, chosen)}</button>
            </div>
        </form>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{cluster_view, html};

    #[test]
    fn a_cluster_that_is_up_can_be_used_changed_and_destroyed() {
        let page = html(|| actions(&cluster_view(ClusterState::Up)));
        for href in [
            "/jobs/new?cluster=iriversland2",
            "/clusters/iriversland2/deploy",
            "/clusters/iriversland2/resize",
            "/clusters/iriversland2/destroy",
        ] {
            assert!(page.contains(&format!("href=\"{href}\"")), "{href} in {page}");
        }
    }

    #[test]
    fn a_failed_cluster_can_be_destroyed_or_started_again() {
        let page = html(|| actions(&cluster_view(ClusterState::Failed)));
        assert!(page.contains("/clusters/iriversland2/destroy"), "{page}");
        assert!(page.contains("/clusters/iriversland2/start"), "{page}");
    }

    #[test]
    fn a_cluster_that_is_being_destroyed_offers_nothing() {
        assert!(!html(|| actions(&cluster_view(ClusterState::Destroying))).contains("href"));
    }

    #[test]
    fn the_start_form_works_without_script() {
        let view = cluster_view(ClusterState::Down);
        let page = html(|| start_form(&view, Size::M, &Seal::fresh(), RwSignal::new(None)));
        assert!(
            page.contains(r#"method="post""#) && page.contains(r#"action="/actions/start-cluster""#),
            "{page}"
        );
        for field in ["cluster", "expected_version", "idempotency_key", "size"] {
            assert!(page.contains(&format!("name=\"{field}\"")), "{field} in {page}");
        }
        assert!(page.contains(">Start cluster<"), "{page}");
        assert!(page.contains("Destroys itself 4 h after the start."), "{page}");
    }
}
