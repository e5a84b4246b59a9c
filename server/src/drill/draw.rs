//! The faults of a drill for which nobody chose any: three of different kinds, drawn so that each of them strikes.

use domain::order::{Order, PlannedStep};
use domain::run::ProviderKind;
use domain::step::{Action, Phase};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use simulator::{Endpoint, Fault, FaultKind};

use super::injection::Injection;

/// Early enough for the shortest routine, and late enough for something to be at work.
const KILL_BETWEEN: std::ops::RangeInclusive<u32> = 6..=24;

/// One call of the job that starts something.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    endpoint: Endpoint,
    branch: Option<String>,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Creates,
    Works,
    Destroys,
}

/// A step that fails, a trigger whose answer is lost, and the death of the engine in the middle.
pub(super) fn three(order: &Order, seed: u64) -> Vec<Injection> {
    let mut chance = StdRng::seed_from_u64(seed);
    let calls = calls_of(order);
    let failing = failing(order, &calls).choose(&mut chance).copied();
    let lost = triggers_made_in_any_case(&calls, failing).choose(&mut chance).copied();
    let strike = |call: Option<&Call>, kind| call.map(|call| Injection::Outside(call.struck_by(kind)));
    let kill = Injection::KillEngine { nth: chance.random_range(KILL_BETWEEN) };
    [strike(lost, FaultKind::DropAnswer), strike(failing, FaultKind::FailJob), Some(kill)]
        .into_iter()
        .flatten()
        .collect()
}

/// Where a failure leads to the destroy at once. Where the cluster is to stay up until its auto-destroy time, a create
/// that fails would spoil that, and a destroy that fails shows that it is tried again.
fn failing<'a>(order: &Order, calls: &'a [Call]) -> Vec<&'a Call> {
    let with = |roles: &[Role]| calls.iter().filter(|call| roles.contains(&call.role)).collect::<Vec<_>>();
    let works = with(&[Role::Works]);
    if order.steps.iter().any(|step| step.phase == Phase::Finally && step.action.destroys_cluster()) {
        with(&[Role::Creates, Role::Works])
    } else if works.is_empty() {
        with(&[Role::Destroys])
    } else {
        works
    }
}

/// A failure keeps the job from the work that comes after it, but from no destroy.
fn triggers_made_in_any_case<'a>(calls: &'a [Call], failing: Option<&Call>) -> Vec<&'a Call> {
    let failed_at = calls.iter().position(|call| Some(call) == failing).unwrap_or(calls.len());
    let is_made = |at: usize, call: &Call| at < failed_at || (at > failed_at && call.role == Role::Destroys);
    let made = calls.iter().enumerate().filter(|(at, call)| is_made(*at, call)).map(|(_, call)| call);
    made.filter(|call| call.endpoint != Endpoint::BatchTrigger).collect()
}

/// In the order in which they are made, each once.
fn calls_of(order: &Order) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let steps = order.steps.iter().map(|PlannedStep { action, .. }| action);
    for call in steps.chain(order.teardown.iter().map(|step| &step.action)).filter_map(Call::of) {
        if !calls.contains(&call) {
            calls.push(call);
        }
    }
    calls
}

impl Call {
    fn of(action: &Action) -> Option<Self> {
        let (endpoint, branch) = match action {
            Action::Trigger { target, .. } => {
                let endpoint = match target.provider {
                    ProviderKind::CircleCi => Endpoint::CircleciTrigger,
                    ProviderKind::Travis => Endpoint::TravisTrigger,
                };
                (endpoint, Some(target.branch.clone()))
            }
            Action::Batch { .. } => (Endpoint::BatchTrigger, None),
            Action::Approval { .. } | Action::Unknown(_) => return None,
        };
        let role = if action.creates_cluster() {
            Role::Creates
        } else if action.destroys_cluster() {
            Role::Destroys
        } else {
            Role::Works
        };
        Some(Self { endpoint, branch, role })
    }

    fn struck_by(&self, kind: FaultKind) -> Fault {
        let fault = Fault::on(self.endpoint, kind);
        match &self.branch {
            Some(branch) => fault.branch(branch),
            None => fault,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::order::Ask;

    use super::*;

    /// The shipped config, as a drill takes it.
    fn order(routine: &str) -> Order {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../cluster-head.toml");
        let catalogue = crate::config::load(file.as_ref()).unwrap().catalogue;
        let service = (routine == "deploy").then(|| "slack-middleware".to_owned());
        let ask = Ask {
            routine: routine.into(),
            cluster: "iriversland2".into(),
            size: None,
            service,
            lifetime: None,
        };
        let mut order = catalogue.order(&ask).unwrap();
        if !order.steps[0].action.creates_cluster() {
            let up = Ask { routine: "up".into(), service: None, ..ask };
            let up = catalogue.order(&up).unwrap();
            order.steps.splice(0..0, up.steps);
            order.teardown = up.teardown;
        }
        order
    }

    fn drawn(routine: &str, seed: u64) -> Vec<String> {
        three(&order(routine), seed).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn whatever_the_seed_each_routine_gets_three_faults_of_different_kinds() {
        for routine in ["guide", "up", "down", "resize", "deploy"] {
            for seed in 0..100 {
                let drawn = drawn(routine, seed);
                let kinds = ["drop_answer", "fail_job", "engine kill"];
                let is_there = |kind: &&str| drawn.iter().any(|fault| fault.contains(*kind));
                assert!(drawn.len() == 3 && kinds.iter().all(is_there), "{routine} {seed}: {drawn:?}");
            }
        }
    }

    #[test]
    fn no_answer_is_lost_of_a_step_that_a_failure_before_it_skips() {
        let after_failure = |drawn: &[String]| drawn[1] == "circleci trigger fail_job branch=release-cluster";
        let lost: BTreeSet<String> = (0..500)
            .map(|seed| drawn("guide", seed))
            .filter(|drawn| after_failure(drawn))
            .map(|mut drawn| drawn.swap_remove(0))
            .collect();
        let destroys = ["destroy-cluster", "destroy-release"];
        assert_eq!(
            lost,
            destroys.map(|branch| format!("circleci trigger drop_answer branch={branch}")).into()
        );
    }

    #[test]
    fn a_seed_draws_the_same_again_and_another_one_something_else() {
        assert_eq!(drawn("guide", 7), drawn("guide", 7));
        assert!((0..20).map(|seed| drawn("guide", seed)).collect::<BTreeSet<_>>().len() > 5);
    }
}
