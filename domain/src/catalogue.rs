//! The declared world: which clusters, services, batches and routines exist. Read from the config once.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::actor::Role;
use crate::backup::BackupPolicy;
use crate::cloud::CloudMark;
use crate::command::Word;
use crate::obligation::PlannedTeardown;
use crate::order::{Ask, AskError, Order, PlannedStep};
use crate::routine::{Routine, RoutineStep};
use crate::share::SharePolicy;
use crate::size::{Size, SizeOffer};
use crate::stay::{StayLimits, StayTerms};
use crate::step::{Action, BatchCall, CiTarget, Effect, Phase};

/// A cluster as declared. `up` and `down` are its stacks, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterSpec {
    pub name: String,
    pub up: Vec<CiTarget>,
    pub down: Vec<CiTarget>,
    pub sizes: Vec<SizeOffer>,
    pub default_size: Size,
    /// How long it stays up unless somebody asks otherwise.
    pub lifetime_minutes: u32,
    pub limits: StayLimits,
    /// By what it is recognised in the cloud. Without it only the CI's word says whether it is gone.
    #[serde(default)]
    pub cloud: Option<CloudMark>,
}

impl ClusterSpec {
    pub fn offer(&self, size: Size) -> Option<&SizeOffer> {
        self.sizes.iter().find(|offer| offer.size == size)
    }

    /// The CI parameter values may name the size: `{size}` and `{machine}`.
    fn fill_in(&self, target: &CiTarget, size: Size) -> CiTarget {
        let machine = self.offer(size).map(|offer| offer.machine.as_str()).unwrap_or_default();
        let fill = |text: &String| text.replace("{size}", size.as_str()).replace("{machine}", machine);
        let mut target = target.clone();
        target.title = fill(&target.title);
        target.parameters.values_mut().for_each(|value| *value = fill(value));
        target
    }
}

/// A service as declared: what deploys it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSpec {
    pub name: String,
    pub deploy: CiTarget,
}

/// Everything that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Catalogue {
    pub clusters: Vec<ClusterSpec>,
    pub services: Vec<ServiceSpec>,
    pub batches: Vec<BatchCall>,
    /// The built-in ones and those of the config.
    pub routines: Vec<Routine>,
    /// The words that Slack knows.
    pub words: Vec<Word>,
    /// US dollars that all clusters together may cost in a calendar month before a start needs an admin.
    #[serde(default)]
    pub budget: Option<Decimal>,
    /// Whether destroys are planted at the CI for the case that nobody here is alive; none when that is switched off.
    #[serde(default)]
    pub backup: Option<BackupPolicy>,
    #[serde(default)]
    pub share: SharePolicy,
    /// How long what somebody asks to destroy waits for second thoughts.
    pub hold_seconds: u32,
}

impl Catalogue {
    pub fn cluster(&self, name: &str) -> Option<&ClusterSpec> {
        self.clusters.iter().find(|cluster| cluster.name == name)
    }

    pub fn routine(&self, name: &str) -> Option<&Routine> {
        self.routines.iter().find(|routine| routine.name == name)
    }

    /// The budget that holds for somebody's start. An admin's is not limited, unless nobody is to start anything.
    pub fn limit_of(&self, role: Role) -> Option<Decimal> {
        self.budget.filter(|budget| !role.is_admin() || budget.is_zero())
    }

    /// Resolves every name and fixes the plan.
    ///
    /// # Errors
    /// Names what is not known, and what is.
    pub fn order(&self, ask: &Ask) -> Result<Order, AskError> {
        let routine = self.routine(&ask.routine).ok_or_else(|| AskError::UnknownRoutine {
            name: ask.routine.clone(),
            known: listed(self.routines.iter().map(|routine| &routine.name)),
        })?;
        let cluster = self.cluster(&ask.cluster).ok_or_else(|| AskError::UnknownCluster {
            name: ask.cluster.clone(),
            known: listed(self.clusters.iter().map(|cluster| &cluster.name)),
        })?;
        let size = self.size_for(routine, cluster, ask.size)?;
        self.check_service(routine, ask.service.as_deref())?;
        if ask.lifetime.is_some() && !routine.creates_cluster() {
            return Err(AskError::LifetimeNotTaken { routine: routine.name.clone() });
        }

        let mut steps = Vec::new();
        for (phase, list) in [(Phase::Forward, &routine.steps), (Phase::Finally, &routine.finally)] {
            for step in list {
                let actions = self.actions(
                    step,
                    cluster,
                    size.unwrap_or(cluster.default_size),
                    ask.service.as_deref(),
                )?;
                steps.extend(actions.into_iter().map(|(title, action)| PlannedStep { phase, title, action }));
            }
        }
        let teardown = if steps.iter().any(|step| step.action.creates_cluster()) {
            destroy_actions(cluster, size.unwrap_or(cluster.default_size))
                .map(|(title, action)| PlannedTeardown { title, action })
                .collect()
        } else {
            Vec::new()
        };
        let stay = StayTerms {
            lifetime_minutes: lifetime(routine, cluster, &steps),
            chosen: ask.lifetime,
            limits: cluster.limits,
        };
        Ok(Order {
            routine: routine.name.clone(),
            cluster: cluster.name.clone(),
            size,
            service: ask.service.clone(),
            steps,
            teardown,
            stay,
            hold_seconds: self.hold_seconds,
            time_limit_minutes: routine.time_limit_minutes,
            cloud: cluster.cloud.clone(),
            offer: size.and_then(|size| cluster.offer(size)).cloned(),
            resumes: None,
        })
    }

