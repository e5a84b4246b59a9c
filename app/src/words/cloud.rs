//! What the cloud shows of a cluster, and what follows from that.

use domain::Time;
use domain::cloud::Resource;
use domain::cluster::ClusterState;
use domain::obligation::ObligationState;
use domain::price::estimate_from;
use domain::standing::listed;
use domain::text;
use leptos_router::location::Url;
use rust_decimal::Decimal;

use crate::facts::ClusterFacts;
use crate::view::{AgeView, FoundView, LeftoverRow, LeftoversView, Sentence};

impl AgeView {
    pub fn of_cloud(facts: &ClusterFacts, now: Time) -> Self {
        let answered_at = facts.observation.as_ref().and_then(|observation| observation.answered_at);
        Self::new("cloud", "Cloud says", facts, answered_at, now)
    }

    pub(super) fn new(
        source: &'static str,
        says: &str,
        facts: &ClusterFacts,
        at: Option<Time>,
        now: Time,
    ) -> Self {
        let words = Sentence::new(says);
        let words = match at {
            Some(at) => words.then(" · ").second(at, now),
            None => words,
        };
        Self { source, cluster: facts.cluster.name.clone(), words, made_at: now.timestamp() }
    }
}

/// "1 cluster, 2 volumes", or that nobody asks.
pub fn cloud_says(facts: &ClusterFacts) -> Sentence {
    let Some(observation) = &facts.observation else {
        return Sentence::new("Nobody asks it. ").muted("Only the CI's word.");
    };
    let said = match observation.answered_at {
        Some(_) => Sentence::new(text::sentence(&listed(&observation.resources))),
        None => Sentence::new("No answer yet"),
    };
    match &observation.error {
        Some(_) => said.muted(" · does not answer now"),
        None => said,
    }
}

impl LeftoversView {
    /// None while the cluster is wanted, or when nothing is left.
    pub fn new(facts: &ClusterFacts) -> Option<Self> {
        let is_verifying = facts.unsettled().is_some_and(|owed| owed.state == ObligationState::Verifying);
        let is_to_be_gone = is_verifying || facts.cluster.state == ClusterState::Down;
        let shown = facts.observation.as_ref().filter(|_| is_to_be_gone)?;
        let left: Vec<&Resource> = facts.left_in_cloud().collect();
        let accepted: Vec<Sentence> =
            shown.resources.iter().filter_map(|resource| taken_over(resource, facts)).collect();
        (!left.is_empty() || !accepted.is_empty()).then(|| Self {
            rows: left.iter().map(|resource| row(resource, facts)).collect(),
            together: together(&left),
            estimate: estimate(&left, shown.answered_at),
            accepted,
        })
    }
}

impl FoundView {
    pub fn new(facts: &ClusterFacts) -> Option<Self> {
        let found = facts.found()?;
        let age = match found.created_at {
            Some(at) => Sentence::new(", made ").age(at).then(" ago"),
            None => Sentence::default(),
        };
        let words =
            Sentence::new("The cloud shows the cluster ").strong(found.name.clone()).and(age).then(format!(
                "{}, and no job here knows of it. Nobody owes its destroy.",
                a_day(found, seen_at(facts))
            ));
        Some(Self { words, adopt: format!("/clusters/{}/adopt", facts.cluster.name) })
    }
}

fn row(resource: &Resource, facts: &ClusterFacts) -> LeftoverRow {
    LeftoverRow {
        kind: resource.kind.title().to_owned(),
        name: resource.name.clone(),
        age: resource.created_at.map(|at| Sentence::default().age(at)).unwrap_or_default(),
        daily: resource.daily.map(dollars).unwrap_or_default(),
        accept: format!(
            "/clusters/{}/accept-leftover?kind={}&id={}",
            facts.cluster.name,
            resource.kind.as_str(),
            Url::escape(&resource.id)
        ),
    }
}

fn taken_over(resource: &Resource, facts: &ClusterFacts) -> Option<Sentence> {
    let taken = facts.acceptance_of(resource)?;
    let what = format!("{} {}", text::sentence(taken.kind.title()), taken.name);
    Some(Sentence::new(format!(
        "{what}{}: accepted by {}, “{}”",
        a_day(resource, seen_at(facts)),
        taken.by,
        taken.because
    )))
}

fn together(left: &[&Resource]) -> Option<String> {
    let known: Vec<Decimal> = left.iter().filter_map(|resource| resource.daily).collect();
    let unknown = left.len() - known.len();
    let rest = if unknown > 0 { format!(", and {unknown} of unknown price") } else { String::new() };
    (!known.is_empty()).then(|| format!("{} a day together{rest}", dollars(known.iter().sum())))
}

/// By which lists; none where nothing has a price.
fn estimate(left: &[&Resource], seen_at: Option<Time>) -> Option<String> {
    let mut lists = left.iter().filter_map(|resource| resource.list(seen_at)).peekable();
    lists.peek()?;
    Some(estimate_from(lists))
}

fn seen_at(facts: &ClusterFacts) -> Option<Time> {
    facts.observation.as_ref().and_then(|observation| observation.answered_at)
}

