//! A big screen: one tile for each cluster, to be read from the other end of a room.

use domain::Time;
use leptos::prelude::*;

use super::{Opened, SharedCluster, Thing};
use crate::components::badge::badge;
use crate::components::sentence::draw;
use crate::view::SharedView;

/// The tiles of these things, as HTML.
pub fn tiles(all: &[Opened], now: Time) -> String {
    let views: Vec<SharedView> = all.iter().map(|opened| SharedView::new(opened, now)).collect();
    Owner::new().with(|| views.iter().map(tile).collect_view().to_html())
}

/// Every state in one line: when it changes, somebody should look.
pub fn states(all: &[Opened]) -> String {
    let of = |cluster: &SharedCluster| cluster.facts.cluster.shown_state().as_str();
    let states = all.iter().flat_map(|opened| match &opened.thing {
        Thing::AllClusters(all) => all.iter().map(of).collect(),
        Thing::Cluster(cluster) => vec![of(cluster)],
        Thing::Job(job) => vec![job.job.job.state.as_str()],
        Thing::Receipt(_) => vec!["settled"],
    });
    states.collect::<Vec<_>>().join(" ")
}

fn tile(view: &SharedView) -> impl IntoView + use<> {
    let now = view.made_at;
    let first = view.lines.first().map(|words| view! { <p class="meta">{draw(words, now)}</p> });
    let progress = view.progress.as_ref().map(|progress| {
        view! {
            <progress max="100" value=progress.percent.to_string() aria-label=progress.words.clone()></progress>
            <p class="meta">{progress.words.clone()}</p>
        }
    });
    view! {
        <section class=format!("tile {}", view.look.tone)>
            <div>{badge(&view.look)}</div>
            <h2>{view.heading.clone()}</h2>
            <p>{draw(&view.lead, now)}</p>
            {first}
            {progress}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;
    use domain::share::ShareView;

    use super::*;
    use crate::samples::{at, cluster_facts};

    #[test]
    fn each_cluster_is_a_tile_with_its_word_and_its_shape() {
        let opened = ClusterState::ALL.iter().map(|state| {
            let cluster = SharedCluster { facts: cluster_facts(*state), job: None, past: Vec::new() };
            Opened::new(Thing::Cluster(Box::new(cluster)), ShareView::default(), &[])
        });
        let opened: Vec<_> = opened.collect();
        let html = tiles(&opened, at(60));
        assert_eq!(html.matches("<section").count(), ClusterState::ALL.len());
        for state in ClusterState::ALL {
            assert!(html.contains(&format!(">{}<", domain::text::cluster_state(*state))), "{html}");
        }
        assert_eq!(states(&opened).split(' ').count(), ClusterState::ALL.len());
    }
}
