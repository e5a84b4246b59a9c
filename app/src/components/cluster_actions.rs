//! What can be done with a cluster now. Whatever costs work or money leads to a page that says so first.

use domain::cluster::ClusterState;
use leptos::prelude::*;

use crate::view::ClusterView;

/// A link that looks like a button.
struct Action {
    class: &'static str,
    words: &'static str,
    path: String,
}

/// The links at the head of the card.
pub fn actions(view: &ClusterView) -> impl IntoView + use<> {
    let links = possible(view)
        .into_iter()
        .map(|action| view! { <a class=action.class href=action.path>{action.words}</a> })
        .collect_view();
    view! { <div class="actions">{links}</div> }
}

fn possible(view: &ClusterView) -> Vec<Action> {
    let name = &view.name;
    let link = |words, path| Action { class: "button", words, path };
    let page = |page: &str| format!("/clusters/{name}/{page}");
    let routine = || link("Start routine…", format!("/jobs/new?cluster={name}"));
    let destroy = |words| Action { class: "button quiet-danger", words, path: page("destroy") };
    match view.state {
        ClusterState::Down => vec![routine()],
        ClusterState::Up => {
            let deploy = view.takes_services.then(|| link("Deploy…", page("deploy")));
            let change = [link("Change size…", page("resize")), destroy("Destroy…")];
            [routine()].into_iter().chain(deploy).chain(change).collect()
        }
        ClusterState::Provisioning => vec![destroy("Destroy…")],
        ClusterState::Destroying => Vec::new(),
        ClusterState::Failed | ClusterState::Unknown => {
            vec![link("Start cluster…", page("start")), destroy("Destroy what is left…")]
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{cluster_view, html};

    fn paths(state: ClusterState) -> Vec<String> {
        possible(&cluster_view(state)).into_iter().map(|action| action.path).collect()
    }

    #[test]
    fn a_cluster_that_is_up_can_be_used_changed_and_destroyed() {
        let expected = [
            "/jobs/new?cluster=iriversland2",
            "/clusters/iriversland2/deploy",
            "/clusters/iriversland2/resize",
            "/clusters/iriversland2/destroy",
        ];
        assert_eq!(paths(ClusterState::Up), expected);
    }

    #[test]
    fn a_failed_cluster_can_be_destroyed_or_started_again() {
        let expected = ["/clusters/iriversland2/start", "/clusters/iriversland2/destroy"];
        assert_eq!(paths(ClusterState::Failed), expected);
    }

    #[test]
    fn a_cluster_that_is_being_destroyed_offers_nothing() {
        assert!(!html(|| actions(&cluster_view(ClusterState::Destroying))).contains("href"));
    }
}
