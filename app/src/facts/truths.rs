//! Wanted, CI says, cloud says: three words on one cluster, each with its time.

use domain::Time;
use domain::cluster::ClusterState;
use domain::job::{Abandonment, Job, JobWithSteps};
use domain::run::RunRef;
use domain::standing::FACTS_STAY_FRESH;
use domain::step::{Phase, Step, StepState};

use super::ClusterFacts;

/// What is wanted of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    pub is_up: bool,
    /// The job at whose end it is destroyed whatever happens.
    pub until_end_of: Option<i64>,
    /// The latest time at which it is destroyed.
    pub until: Option<Time>,
    /// Of when the last wish of anybody is: to have it, to stop, to leave it up, to adopt it.
    pub at: Option<Time>,
}

/// What a CI said last of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CiWord<'a> {
    pub run: &'a RunRef,
    pub state: StepState,
    /// When it said so.
    pub at: Time,
}

impl<'a> CiWord<'a> {
    /// Its word on the last of these steps that has a run.
    pub fn last(steps: &'a [Step]) -> Option<Self> {
        steps.iter().rev().find_map(|step| {
            let at = step.seen_at.or(step.finished_at).or(step.started_at)?;
            Some(Self { run: step.run()?, state: step.state, at })
        })
    }
}

/// Whether the job destroys the cluster at its end, whatever happens.
pub fn cleans_up(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.phase == Phase::Finally && step.action.destroys_cluster())
}

impl ClusterFacts {
    pub fn wish(&self) -> Wish {
        let is_up = matches!(
            self.cluster.state,
            ClusterState::Up | ClusterState::Provisioning | ClusterState::Unknown
        );
        let planned = self.planned.as_ref().filter(|planned| !planned.replaces).map(|planned| planned.at);
        let until = self.left_up().map(|wish| wish.until).or(planned).or(self.cluster.destroys_at);
        let cleaner = self.cleaner().map(|job| job.job.number);
        Wish {
            is_up,
            until_end_of: cleaner.filter(|_| is_up),
            until: until.filter(|_| is_up),
            at: self.last_wished_at(),
        }
    }

    fn last_wished_at(&self) -> Option<Time> {
        let of_job = |job: &Job| {
            let left_up = job.abandoned.as_ref().map(|wish| wish.at);
            left_up.or(job.cancelled.as_ref().map(|wish| wish.at)).unwrap_or(job.created_at)
        };
        let adopted =
            self.owed.as_ref().filter(|owed| owed.opened_by_job.is_none()).map(|owed| owed.opened_at);
        self.latest_job.as_ref().map(|latest| of_job(&latest.job)).max(adopted)
    }

    pub fn ci_word(&self) -> Option<CiWord<'_>> {
        CiWord::last(&self.latest_job.as_ref()?.steps)
    }

    /// Whether the cloud itself has told lately what there is of it. Else whatever is said is the CI's word alone.
    pub fn is_confirmed_by_cloud(&self, now: Time) -> bool {
        let answered_at = self.observation.as_ref().and_then(|observation| observation.answered_at);
        answered_at.is_some_and(|at| now < at + FACTS_STAY_FRESH)
    }

    /// That somebody wants it kept although the job at work on it would destroy it. The debt learns of it when the job
    /// ends.
    pub fn left_up(&self) -> Option<&Abandonment> {
        self.active_job()?.job.abandoned.as_ref()
    }

    /// The unfinished job that destroys the cluster at its end, whatever happens.
    pub fn cleaner(&self) -> Option<&JobWithSteps> {
        self.active_job().filter(|job| cleans_up(&job.steps) && job.job.abandoned.is_none())
    }
}

#[cfg(test)]
mod tests {
    use domain::obligation::{Obligation, ObligationState};

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step, observation, owed};

    #[test]
    fn the_wish_is_as_old_as_the_last_word_of_a_person() {
        let mut facts = cluster_facts(ClusterState::Up);
        assert_eq!(facts.wish().at, None);
        facts.latest_job = Some(guide_at_step(3));
        assert_eq!(facts.wish().at, Some(at(9)));
        facts.owed = Some(Obligation { opened_by_job: None, ..owed(ObligationState::Open) });
        assert_eq!(facts.wish().at, Some(at(10)));
    }

    #[test]
    fn the_word_of_the_ci_is_as_old_as_its_last_answer_on_that_run() {
        let mut job = guide_at_step(2);
        job.steps[1].seen_at = Some(at(31));
        let word = CiWord::last(&job.steps).unwrap();
        assert_eq!((word.state, word.at), (StepState::Running, at(31)));
    }

    #[test]
    fn a_cloud_that_was_asked_long_ago_confirms_nothing() {
        let mut facts = cluster_facts(ClusterState::Down);
        assert!(!facts.is_confirmed_by_cloud(at(60)));
        facts.observation = Some(observation(Vec::new()));
        assert!(facts.is_confirmed_by_cloud(at(60)));
        assert!(!facts.is_confirmed_by_cloud(at(69)));
    }
}
