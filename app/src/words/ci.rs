//! What the CI said last of a cluster.

use domain::Time;
use domain::step::StepState;
use domain::text;

use crate::facts::{CiWord, ClusterFacts};
use crate::view::{AgeView, RunLink, Sentence};

impl AgeView {
    /// It is as old as the last answer on that run, whatever else the CI was asked since.
    pub fn of_ci(facts: &ClusterFacts, now: Time) -> Self {
        Self::new("ci", "CI says", facts, facts.ci_word().map(|word| word.at), now)
    }
}

pub fn ci_says(word: CiWord<'_>) -> Sentence {
    let what = match word.state {
        StepState::Queued | StepState::Waiting => " is waiting".to_owned(),
        StepState::Running => " is running".to_owned(),
        StepState::TimedOut => " did not end in time".to_owned(),
        ended => format!(" {}", text::step_state(ended).to_lowercase()),
    };
    Sentence::default().run(RunLink::new(word.run)).then(what)
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step};

    #[test]
    fn the_latest_word_of_the_ci_is_that_of_the_last_run_with_its_time() {
        let mut facts = cluster_facts(ClusterState::Up);
        assert_eq!(AgeView::of_ci(&facts, at(60)).words.to_string(), "CI says");
        let mut job = guide_at_step(2);
        job.steps[1].seen_at = Some(at(31));
        facts.latest_job = Some(job);
        assert_eq!(AgeView::of_ci(&facts, at(60)).words.to_string(), "CI says · 08:31:00");
        assert_eq!(ci_says(facts.ci_word().unwrap()).to_string(), "Travis CI build 8812 is running");
    }
}