/// ", $0.24 a day (estimate from DigitalOcean's list prices of 2026-11-22)". `seen_at` is when the cloud showed it.
pub fn a_day(resource: &Resource, seen_at: Option<Time>) -> String {
    let price = resource.daily.zip(resource.list(seen_at));
    price
        .map(|(daily, list)| format!(", {} a day (estimate from {list})", dollars(daily)))
        .unwrap_or_default()
}

fn dollars(amount: Decimal) -> String {
    let rounded = amount.round_dp(2);
    if rounded.is_zero() && !amount.is_zero() {
        return "less than $0.01".to_owned();
    }
    format!("${rounded:.2}")
}

#[cfg(test)]
mod tests {
    use domain::cloud::ResourceKind;
    use domain::obligation::Obligation;

    use super::*;
    use crate::samples::{accepted, at, cluster_facts, observation, owed, resource};

    fn shows(state: ClusterState, resources: Vec<Resource>) -> ClusterFacts {
        ClusterFacts { observation: Some(observation(resources)), has_mark: true, ..cluster_facts(state) }
    }

    fn volume() -> Resource {
        resource(ResourceKind::Volume, "v1", "pvc-1")
    }

    #[test]
    fn a_cloud_that_nobody_asks_leaves_the_ci_alone_with_its_word() {
        let said = cloud_says(&cluster_facts(ClusterState::Up)).to_string();
        assert_eq!(said, "Nobody asks it. Only the CI's word.");
    }

    #[test]
    fn the_word_of_the_cloud_is_what_it_shows_with_its_time() {
        let cluster = resource(ResourceKind::Cluster, "c1", "iriversland2");
        let mut facts = shows(ClusterState::Up, vec![cluster, volume()]);
        assert_eq!(cloud_says(&facts).to_string(), "1 cluster, 1 volume");
        assert_eq!(AgeView::of_cloud(&facts, at(60)).words.to_string(), "Cloud says · 08:59:00");
        if let Some(observation) = &mut facts.observation {
            observation.error = Some("401".into());
        }
        assert_eq!(cloud_says(&facts).to_string(), "1 cluster, 1 volume · does not answer now");
    }

    #[test]
    fn what_a_cluster_left_behind_is_listed_with_its_age_and_price() {
        let left = LeftoversView::new(&shows(ClusterState::Down, vec![volume()])).unwrap();
        assert_eq!((left.rows[0].kind.as_str(), left.rows[0].daily.as_str()), ("volume", "$0.24"));
        assert_eq!(left.rows[0].accept, "/clusters/iriversland2/accept-leftover?kind=volume&id=v1");
        assert_eq!(left.together.as_deref(), Some("$0.24 a day together"));
        let estimate = "Estimate from DigitalOcean's list prices of 2026-11-22. Not an invoice.";
        assert_eq!(left.estimate.as_deref(), Some(estimate));
        let unpriced = Resource { daily: None, ..volume() };
        let left = LeftoversView::new(&shows(ClusterState::Down, vec![unpriced])).unwrap();
        assert_eq!((left.together, left.estimate), (None, None));
    }

    #[test]
    fn what_costs_little_does_not_cost_nothing() {
        assert_eq!(dollars("0.003".parse().unwrap()), "less than $0.01");
        assert_eq!(
            (dollars(Decimal::ZERO), dollars("0.236".parse().unwrap())),
            ("$0.00".into(), "$0.24".into())
        );
    }

    #[test]
    fn what_is_accepted_is_listed_apart_with_a_name_and_a_reason() {
        let mut facts = shows(ClusterState::Down, vec![volume()]);
        facts.accepted = vec![accepted(&volume())];
        let left = LeftoversView::new(&facts).unwrap();
        assert!(left.rows.is_empty() && left.together.is_none());
        assert_eq!(
            left.accepted[0].to_string(),
            "Volume pvc-1, $0.24 a day (estimate from DigitalOcean's list prices of 2026-11-22): accepted by ana, “holds the backups”"
        );
    }

    #[test]
    fn nothing_is_left_over_of_what_is_wanted() {
        assert_eq!(LeftoversView::new(&shows(ClusterState::Up, vec![volume()])), None);
        assert_eq!(LeftoversView::new(&shows(ClusterState::Down, Vec::new())), None);
    }

    #[test]
    fn a_cluster_that_nobody_owes_the_destroy_of_can_be_adopted() {
        let cluster = resource(ResourceKind::Cluster, "c1", "iriversland2");
        let mut facts = shows(ClusterState::Down, vec![cluster.clone()]);
        assert_eq!(FoundView::new(&facts).unwrap().adopt, "/clusters/iriversland2/adopt");
        facts.owed = Some(Obligation { verifying_since: Some(at(59)), ..owed(ObligationState::Verifying) });
        assert_eq!(FoundView::new(&facts), None, "its destroy is owed");
        facts.owed = None;
        facts.accepted = vec![accepted(&cluster)];
        assert_eq!(FoundView::new(&facts), None, "a person took it over");
        facts.accepted.clear();
        facts.has_mark = false;
        assert_eq!(FoundView::new(&facts), None, "nobody would recognise it");
    }
}
