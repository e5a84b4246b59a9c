//! The outside world of a drill, with its faults armed.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::TimeDelta;
use domain::plan::Pace;
use domain::step::{Action, CiTarget};
use simulator::{Settings, Simulator};

use super::injection::Injection;
use super::plan::Plan;
use crate::providers::{Patience, Providers};

/// The answer of a simulator takes milliseconds. Less than half a lease.
const ANSWER: Duration = Duration::from_secs(1);

pub(super) struct Stage {
    pub simulator: Simulator,
    pub providers: Arc<Providers>,
    pub pace: Pace,
    /// The requests at which the engine is killed, in their order.
    pub kills: Vec<u32>,
}

impl Stage {
    /// # Errors
    /// When a fault cannot strike where it is aimed at.
    pub async fn set(plan: &Plan) -> Result<Self> {
        let simulator = Simulator::start(settings(plan)).await.context("The simulators cannot be started")?;
        let mut kills = Vec::new();
        for injection in &plan.injections {
            match injection {
                Injection::Outside(fault) => {
                    simulator.inject(fault.clone()).with_context(|| format!("--fault \"{injection}\""))?;
                }
                Injection::KillEngine { nth } => kills.push(*nth),
            }
        }
        kills.sort_unstable();
        let start = quick(TimeDelta::from_std(Patience::default().start)?, plan.speed, TimeDelta::seconds(2));
        let patience = Patience { answer: ANSWER, start: start.to_std()? };
        let authority = simulator.authority().context("The simulators speak no TLS")?;
        let secrets = plan.batch_secrets.clone();
        let providers = Providers::simulated_behind_tls(simulator.url(), authority, secrets, patience)?;
        Ok(Self { simulator, providers: Arc::new(providers), pace: pace(plan.speed), kills })
    }
}

/// As patient as usual for what takes less time than usual; some things do not become quicker.
fn pace(speed: f64) -> Pace {
    let usual = Pace::default();
    Pace {
        poll: quick(usual.poll, speed, TimeDelta::milliseconds(50)),
        settle: quick(usual.settle, speed, TimeDelta::seconds(1)),
        look: quick(usual.look, speed, TimeDelta::milliseconds(250)),
        stop: quick(usual.stop, speed, TimeDelta::seconds(5)),
        observe: quick(usual.observe, speed, TimeDelta::milliseconds(250)),
    }
}

fn quick(usual: TimeDelta, speed: f64, shortest: TimeDelta) -> TimeDelta {
    let milliseconds = usual.num_milliseconds() as f64 / speed;
    TimeDelta::milliseconds(milliseconds as i64).max(shortest)
}

/// A world in which the pipelines of the config exist and do what the config believes.
fn settings(plan: &Plan) -> Settings {
    let usual = Settings::default();
    let mark = plan.cluster().and_then(|cluster| cluster.cloud.as_ref());
    Settings {
        speed: plan.speed,
        declared_parameters: targets(plan)
            .flat_map(|target| target.parameters.keys().chain(&target.marker_parameter))
            .cloned()
            .collect(),
        cluster_name: mark.map_or(usual.cluster_name, |mark| mark.name.clone()),
        tls: true,
        ..usual
    }
}

fn targets(plan: &Plan) -> impl Iterator<Item = &CiTarget> {
    let actions = plan.order.steps.iter().map(|step| &step.action);
    actions.chain(plan.order.teardown.iter().map(|step| &step.action)).filter_map(|action| match action {
        Action::Trigger { target, .. } => Some(target),
        Action::Batch { .. } | Action::Approval { .. } | Action::Unknown(_) => None,
    })
}
