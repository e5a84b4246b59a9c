//! The badge of a state: shape, word and colour, in that order of weight.

use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::step::StepState;
use domain::text;
use leptos::prelude::*;

use super::icon::{Shape, icon};

/// The family of colours. Never the only carrier of a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Rest,
    Run,
    Good,
    Warn,
    Bad,
    /// Rest with a dashed border: nobody knows.
    Unsure,
}

impl Tone {
    pub const fn class(self) -> &'static str {
        match self {
            Self::Rest => "tone-rest",
            Self::Run => "tone-run",
            Self::Good => "tone-good",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
            Self::Unsure => "tone-rest is-unsure",
        }
    }
}

/// How a state looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub shape: Shape,
    pub tone: Tone,
    pub word: &'static str,
}

const fn look(shape: Shape, tone: Tone, word: &'static str) -> Look {
    Look { shape, tone, word }
}

impl From<ClusterState> for Look {
    fn from(state: ClusterState) -> Self {
        let word = text::cluster_state(state);
        match state {
            ClusterState::Down => look(Shape::Circle, Tone::Rest, word),
            ClusterState::Provisioning => look(Shape::HalfCircle, Tone::Run, word),
            ClusterState::Up => look(Shape::Tick, Tone::Good, word),
            ClusterState::Destroying => look(Shape::DownArrow, Tone::Warn, word),
            ClusterState::Failed => look(Shape::Octagon, Tone::Bad, word),
            ClusterState::Unknown => look(Shape::DashedCircle, Tone::Unsure, word),
        }
    }
}

impl From<JobState> for Look {
    fn from(state: JobState) -> Self {
        let word = text::job_state(state);
        match state {
            JobState::Queued | JobState::Waiting => look(Shape::Clock, Tone::Rest, word),
            JobState::Running => look(Shape::HalfCircle, Tone::Run, word),
            JobState::Succeeded => look(Shape::Tick, Tone::Good, word),
            JobState::Failed => look(Shape::Octagon, Tone::Bad, word),
            JobState::Cancelled => look(Shape::BarredCircle, Tone::Rest, word),
        }
    }
}

impl From<StepState> for Look {
    fn from(state: StepState) -> Self {
        let word = text::step_state(state);
        match state {
            StepState::Queued | StepState::Waiting => look(Shape::Clock, Tone::Rest, word),
            StepState::Running => look(Shape::HalfCircle, Tone::Run, word),
            StepState::Succeeded => look(Shape::Tick, Tone::Good, word),
            StepState::Failed => look(Shape::Octagon, Tone::Bad, word),
            StepState::TimedOut => look(Shape::Hourglass, Tone::Bad, word),
            StepState::Cancelled => look(Shape::BarredCircle, Tone::Rest, word),
            StepState::Skipped => look(Shape::Dash, Tone::Rest, word),
        }
    }
}

impl From<ObligationState> for Look {
    fn from(state: ObligationState) -> Self {
        match state {
            ObligationState::Open => look(Shape::Clock, Tone::Warn, "Destroy owed"),
            ObligationState::Due => look(Shape::Triangle, Tone::Warn, "Destroy due"),
            ObligationState::Destroying => look(Shape::DownArrow, Tone::Warn, "Destroying"),
            ObligationState::Verifying => look(Shape::Clock, Tone::Warn, "Verifying"),
            ObligationState::Settled => look(Shape::Tick, Tone::Good, "Settled"),
            ObligationState::Closed => look(Shape::BarredCircle, Tone::Rest, "Closed by a person"),
        }
    }
}

pub fn badge(look: impl Into<Look>) -> impl IntoView {
    let look = look.into();
    view! { <span class=format!("badge {}", look.tone.class())>{icon(look.shape)}<span>{look.word}</span></span> }
}

/// Only the icon in its colour, where the word stands elsewhere in the same row.
pub fn state_icon(look: impl Into<Look>) -> impl IntoView {
    let look = look.into();
    view! { <span class=format!("state-icon {}", look.tone.class())>{icon(look.shape)}</span> }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::html;

    fn assert_shown(look: Look, shape: &str, word: &str) {
        let page = html(move || badge(look));
        assert!(page.contains(&format!("href=\"#{shape}\"")), "{page}");
        assert!(page.contains(&format!(">{word}<")), "{page}");
    }

    #[test]
    fn every_cluster_state_has_a_shape_and_a_word() {
        let expected = ["i-circle", "i-half", "i-tick", "i-down", "i-octagon", "i-dashed"];
        let words = ["Down", "Provisioning", "Up", "Destroying", "Failed", "Unknown"];
        for ((state, shape), word) in ClusterState::ALL.iter().zip(expected).zip(words) {
            assert_shown((*state).into(), shape, word);
        }
    }

    #[test]
    fn every_job_state_has_a_shape_and_a_word() {
        let expected = ["i-clock", "i-half", "i-clock", "i-tick", "i-octagon", "i-barred"];
        let words = ["Queued", "Running", "Waiting", "Succeeded", "Failed", "Cancelled"];
        for ((state, shape), word) in JobState::ALL.iter().zip(expected).zip(words) {
            assert_shown((*state).into(), shape, word);
        }
    }

    #[test]
    fn every_step_state_has_a_shape_and_a_word() {
        let expected =
            ["i-clock", "i-half", "i-clock", "i-tick", "i-octagon", "i-barred", "i-hourglass", "i-dash"];
        let words =
            ["Queued", "Running", "Waiting", "Succeeded", "Failed", "Cancelled", "Timed out", "Skipped"];
        for ((state, shape), word) in StepState::ALL.iter().zip(expected).zip(words) {
            assert_shown((*state).into(), shape, word);
        }
    }

    #[test]
    fn waiting_is_never_red() {
        assert_ne!(Look::from(JobState::Waiting).tone, Tone::Bad);
        assert_ne!(Look::from(StepState::Waiting).tone, Tone::Bad);
    }
}
