//! The line under the name of a cluster.

use domain::Time;
use domain::cluster::ClusterState;
use domain::job::JobWithSteps;
use domain::standing::Doubt;

use super::job_row::cleans_up;
use crate::facts::ClusterFacts;
use crate::view::Sentence;

/// The line under the name: since when, how big, what it costs, when it goes; and first, whether that is to be believed.
pub fn second_line(facts: &ClusterFacts, now: Time) -> Sentence {
    let may_cost = |words: Sentence| words.strong(" It may still cost money.");
    match &facts.cluster.doubt {
        Some(Doubt::Silence { who, since }) => {
            let known = Sentence::new(format!("{who} has not answered since "))
                .minute(*since, now)
                .then(". Last known: ")
                .and(last_known(facts, now));
            if facts.cluster.state == ClusterState::Down { known } else { may_cost(known.then(".")) }
        }
        Some(Doubt::Disagreement { what }) => {
            let known = Sentence::default().strong(format!("{what}."));
            if facts.cluster.state == ClusterState::Down {
                may_cost(known)
            } else {
                known.and(end(facts, now))
            }
        }
        None => last_known(facts, now),
    }
}

fn last_known(facts: &ClusterFacts, now: Time) -> Sentence {
    let cluster = &facts.cluster;
    let rate = facts.rate();
    let parts = [cluster.size.map(|size| size.to_string()), rate.clone()];
    let money = parts.into_iter().flatten().map(|part| format!(" · {part}")).collect::<String>();
    let end = end(facts, now);
    match cluster.state {
        ClusterState::Down => Sentence::new("No machines. Costs nothing."),
        ClusterState::Up => Sentence::new("Up since ").minute(cluster.since, now).then(money).and(end),
        ClusterState::Provisioning => {
            Sentence::new("Creating machines · ").so_far(cluster.since).then(money).and(end)
        }
        ClusterState::Destroying => Sentence::new("Removing machines · ").so_far(cluster.since).then(money),
        ClusterState::Failed => {
            let why = cluster.failure.as_ref().map(|why| format!(". {why}")).unwrap_or_default();
            let up_to = rate.map(|rate| format!(", up to {rate}")).unwrap_or_default();
            Sentence::new("Failed at ")
                .minute(cluster.since, now)
                .then(format!("{why}. "))
                .strong(format!("It may still cost money{up_to}."))
                .and(end)
        }
        ClusterState::Unknown => Sentence::new("Nobody who should know has answered since ")
            .minute(cluster.since, now)
            .then(". ")
            .strong("It may still cost money.")
            .and(end),
    }
}

fn end(facts: &ClusterFacts, now: Time) -> Sentence {
    let Some(until) = facts.cluster.destroys_at else { return Sentence::default() };
    let words = match cleaner(facts) {
        Some(job) => format!("destroyed when job #{} ends, at the latest ", job.job.number),
        None => "destroys ".to_owned(),
    };
    Sentence::new(" · ").strong(words).minute(until, now).then(" ").remaining(until)
}

/// The unfinished job that destroys the cluster at its end, whatever happens.
pub fn cleaner(facts: &ClusterFacts) -> Option<&JobWithSteps> {
    facts.active_job().filter(|job| cleans_up(&job.steps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step};
    use crate::view::ClusterView;

    fn line(facts: &ClusterFacts) -> String {
        second_line(facts, at(110)).to_string()
    }

    #[test]
    fn a_cluster_that_is_up_says_since_when_what_it_costs_and_when_it_goes() {
        assert_eq!(
            line(&cluster_facts(ClusterState::Up)),
            "Up since 08:00 · m · $0.036/h · destroys 12:00 <remaining>"
        );
    }

    #[test]
    fn silence_means_that_we_do_not_know_and_says_what_was_known() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.cluster.doubt = Some(Doubt::Silence { who: "DigitalOcean".into(), since: at(51) });
        assert_eq!(
            line(&facts),
            "DigitalOcean has not answered since 08:51. Last known: Up since 08:00 · m · $0.036/h · destroys 12:00 <remaining>. It may still cost money."
        );
        let view = ClusterView::new(&facts, at(110));
        assert!(view.needs_attention && view.look.word == "Unknown");
    }

    #[test]
    fn a_disagreement_is_told_before_anything_else() {
        let mut facts = cluster_facts(ClusterState::Down);
        facts.cluster.doubt =
            Some(Doubt::Disagreement { what: "CI says gone, DigitalOcean shows 1 cluster".into() });
        assert_eq!(line(&facts), "CI says gone, DigitalOcean shows 1 cluster. It may still cost money.");
        assert!(ClusterView::new(&facts, at(110)).needs_attention);
    }

    #[test]
    fn a_failed_cluster_says_why_and_that_it_may_still_cost_money() {
        let mut facts = cluster_facts(ClusterState::Failed);
        facts.cluster.failure = Some("Create the cluster: failed".into());
        let said = line(&facts);
        assert!(
            said.contains("Create the cluster: failed. It may still cost money, up to $0.036/h."),
            "{said}"
        );
        assert!(ClusterView::new(&facts, at(110)).needs_attention);
    }

    #[test]
    fn a_job_that_cleans_up_is_named_as_the_end() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.latest_job = Some(guide_at_step(3));
        assert!(
            line(&facts).contains("destroyed when job #128 ends, at the latest 12:00"),
            "{}",
            line(&facts)
        );
    }
}
