//! What a page for strangers says of all clusters together: how many there are of each state, then a line for each.

use domain::Time;
use domain::cluster::ClusterState;
use domain::text;

use super::cluster_line::second_line;
use super::money::cost_of_cluster;
use super::shared::{SITE, at_work, empty};
use crate::shared::{Opened, SharedCluster};
use crate::view::{Look, Sentence, SharedPast, SharedView};

pub fn of_all_clusters(all: &[SharedCluster], opened: &Opened, now: Time) -> SharedView {
    let row = |shared: &SharedCluster| {
        let line = Sentence::default().strong(shared.facts.cluster.name.clone()).then(": ");
        let line = line.and(second_line(&shared.facts, now));
        let work = at_work(shared, now);
        let cost = cost_of_cluster(&shared.facts, now).filter(|_| opened.view.shows_cost);
        let more = work.into_iter().chain(cost);
        let words = more.fold(line, |line, more| line.then(" · ").and(more));
        SharedPast { look: Look::from(&shared.facts.cluster), words }
    };
    let counts = counts(all);
    let worst = SharedCluster::worst(all).map(Look::from).unwrap_or_default();
    SharedView {
        document_title: format!("{counts} – Clusters{SITE}"),
        look: Look { word: counts, ..worst },
        heading: "Clusters".to_owned(),
        lead: Sentence::new(match all.len() {
            1 => "1 cluster.".to_owned(),
            number => format!("{number} clusters."),
        }),
        clusters: all.iter().map(row).collect(),
        ..empty()
    }
}

/// "1 failed, 2 up": what most wants to be looked at first.
fn counts(all: &[SharedCluster]) -> String {
    let count = |state: ClusterState| {
        let number = all.iter().filter(|shared| shared.facts.cluster.shown_state() == state).count();
        (number > 0).then(|| format!("{number} {}", text::cluster_state(state).to_lowercase()))
    };
    let counts: Vec<String> = SharedCluster::BY_URGENCY.into_iter().filter_map(count).collect();
    if counts.is_empty() { "None".to_owned() } else { counts.join(", ") }
}

#[cfg(test)]
mod tests {
    use domain::share::ShareView;

    use super::*;
    use crate::samples::{at, cluster_facts, job_facts};
    use crate::shared::Thing;

    fn cluster(state: ClusterState) -> SharedCluster {
        SharedCluster { facts: cluster_facts(state), job: None, past: Vec::new() }
    }

    fn told(all: Vec<SharedCluster>, shows_cost: bool) -> SharedView {
        let view = ShareView { shows_cost, ..ShareView::default() };
        SharedView::new(&Opened::new(Thing::AllClusters(all), view, &[]), at(33))
    }

    #[test]
    fn what_wants_to_be_looked_at_gives_its_colour_and_stands_first() {
        let view =
            told([ClusterState::Up, ClusterState::Failed, ClusterState::Up].map(cluster).into(), false);
        assert_eq!((view.look.word.as_str(), view.look.tone.as_str()), ("1 failed, 2 up", "tone-bad"));
        assert_eq!(view.document_title, "1 failed, 2 up – Clusters – Cluster Head");
        assert_eq!((view.lead.to_string().as_str(), view.clusters.len()), ("3 clusters.", 3));
        assert_eq!(told(Vec::new(), false).look.word, "None");
    }

    #[test]
    fn each_cluster_says_its_state_and_what_is_at_work_and_no_money_unless_somebody_chose_so() {
        let busy = || SharedCluster { job: Some(job_facts(3)), ..cluster(ClusterState::Up) };
        let line = told(vec![busy()], false).clusters[0].words.to_string();
        assert!(line.starts_with("iriversland2: Up since 08:00"), "{line}");
        assert!(line.contains("guide on iriversland2: Step 3 of 5") && !line.contains('$'), "{line}");
        let line = told(vec![busy()], true).clusters[0].words.to_string();
        assert!(line.contains("$0.036/h"), "{line}");
    }
}