    fn size_for(
        &self,
        routine: &Routine,
        cluster: &ClusterSpec,
        asked: Option<Size>,
    ) -> Result<Option<Size>, AskError> {
        if !routine.creates_cluster() {
            return match asked {
                Some(_) => Err(AskError::SizeNotTaken { routine: routine.name.clone() }),
                None => Ok(None),
            };
        }
        let size = asked.unwrap_or(cluster.default_size);
        if cluster.offer(size).is_none() {
            return Err(AskError::SizeNotOffered {
                cluster: cluster.name.clone(),
                size,
                known: listed(cluster.sizes.iter().map(|offer| offer.size)),
            });
        }
        Ok(Some(size))
    }

    fn check_service(&self, routine: &Routine, service: Option<&str>) -> Result<(), AskError> {
        match (routine.takes_service(), service) {
            (true, Some(name)) => self.service(name).map(|_| ()),
            (true, None) => Err(AskError::ServiceMissing {
                routine: routine.name.clone(),
                known: listed(self.services.iter().map(|service| &service.name)),
            }),
            (false, Some(_)) => Err(AskError::ServiceNotTaken { routine: routine.name.clone() }),
            (false, None) => Ok(()),
        }
    }

    fn service(&self, name: &str) -> Result<&ServiceSpec, AskError> {
        self.services.iter().find(|service| service.name == name).ok_or_else(|| AskError::UnknownService {
            name: name.to_owned(),
            known: listed(self.services.iter().map(|service| &service.name)),
        })
    }

    /// The titled actions that one line of a routine stands for.
    fn actions(
        &self,
        step: &RoutineStep,
        cluster: &ClusterSpec,
        size: Size,
        asked_service: Option<&str>,
    ) -> Result<Vec<(String, Action)>, AskError> {
        Ok(match step {
            RoutineStep::Up => cluster
                .up
                .iter()
                .map(|target| trigger(cluster.fill_in(target, size), Effect::CreatesCluster))
                .collect(),
            RoutineStep::Down => destroy_actions(cluster, size).collect(),
            RoutineStep::Deploy(named) => {
                let service = self.service(named.as_deref().or(asked_service).unwrap_or_default())?;
                vec![trigger(
                    cluster.fill_in(&service.deploy, size),
                    Effect::Deploys { service: service.name.clone() },
                )]
            }
            RoutineStep::Batch(name) => self
                .batches
                .iter()
                .filter(|batch| &batch.name == name)
                .map(|call| (call.title.clone(), Action::Batch { call: call.clone() }))
                .collect(),
            RoutineStep::Approval { question, time_limit_minutes, without_answer } => {
                let action = Action::Approval {
                    question: question.clone(),
                    time_limit_minutes: *time_limit_minutes,
                    without_answer: *without_answer,
                };
                vec![(question.clone(), action)]
            }
        })
    }
}

/// How long the cluster stays if nobody says otherwise. What destroys it in the end itself is given the time that its steps
/// may take: a night's batch is not cut off by a lifetime that is meant for what is forgotten.
fn lifetime(routine: &Routine, cluster: &ClusterSpec, steps: &[PlannedStep]) -> u32 {
    let minutes = |phase: Phase| -> u32 {
        let of_phase = steps.iter().filter(|step| step.phase == phase);
        of_phase.map(|step| step.action.time_limit_minutes()).fold(0, u32::saturating_add)
    };
    let destroys_itself = steps.last().is_some_and(|step| step.action.destroys_cluster());
    if !destroys_itself {
        return cluster.lifetime_minutes;
    }
    let forward = minutes(Phase::Forward).min(routine.time_limit_minutes.unwrap_or(u32::MAX));
    forward.saturating_add(minutes(Phase::Finally)).max(cluster.lifetime_minutes)
}

fn destroy_actions(cluster: &ClusterSpec, size: Size) -> impl Iterator<Item = (String, Action)> {
    cluster.down.iter().map(move |target| trigger(cluster.fill_in(target, size), Effect::DestroysCluster))
}

fn trigger(target: CiTarget, effect: Effect) -> (String, Action) {
    (target.title.clone(), Action::Trigger { target, effect })
}

fn listed(names: impl Iterator<Item = impl ToString>) -> String {
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}
