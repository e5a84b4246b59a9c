//! Which shape and which colour a state has.

use domain::cluster::{Cluster, ClusterState};
use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::schedule::ScheduleState;
use domain::share::ShareState;
use domain::standing::Doubt;
use domain::step::StepState;
use domain::text;

use crate::view::Look;

fn look(shape: &str, tone: &str, word: &str) -> Look {
    Look { shape: format!("i-{shape}"), tone: format!("tone-{tone}"), word: word.to_owned() }
}

impl From<&Cluster> for Look {
    /// A disagreement is a state of its own; silence means that we do not know.
    fn from(cluster: &Cluster) -> Self {
        match &cluster.doubt {
            Some(Doubt::Disagreement { .. }) => look("disputed", "warn", "Disagreement"),
            Some(Doubt::Silence { .. }) | None => Self::from(cluster.shown_state()),
        }
    }
}

impl From<ClusterState> for Look {
    fn from(state: ClusterState) -> Self {
        let word = text::cluster_state(state);
        match state {
            ClusterState::Down => look("circle", "rest", word),
            ClusterState::Provisioning => look("half", "run", word),
            ClusterState::Up => look("tick", "good", word),
            ClusterState::Destroying => look("down", "warn", word),
            ClusterState::Failed => look("octagon", "bad", word),
            ClusterState::Unknown => look("dashed", "unsure", word),
        }
    }
}

impl From<JobState> for Look {
    fn from(state: JobState) -> Self {
        let word = text::job_state(state);
        match state {
            JobState::Queued | JobState::Waiting => look("clock", "rest", word),
            JobState::Running => look("half", "run", word),
            JobState::Succeeded => look("tick", "good", word),
            JobState::Failed => look("octagon", "bad", word),
            JobState::Cancelled => look("barred", "rest", word),
        }
    }
}

impl From<StepState> for Look {
    fn from(state: StepState) -> Self {
        let word = text::step_state(state);
        match state {
            StepState::Queued | StepState::Waiting => look("clock", "rest", word),
            StepState::Running => look("half", "run", word),
            StepState::Succeeded => look("tick", "good", word),
            StepState::Failed => look("octagon", "bad", word),
            StepState::TimedOut => look("hourglass", "bad", word),
            StepState::Cancelled => look("barred", "rest", word),
            StepState::Skipped => look("dash", "rest", word),
        }
    }
}

impl From<ObligationState> for Look {
    fn from(state: ObligationState) -> Self {
        match state {
            ObligationState::Open => look("clock", "warn", "Destroy owed"),
            ObligationState::Due => look("triangle", "warn", "Destroy due"),
            ObligationState::Destroying => look("down", "warn", "Destroying"),
            ObligationState::Verifying => look("clock", "warn", "Verifying"),
            ObligationState::Settled => look("tick", "good", "Settled"),
            ObligationState::Closed => look("barred", "rest", "Closed by a person"),
        }
    }
}

impl From<ScheduleState> for Look {
    fn from(state: ScheduleState) -> Self {
        match state {
            ScheduleState::On => look("clock", "good", "On"),
            ScheduleState::Paused => look("barred", "rest", "Paused"),
            ScheduleState::Broken => look("octagon", "bad", "Broken"),
        }
    }
}

impl From<ShareState> for Look {
    fn from(state: ShareState) -> Self {
        match state {
            ShareState::Active => look("tick", "good", "Active"),
            ShareState::Expired => look("clock", "rest", "Expired"),
            ShareState::Revoked => look("barred", "rest", "Revoked"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, cluster};

    const SPRITE: &str = include_str!("../components/icons.svg");
    const STYLE_SHEET: &str = include_str!("../../../style/controls.css");

    fn looks() -> Vec<Look> {
        let clusters = ClusterState::ALL.iter().map(|state| Look::from(*state));
        let jobs = JobState::ALL.iter().map(|state| Look::from(*state));
        let steps = StepState::ALL.iter().map(|state| Look::from(*state));
        let debts = ObligationState::ALL.iter().map(|state| Look::from(*state));
        let schedules = ScheduleState::ALL.iter().map(|state| Look::from(*state));
        clusters.chain([disagreement()]).chain(jobs).chain(steps).chain(debts).chain(schedules).collect()
    }

    fn disagreement() -> Look {
        let doubt = Some(Doubt::Disagreement { what: "CI says up, DigitalOcean shows nothing".into() });
        Look::from(&Cluster { doubt, ..cluster(ClusterState::Up) })
    }

    #[test]
    fn what_nobody_has_told_for_long_is_not_known() {
        let doubt = Some(Doubt::Silence { who: "DigitalOcean".into(), since: at(0) });
        assert_eq!(Look::from(&Cluster { doubt, ..cluster(ClusterState::Up) }).word, "Unknown");
        assert_eq!(Look::from(&cluster(ClusterState::Up)).word, "Up");
    }

    #[test]
    fn every_shape_is_drawn_and_every_tone_has_its_colours() {
        for look in looks() {
            assert!(SPRITE.contains(&format!("id=\"{}\"", look.shape)), "{look:?}");
            assert!(STYLE_SHEET.contains(&format!(".{} {{", look.tone)), "{look:?}");
            assert!(!look.word.is_empty());
        }
    }

    #[test]
    fn states_of_a_cluster_are_told_apart_by_shape_alone() {
        let shapes: Vec<Look> =
            ClusterState::ALL.iter().map(|state| Look::from(*state)).chain([disagreement()]).collect();
        let shapes: std::collections::BTreeSet<_> = shapes.into_iter().map(|look| look.shape).collect();
        assert_eq!(shapes.len(), ClusterState::ALL.len() + 1);
    }

    #[test]
    fn waiting_is_never_red() {
        assert_eq!(Look::from(JobState::Waiting).tone, "tone-rest");
        assert_eq!(Look::from(StepState::Waiting).tone, "tone-rest");
    }
}
