//! What is said of a cluster.

use domain::Time;
use domain::cluster::ClusterState;
use domain::obligation::Obligation;

use super::acts::done;
use super::ci::ci_says;
use super::cloud::cloud_says;
use super::cluster_line::second_line;
use super::ending::at_the_deadline;
use super::owed::overdue_since;
use crate::components::lifetime_fields::LifetimeChoice;
use crate::components::seal::Seal;
use crate::facts::ClusterFacts;
use crate::view::{
    ActionView, AgeView, BackupView, ClusterView, EndView, FoundView, HoldView, JobRow, LeftoversView, Look,
    MoneyLine, OwedView, QuestionView, Sentence, SizeChoice, StartView,
};

impl ClusterView {
    pub fn new(facts: &ClusterFacts, now: Time) -> Self {
        let cluster = &facts.cluster;
        Self {
            name: cluster.name.clone(),
            look: Look::from(cluster),
            needs_attention: facts.needs_attention(now),
            second_line: second_line(facts, now),
            money: MoneyLine::of_cluster(facts, now),
            wanted: (of_when_the_wish_is(facts, now), wanted(facts, now)),
            ci_age: AgeView::of_ci(facts, now),
            ci_says: facts.ci_word().map(ci_says),
            cloud_age: AgeView::of_cloud(facts, now),
            cloud_says: cloud_says(facts),
            leftovers: LeftoversView::new(facts),
            found: FoundView::new(facts),
            acts: facts.acts.iter().map(|act| done(act, now)).collect(),
            question: facts.active_job().and_then(|job| QuestionView::of(job, now)),
            actions: actions(facts),
            end: EndView::new(facts, now),
            hold: facts.active_job().and_then(|job| HoldView::of(job, now)),
            on_it: on_it(facts, now),
            start: can_be_started(facts).then(|| StartView::new(facts, now)),
            owed: OwedView::new(facts.owed.as_ref(), &facts.proof(), now).with_receipt(facts.receipt),
            backup: BackupView::new(facts, now),
            latest_job: facts.latest_job.as_ref().map(|job| JobRow::with_steps(job, now)),
            seal: Seal::fresh(),
            version: cluster.version,
            made_at: now.timestamp(),
        }
    }
}

impl ClusterFacts {
    /// Whether a person should look at it.
    pub fn needs_attention(&self, now: Time) -> bool {
        self.cluster.doubt.is_some()
            || matches!(self.cluster.state, ClusterState::Failed | ClusterState::Unknown)
            || self.owed.as_ref().is_some_and(|owed| overdue_since(owed, now).is_some())
            || self.found().is_some()
    }
}

impl StartView {
    pub fn new(facts: &ClusterFacts, now: Time) -> Self {
        let busy = facts
            .active_job()
            .map(|job| format!("Job #{} is at work on it; the new job waits for its end. ", job.job.number));
        Self {
            sizes: SizeChoice::new(facts, facts.default_size, None, now).for_the_usual_stay(facts, now),
            lifetime: LifetimeChoice::short(facts),
            note: format!("{}{}", busy.unwrap_or_default(), at_the_deadline(&facts.limits)),
        }
    }
}

/// What the cloud shows under the same name would be in the way.
fn can_be_started(facts: &ClusterFacts) -> bool {
    facts.cluster.state == ClusterState::Down && facts.found().is_none()
}

fn of_when_the_wish_is(facts: &ClusterFacts, now: Time) -> Sentence {
    match facts.wish().at {
        Some(at) => Sentence::new("Wanted · ").minute(at, now),
        None => Sentence::new("Wanted"),
    }
}

fn wanted(facts: &ClusterFacts, now: Time) -> Sentence {
    let wish = facts.wish();
    match (wish.is_up, wish.until_end_of, wish.until) {
        (true, Some(job), _) => Sentence::new(format!("Up until job #{job} ends")),
        (true, None, Some(until)) => Sentence::new("Up until ").minute(until, now),
        (true, None, None) if facts.unsettled().is_some_and(Obligation::is_endless) => {
            Sentence::new("Up, without an end")
        }
        (true, None, None) => Sentence::new("Up"),
        (false, ..) => Sentence::new("Down"),
    }
}

