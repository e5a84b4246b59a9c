//! A routine: a named list of steps with a `finally` list. Plain data, shown before anything runs.

use serde::{Deserialize, Serialize};

use crate::step::Verdict;

/// What one line of a routine asks for, before it is resolved for a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoutineStep {
    /// Bring the whole cluster up: one step per stack, in order.
    Up,
    /// Destroy the whole cluster: one step per stack, in order.
    Down,
    /// Deploy this service, or, without a name, the service that was asked for.
    Deploy(Option<String>),
    /// Run this batch job to its end.
    Batch(String),
    /// Ask a person before going on.
    Approval { question: String, time_limit_minutes: u32, without_answer: Verdict },
}

/// A named list of steps. `finally` runs whatever happened to `steps`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routine {
    pub name: String,
    /// One sentence for people who choose among routines.
    pub description: String,
    pub steps: Vec<RoutineStep>,
    pub finally: Vec<RoutineStep>,
    /// How long a job of it may take until it goes no further; the `finally` steps still run.
    #[serde(default)]
    pub time_limit_minutes: Option<u32>,
}

impl Routine {
    /// The routines that exist in every configuration; the buttons of a cluster are these.
    pub fn built_in() -> Vec<Self> {
        let routine = |name: &str, description: &str, steps: Vec<RoutineStep>| Self {
            name: name.to_owned(),
            description: description.to_owned(),
            steps,
            finally: Vec::new(),
            time_limit_minutes: None,
        };
        vec![
            routine("up", "Bring the cluster up.", vec![RoutineStep::Up]),
            routine("down", "Destroy the cluster.", vec![RoutineStep::Down]),
            routine(
                "resize",
                "Replace the cluster by one of another size: destroy it, then bring it up.",
                vec![RoutineStep::Down, RoutineStep::Up],
            ),
            routine("deploy", "Deploy one service on the cluster.", vec![RoutineStep::Deploy(None)]),
        ]
    }

    pub fn creates_cluster(&self) -> bool {
        self.all_steps().any(|step| matches!(step, RoutineStep::Up))
    }

    /// Whether the first thing that it does is to destroy what is there.
    pub fn begins_with_destroy(&self) -> bool {
        matches!(self.all_steps().next(), Some(RoutineStep::Down))
    }

    /// Whether the caller has to name a service.
    pub fn takes_service(&self) -> bool {
        self.all_steps().any(|step| matches!(step, RoutineStep::Deploy(None)))
    }

    fn all_steps(&self) -> impl Iterator<Item = &RoutineStep> {
        self.steps.iter().chain(&self.finally)
    }
}
