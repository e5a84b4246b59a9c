//! What the past says: how long something usually takes, and whether it takes longer this time.

use chrono::Duration;
use domain::Time;
use domain::history::Usual;
use domain::job::Job;
use domain::step::{Effect, Step};
use domain::text;

use crate::facts::{ClusterFacts, JobFacts};
use crate::view::{Sentence, SizeCard};

/// Of a step that is at work: "Usually 6–9 min (last 20 successful, size m).", and from the right moment on, that it takes
/// longer than usual.
pub fn usual_of_step(facts: &JobFacts, step: &Step) -> Option<Sentence> {
    let began = step.started_at.filter(|_| !step.state.is_final())?;
    step.action.kind_in_history()?;
    let Some(usual) = facts.durations.usual(&step.action) else {
        return Some(Sentence::default().muted("No past runs to compare."));
    };
    let late = began + Duration::seconds(usual.longest + 1);
    let words = format!("Usually {} ({}).", text::range(usual.range()), counted(usual, &facts.job.job));
    let longer = format!(" Longer than usual (95 % finish within {}).", said(usual.longest));
    Some(Sentence::default().muted(words).after(late, longer))
}

fn counted(usual: Usual, job: &Job) -> String {
    let size = job.size.map(|size| format!(", size {size}")).unwrap_or_default();
    format!("last {} successful{size}", usual.samples)
}

/// "Usually 40–55 min in all; ends about 14:20–14:30."
pub fn usual_of_job(facts: &JobFacts, now: Time) -> Option<Sentence> {
    let job = &facts.job.job;
    job.started_at.filter(|_| !job.state.is_final())?;
    let in_all = facts.usual_in_all.map(|usual| format!("Usually {} in all", text::range(usual.range())));
    let ends = facts.durations.left(&facts.job.steps, now).filter(|left| left.to > 0).map(|left| {
        let at = |seconds| now + Duration::seconds(seconds);
        Sentence::new("ends about ").minute(at(left.from), now).then("–").minute(at(left.to), now)
    });
    match (in_all, ends) {
        (Some(in_all), Some(ends)) => Some(Sentence::new(format!("{in_all}; ")).and(ends).then(".")),
        (Some(in_all), None) => Some(Sentence::new(format!("{in_all}."))),
        (None, Some(ends)) => Some(Sentence::new("It ").and(ends).then(", as such steps usually go.")),
        (None, None) => None,
    }
}

/// Of a cluster that is coming up or going down: " · usually 6–9 min".
pub fn usual_of_change(facts: &ClusterFacts, effect: &Effect) -> String {
    let usual = facts.active_job().and_then(|job| {
        let actions = job.steps.iter().map(|step| &step.action);
        facts.durations.usual_of(actions.filter(|action| action.effect() == Some(effect)))
    });
    usual.map(|range| format!(" · usually {}", text::range(range))).unwrap_or_default()
}

/// Says on the card of each size how long such a cluster takes to come up.
pub fn with_usual(cards: Vec<SizeCard>, facts: &ClusterFacts) -> Vec<SizeCard> {
    let usual_of = |size: &str| {
        let (_, range) = facts.usual_starts.iter().find(|(known, _)| known.as_str() == size)?;
        Some(format!("up in {}", text::range(*range)))
    };
    cards.into_iter().map(|card| SizeCard { usual: usual_of(&card.size), ..card }).collect()
}

fn said(seconds: i64) -> String {
    text::duration(Duration::seconds(seconds))
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;
    use domain::history::{Durations, Range};
    use domain::size::Size;
    use domain::step::StepState;

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step, job_facts};
    use crate::view::{JobView, SizeChoice};

    /// Five to nine minutes for whatever this step does.
    fn durations(steps: &[Step]) -> Durations {
        let kinds = steps.iter().filter_map(|step| step.action.kind_in_history());
        Durations(kinds.map(|kind| (kind, vec![300, 360, 420, 480, 540])).collect())
    }

    fn known() -> JobFacts {
        let facts = job_facts(3);
        JobFacts { durations: durations(&facts.job.steps), ..facts }
    }

    #[test]
    fn a_step_at_work_says_how_long_it_usually_takes_and_of_how_many() {
        let facts = known();
        let said = usual_of_step(&facts, &facts.job.steps[2]).unwrap().to_string();
        assert_eq!(
            said,
            "Usually 5–8 min (last 5 successful, size m). <after> Longer than usual (95 % finish within 9 min)."
        );
        assert_eq!(usual_of_step(&facts, &facts.job.steps[0]), None, "it is over");
        assert_eq!(usual_of_step(&facts, &facts.job.steps[3]), None, "it has not begun");
    }

    #[test]
    fn without_five_past_runs_nothing_is_compared() {
        let facts = job_facts(3);
        let said = usual_of_step(&facts, &facts.job.steps[2]).unwrap().to_string();
        assert_eq!(said, "No past runs to compare.");
    }

    #[test]
    fn a_job_says_when_it_is_going_to_end_only_when_each_step_has_a_past() {
        let mut facts = known();
        facts.usual_in_all = Usual::of(&[2_400, 2_400, 2_700, 3_300, 3_300]);
        // Step 3 began at 08:30 and has three minutes behind it, two more are to come.
        let said = usual_of_job(&facts, at(33)).unwrap().to_string();
        assert_eq!(said, "Usually 40–55 min in all; ends about 08:45–08:54.");
        facts.durations.0.clear();
        assert_eq!(usual_of_job(&facts, at(33)).unwrap().to_string(), "Usually 40–55 min in all.");
        facts.usual_in_all = None;
        assert_eq!(usual_of_job(&facts, at(33)), None);
    }

    #[test]
    fn what_takes_longer_than_usual_is_on_the_page_of_the_job() {
        let facts = known();
        let view = JobView::new(&facts, at(33));
        assert!(view.steps[2].usual.is_some() && view.steps[1].usual.is_none());
    }

    #[test]
    fn a_cluster_that_comes_up_says_how_long_that_usually_takes() {
        let mut facts = cluster_facts(ClusterState::Provisioning);
        assert_eq!(usual_of_change(&facts, &Effect::CreatesCluster), "");
        let mut job = guide_at_step(1);
        job.steps[0].state = StepState::Running;
        facts.durations = durations(&job.steps);
        facts.latest_job = Some(job);
        assert_eq!(usual_of_change(&facts, &Effect::CreatesCluster), " · usually 5–8 min");
    }

    #[test]
    fn the_card_of_a_size_says_how_long_it_takes_to_come_up() {
        let facts = ClusterFacts {
            usual_starts: vec![(Size::M, Range { from: 300, to: 540 })],
            ..cluster_facts(ClusterState::Down)
        };
        let choice = SizeChoice::new(&facts, Size::M, None, at(0));
        let usual: Vec<_> = choice.cards.iter().map(|card| card.usual.as_deref()).collect();
        assert_eq!(usual, [None, Some("up in 5–9 min"), None]);
    }
}
