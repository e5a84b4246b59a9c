//! What a person should look at first, and what is good to know of the service itself.

use chrono::Duration;
use domain::Time;
use domain::act::needs_a_look;
use domain::cloud::Resource;
use domain::cluster::ClusterState;
use domain::job::JobWithSteps;
use domain::standing::Doubt;
use domain::step::Action;
use domain::text;
use store::{Absence, Drill};

use super::cloud::a_day;
use super::owed::overdue_since;
use crate::facts::ClusterFacts;
use crate::moment;
use crate::view::{AttentionView, LeftoversView, Sentence};

/// How long an absence is told.
const ABSENCE_IS_NEWS: Duration = Duration::hours(24);
/// How much of a drill's report stands in a line.
const LONGEST_REPORT: usize = 120;

/// What the account shows that no cluster here knows of, and what happened to the service.
pub struct Surroundings {
    pub strangers: Vec<Resource>,
    pub absence: Option<Absence>,
    pub drill: Option<Drill>,
}

impl AttentionView {
    pub fn new(clusters: &[ClusterFacts], around: &Surroundings, now: Time) -> Self {
        let mut lines: Vec<_> = clusters.iter().flat_map(|facts| of_cluster(facts, now)).collect();
        lines.extend(around.strangers.iter().map(|stranger| ("tone-warn", of_stranger(stranger))));
        // Red before everything else; among equals the order of the clusters holds.
        lines.sort_by_key(|(tone, _)| *tone != "tone-bad");
        let absence = around.absence.filter(|absence| now - absence.until < ABSENCE_IS_NEWS);
        let notes = [
            absence.map(|absence| slept(absence, now)),
            around.drill.as_ref().map(|drill| drilled(drill, now)),
        ];
        Self { lines, notes: notes.into_iter().flatten().collect(), made_at: now.timestamp() }
    }
}

fn of_cluster(facts: &ClusterFacts, now: Time) -> Vec<(&'static str, Sentence)> {
    let name = &facts.cluster.name;
    let named = || Sentence::default().link(format!("/clusters/{name}"), name.clone());
    let overdue = facts.owed.as_ref().and_then(|owed| overdue_since(owed, now)).map(|since| {
        let words = named().then(" has been to be destroyed for ").age(since);
        ("tone-bad", words.then(" and may still cost money."))
    });
    let doubted = facts.cluster.doubt.as_ref().map(|doubt| {
        let words = named().then(": ");
        let words = match doubt {
            Doubt::Silence { who, since } => {
                words.then(format!("{who} has not answered since ")).minute(*since, now).then(".")
            }
            Doubt::Disagreement { what } => words.then(format!("{what}.")),
        };
        ("tone-warn", words)
    });
    let endless = facts.unsettled().filter(|owed| owed.is_endless()).map(|_| {
        let rate = facts.rate().map(|rate| format!(" {rate}")).unwrap_or_else(|| " money".to_owned());
        let words = named().then(" has ").strong("no automatic destroy");
        ("tone-warn", words.then(format!(": it costs{rate} until somebody destroys it.")))
    });
    let is_settled = facts.cluster.state == ClusterState::Down && facts.unsettled().is_none();
    let left =
        LeftoversView::new(facts).filter(|left| is_settled && !left.rows.is_empty() && doubted.is_none());
    let left = left.map(|left| {
        let price = left.together.map(|price| format!(", {price}")).unwrap_or_default();
        let estimate = left.estimate.map(|words| format!(" {words}")).unwrap_or_default();
        let shows = format!(" is down, but the cloud shows {} of it{price}.", things(left.rows.len()));
        ("tone-warn", named().then(shows).muted(estimate))
    });
    let unheard = facts.latest_job.as_ref().and_then(never_answered).map(|words| ("tone-warn", words));
    [overdue, doubted, endless, left, unheard].into_iter().flatten().collect()
}

/// A trigger that no provider ever answered: a run of it may turn up where nobody looks any more.
fn never_answered(job: &JobWithSteps) -> Option<Sentence> {
    let step = job.steps.iter().find(|step| needs_a_look(step))?;
    let Action::Trigger { target, .. } = &step.action else { return None };
    let far_end = target.provider.title();
    let what = format!("{far_end} never said whether it started step {} ({}) of ", step.position, step.title);
    Some(
        Sentence::new(what).job(job.job.number).then(format!(". Look there for a run of {}.", target.branch)),
    )
}

fn things(count: usize) -> String {
    if count == 1 { "1 thing".to_owned() } else { format!("{count} things") }
}

fn of_stranger(stranger: &Resource) -> Sentence {
    let words = Sentence::new("The cloud shows the cluster ").strong(stranger.name.clone());
    let words = match stranger.created_at {
        Some(at) => words.then(", ").age(at).then(" old"),
        None => words,
    };
    words.then(format!(
        "{}. It belongs to none that is declared here, so nobody here can destroy it. Destroy it at the cloud, or declare it in the config with the pipelines that do: then it can be adopted.",
        a_day(stranger, None)
    ))
}

fn slept(absence: Absence, now: Time) -> Sentence {
    Sentence::new("Was asleep from ")
        .minute(absence.from, now)
        .then(" to ")
        .minute(absence.until, now)
        .then("; what was due then was done afterwards.")
}

