//! The line under the name of a cluster.

use domain::Time;
use domain::cloud::Resource;
use domain::cluster::ClusterState;
use domain::obligation::{Obligation, ObligationState};
use domain::standing::{Doubt, listed};
use domain::step::Effect;

use super::usual::usual_of_change;
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
            if facts.is_down() { known } else { may_cost(known.then(".")) }
        }
        Some(Doubt::Disagreement { what }) => {
            let known = Sentence::default().strong(format!("{what}."));
            if facts.is_down() { may_cost(known) } else { known.and(end(facts, now)) }
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
        ClusterState::Down => down(facts, now),
        ClusterState::Up => Sentence::new("Up since ").minute(cluster.since, now).then(money).and(end),
        ClusterState::Provisioning => {
            let usual = usual_of_change(facts, &Effect::CreatesCluster);
            let line = Sentence::new("Creating machines · ").so_far(cluster.since);
            line.then(format!("{usual}{money}")).and(end)
        }
        ClusterState::Destroying => {
            let usual = usual_of_change(facts, &Effect::DestroysCluster);
            Sentence::new("Removing machines · ").so_far(cluster.since).then(format!("{usual}{money}"))
        }
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

/// Nobody may think that nothing is left before the cloud has said so; where none is asked, it is only the CI's word.
fn down(facts: &ClusterFacts, now: Time) -> Sentence {
    let left: Vec<Resource> = facts.left_in_cloud().cloned().collect();
    if !left.is_empty() {
        return Sentence::new(format!("Destroyed, says the CI. The cloud still shows {}. ", listed(&left)))
            .strong("That may still cost money.");
    }
    if facts.unsettled().is_some() {
        return Sentence::new("Destroyed, says the CI. The proof of the cloud is awaited.");
    }
    if facts.observation.as_ref().is_some_and(|observation| !observation.resources.is_empty()) {
        return Sentence::new("No machines. What a person accepted stays, and may cost money.");
    }
    if facts.is_confirmed_by_cloud(now) {
        return Sentence::new("No machines. Costs nothing.");
    }
    Sentence::new("No machines, says only the CI: no cloud has confirmed it.")
}

fn end(facts: &ClusterFacts, now: Time) -> Sentence {
    if let Some(wish) = facts.left_up() {
        let words = Sentence::new(" · ").strong("left up, destroyed at the latest ");
        return words.minute(wish.until, now).then(" ").remaining(wish.until);
    }
    // Once it is to be destroyed, the time until which it was wanted says nothing any more.
    let is_wanted = |owed: &Obligation| owed.state == ObligationState::Open;
    if facts.unsettled().is_some_and(|owed| !is_wanted(owed)) {
        return Sentence::default();
    }
    let planned = facts.planned.as_ref();
    let Some(until) = planned.map(|planned| planned.at).or(facts.cluster.destroys_at) else {
        return without_end(facts);
    };
    let words = match (facts.cleaner(), planned) {
        (Some(job), _) => format!("destroyed when job #{} ends, at the latest ", job.job.number),
        (None, Some(planned)) if planned.replaces => "replaced ".to_owned(),
        (None, _) => "destroys ".to_owned(),
    };
    // The line stands on shared pages too, and the name of a schedule is nothing for strangers.
    let by = if planned.is_some() { " by a schedule" } else { "" };
    Sentence::new(" · ").strong(words).minute(until, now).then(" ").remaining(until).then(by)
}

fn without_end(facts: &ClusterFacts) -> Sentence {
    let words = match (facts.cleaner(), &facts.owed) {
        (_, Some(owed)) if owed.state == ObligationState::Closed => "nothing here destroys it".to_owned(),
        (Some(job), _) => format!("destroyed when job #{} ends", job.job.number),
        (None, Some(owed)) if owed.is_endless() => "no automatic destroy".to_owned(),
        (None, _) => return Sentence::default(),
    };
    Sentence::new(" · ").strong(words)
}

#[cfg(test)]
mod tests {
    use domain::cloud::ResourceKind;
    use domain::job::Abandonment;

    use super::*;
    use crate::samples::{accepted, at, cluster_facts, guide_at_step, observation, owed, planned, resource};
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
    fn nobody_is_told_that_nothing_costs_before_the_cloud_has_said_so() {
        let volume = resource(ResourceKind::Volume, "v", "pvc");
        let mut facts = cluster_facts(ClusterState::Down);
        facts.owed = Some(owed(ObligationState::Verifying));
        facts.observation = Some(observation(Vec::new()));
        assert_eq!(line(&facts), "Destroyed, says the CI. The proof of the cloud is awaited.");
        facts.observation = Some(observation(vec![volume.clone()]));
        assert_eq!(
            line(&facts),
            "Destroyed, says the CI. The cloud still shows 1 volume. That may still cost money."
        );
        facts.owed = Some(owed(ObligationState::Settled));
        facts.accepted = vec![accepted(&volume)];
        assert_eq!(line(&facts), "No machines. What a person accepted stays, and may cost money.");
    }

    #[test]
    fn that_nothing_costs_is_said_by_the_cloud_or_by_the_ci_alone() {
        let mut facts = cluster_facts(ClusterState::Down);
        let only_the_ci = "No machines, says only the CI: no cloud has confirmed it.";
        assert_eq!(line(&facts), only_the_ci);
        facts.owed = Some(owed(ObligationState::Settled));
        assert_eq!(line(&facts), only_the_ci);
        facts.observation = Some(observation(Vec::new()));
        assert_eq!(second_line(&facts, at(60)).to_string(), "No machines. Costs nothing.");
        assert_eq!(line(&facts), only_the_ci, "the cloud is not asked any more");
    }

    #[test]
    fn a_cluster_that_is_left_up_or_whose_debt_somebody_took_over_says_so() {
        let mut facts = cluster_facts(ClusterState::Up);
        let mut job = guide_at_step(3);
        job.job.abandoned = Some(Abandonment { by: job.job.actor.clone(), at: at(60), until: at(300) });
        facts.latest_job = Some(job);
        assert!(
            line(&facts).ends_with("left up, destroyed at the latest 13:00 <remaining>"),
            "{}",
            line(&facts)
        );
        facts.latest_job = None;
        facts.cluster.destroys_at = None;
        facts.owed = Some(owed(ObligationState::Closed));
        assert!(line(&facts).ends_with(" · nothing here destroys it"), "{}", line(&facts));
    }

    #[test]
    fn a_cluster_without_an_end_or_with_one_by_a_schedule_says_so() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.planned = Some(planned(180));
        assert!(line(&facts).ends_with(" · destroys 11:00 <remaining> by a schedule"), "{}", line(&facts));
        assert!(ClusterView::new(&facts, at(110)).wanted.1.to_string() == "Up until 11:00");
        facts.planned = None;
        facts.cluster.destroys_at = None;
        facts.owed = Some(Obligation { destroys_at: None, ..owed(ObligationState::Open) });
        assert!(line(&facts).ends_with(" · no automatic destroy"), "{}", line(&facts));
        assert!(ClusterView::new(&facts, at(110)).wanted.1.to_string() == "Up, without an end");
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