/// Whatever costs work or money leads to a page that says so first.
fn actions(facts: &ClusterFacts) -> Vec<ActionView> {
    let name = &facts.cluster.name;
    let link = |words: &str, path| ActionView { words: words.to_owned(), path, class: "button".to_owned() };
    let page = |page: &str| format!("/clusters/{name}/{page}");
    let routine = || link("Start routine…", format!("/jobs/new?cluster={name}"));
    let destroy =
        |words: &str| ActionView { class: "button quiet-danger".to_owned(), ..link(words, page("destroy")) };
    match facts.cluster.state {
        ClusterState::Down if facts.found().is_some() => vec![link("Adopt…", page("adopt"))],
        ClusterState::Down => vec![routine()],
        ClusterState::Up => {
            let deploy = facts.takes_services.then(|| link("Deploy…", page("deploy")));
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

fn on_it(facts: &ClusterFacts, now: Time) -> Vec<Sentence> {
    let line = |deployment: &domain::cluster::Deployment| {
        Sentence::new(format!("{} deployed ", deployment.service))
            .minute(deployment.at, now)
            .then(" by ")
            .job(deployment.job)
    };
    facts.cluster.deployments.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use domain::cloud::ResourceKind;
    use domain::cluster::Deployment;

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step, observation, resource};

    fn paths(state: ClusterState) -> Vec<String> {
        actions(&cluster_facts(state)).into_iter().map(|action| action.path).collect()
    }

    #[test]
    fn a_cluster_that_is_down_costs_nothing_and_can_be_started() {
        let facts =
            ClusterFacts { observation: Some(observation(Vec::new())), ..cluster_facts(ClusterState::Down) };
        let view = ClusterView::new(&facts, at(60));
        assert_eq!(view.second_line.to_string(), "No machines. Costs nothing.");
        assert_eq!(
            view.start.unwrap().note,
            "A job that is at work at its auto-destroy time may go on for 1 h at most."
        );
    }

    #[test]
    fn only_a_cluster_that_is_down_is_started_from_its_card() {
        for state in ClusterState::ALL {
            let view = ClusterView::new(&cluster_facts(*state), at(110));
            assert_eq!(view.start.is_some(), *state == ClusterState::Down, "{state}");
        }
    }

    #[test]
    fn what_is_found_in_the_cloud_is_adopted_and_not_started_over_it() {
        let found = resource(ResourceKind::Cluster, "c1", "iriversland2");
        let facts = ClusterFacts {
            observation: Some(observation(vec![found])),
            has_mark: true,
            ..cluster_facts(ClusterState::Down)
        };
        let view = ClusterView::new(&facts, at(110));
        assert_eq!((view.start, view.actions[0].words.as_str()), (None, "Adopt…"));
    }

    #[test]
    fn what_is_wanted_follows_the_auto_destroy_time_and_the_job_that_cleans_up() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.latest_job = Some(guide_at_step(3));
        assert_eq!(wanted(&facts, at(110)).to_string(), "Up until job #128 ends");
        assert_eq!(of_when_the_wish_is(&facts, at(110)).to_string(), "Wanted · 08:09");
        assert_eq!(wanted(&cluster_facts(ClusterState::Up), at(110)).to_string(), "Up until 12:00");
        assert_eq!(wanted(&cluster_facts(ClusterState::Failed), at(110)).to_string(), "Down");
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
    fn a_failed_cluster_can_be_destroyed_or_started_again_and_a_vanishing_one_left_alone() {
        let expected = ["/clusters/iriversland2/start", "/clusters/iriversland2/destroy"];
        assert_eq!(paths(ClusterState::Failed), expected);
        assert!(paths(ClusterState::Destroying).is_empty());
    }

    #[test]
    fn what_is_on_it_says_by_which_job() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.cluster.deployments =
            vec![Deployment { service: "slack-middleware".into(), at: at(9), job: 127 }];
        assert_eq!(on_it(&facts, at(110))[0].to_string(), "slack-middleware deployed 08:09 by job #127");
    }
}