fn drilled(drill: &Drill, now: Time) -> Sentence {
    let verdict = if drill.passed { "passed" } else { "failed" };
    let report = text::one_line(drill.report.lines().next().unwrap_or_default(), LONGEST_REPORT);
    let report = if report.is_empty() { String::new() } else { format!(": {report}") };
    Sentence::new(format!("Last drill {}, ", moment::day_and_minute(drill.ended_at, now)))
        .strong(verdict)
        .then(report)
}

#[cfg(test)]
mod tests {
    use domain::cloud::ResourceKind;
    use domain::obligation::{Obligation, ObligationState};
    use domain::plan::MAX_TRIES;
    use domain::step::StepState;

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step, observation, owed, resource};

    fn nothing() -> Surroundings {
        Surroundings { strangers: Vec::new(), absence: None, drill: None }
    }

    fn lines(facts: ClusterFacts, around: &Surroundings) -> Vec<(&'static str, String)> {
        let view = AttentionView::new(&[facts], around, at(64));
        view.lines.into_iter().map(|(tone, words)| (tone, words.to_string())).collect()
    }

    #[test]
    fn where_all_is_well_nothing_is_said() {
        let view = AttentionView::new(&[cluster_facts(ClusterState::Up)], &nothing(), at(64));
        assert!(view.lines.is_empty() && view.notes.is_empty());
    }

    #[test]
    fn a_trigger_that_nobody_ever_answered_wants_a_person_at_the_provider() {
        let mut job = guide_at_step(1);
        let step = &mut job.steps[0];
        step.state = StepState::Failed;
        let trigger = step.trigger.as_mut().unwrap();
        (trigger.tries, trigger.run) = (MAX_TRIES, None);
        let facts = ClusterFacts { latest_job: Some(job), ..cluster_facts(ClusterState::Failed) };
        let said = lines(facts, &nothing());
        let words =
            "CircleCI never said whether it started step 1 (Create the cluster (m)) of job #128. Look there";
        assert!(said.len() == 1 && said[0].1.starts_with(words), "{said:?}");
    }

    #[test]
    fn a_destroy_that_is_owed_for_long_comes_first_and_is_red() {
        let mut facts = cluster_facts(ClusterState::Failed);
        facts.cluster.doubt = Some(Doubt::Silence { who: "DigitalOcean".into(), since: at(51) });
        facts.owed = Some(Obligation { due_since: Some(at(0)), ..owed(ObligationState::Due) });
        let said = lines(facts, &nothing());
        assert_eq!(said[0].0, "tone-bad");
        assert_eq!(said[0].1, "iriversland2 has been to be destroyed for <age> and may still cost money.");
        assert_eq!(said[1].1, "iriversland2: DigitalOcean has not answered since 08:51.");
    }

    #[test]
    fn a_cluster_without_an_end_is_told() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.owed = Some(owed(ObligationState::Open));
        assert_eq!(lines(facts.clone(), &nothing()), []);
        facts.owed = Some(Obligation { destroys_at: None, ..owed(ObligationState::Open) });
        let words = "iriversland2 has no automatic destroy: it costs $0.036/h until somebody destroys it.";
        assert_eq!(lines(facts, &nothing()), [("tone-warn", words.to_owned())]);
    }

    #[test]
    fn what_was_left_over_is_told() {
        let left = ClusterFacts {
            observation: Some(observation(vec![resource(ResourceKind::Volume, "v", "pvc")])),
            ..cluster_facts(ClusterState::Down)
        };
        assert_eq!(
            lines(left, &nothing())[0].1,
            "iriversland2 is down, but the cloud shows 1 thing of it, $0.24 a day together. \
             Estimate from DigitalOcean's list prices of 2026-11-22. Not an invoice."
        );
    }

    #[test]
    fn a_stranger_is_told_with_its_age_and_price() {
        let strangers = vec![resource(ResourceKind::Cluster, "x", "forgotten")];
        let said = lines(cluster_facts(ClusterState::Down), &Surroundings { strangers, ..nothing() });
        assert!(
            said[0]
                .1
                .starts_with("The cloud shows the cluster forgotten, <age> old, $0.24 a day (estimate from "),
            "{said:?}"
        );
        assert!(
            said[0].1.contains("nobody here can destroy it. Destroy it at the cloud, or declare it"),
            "{said:?}"
        );
    }

    #[test]
    fn an_absence_is_told_for_a_day_and_the_last_drill_for_ever() {
        let around = Surroundings {
            absence: Some(Absence { from: at(0), until: at(30) }),
            drill: Some(Drill {
                began_at: at(1),
                ended_at: at(2),
                routine: "guide".into(),
                faults: Vec::new(),
                passed: false,
                report: "The cluster was left up.\nMore".into(),
            }),
            ..nothing()
        };
        let notes = |now| {
            let notes = AttentionView::new(&[], &around, now).notes;
            notes.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            notes(at(60)),
            [
                "Was asleep from 08:00 to 08:30; what was due then was done afterwards.",
                "Last drill 08:02, failed: The cluster was left up.",
            ]
        );
        assert_eq!(notes(at(30 + 24 * 60)), ["Last drill yesterday 08:02, failed: The cluster was left up."]);
    }
}
