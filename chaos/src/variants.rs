//! The protocol as it is, and ways to break it. A judge that lets a broken one pass is worth nothing.
//!
//! Some were broken on purpose from the beginning; the others are faults that the protocol really had until a seed showed
//! them. They are kept here so that each can be shown again.

use clap::ValueEnum;
use domain::Time;
use domain::job::Job;
use domain::obligation::ObligationState;
use domain::plan::{self, MIN_LOOKS, Next, Pace};
use domain::record::{JobChange, ObligationChange, Record};
use domain::step::{Step, StepState, TriggerState};
use domain::turn::Facts;

/// Which protocol is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Variant {
    /// The protocol as it stands in `domain`.
    #[default]
    Real,
    /// Writes do not ask whether the claim has passed on.
    NoFence,
    /// The call leaves before its intent is written down.
    NoIntent,
    /// A trigger is sent again as soon as one look finds no run.
    NoSettle,
    /// The HTTP client repeats a trigger that was not answered in time.
    RepeatingClient,
    /// A destroy is owed only once the create has succeeded.
    UndoOnSucceededOnly,
    /// The debt is written in a transaction of its own, after the intent.
    ObligationInSecondTransaction,
    /// A cancelled job ends without its `finally` steps, and its debt counts as paid.
    CancelSettlesDebt,
    /// The first stack that was destroyed counts as the whole cluster.
    SettleOnFirstStack,
    /// A cloud that refuses our credentials shows nothing, so nothing is there.
    TrustForbidden,
    /// One look that shows nothing is proof.
    SettleOnOneLook,
    /// A run that the provider does not know has ended well.
    MissingIsGone,
    /// Two looks for a lost run were enough, though the settle time was not over at either.
    EarlyLooksCount,
    /// A search that was begun before the settle time was over counted as one after it, when its answer was slow.
    LateAnswersCount,
    /// A provider that was busy twice and then did not know a run once was believed.
    EveryFailedLookDenies,
    /// After a long sleep runs were given up unseen, and calls that nobody had answered were sent again.
    SleepsThroughTimeLimits,
    /// A cluster that another job had destroyed was left up, and then could not be destroyed because it was down.
    LeavesUpWhatIsGone,
    /// A job whose cluster was left up did not say what had failed before.
    HidesWhatFailed,
    /// A look that was begun before a destroy ended counted as proof of it.
    AnyLookProves,
    /// A job that took up the rest of a destroy trusted the stacks that had been destroyed long before.
    TrustsEarlierDestroys,
    /// The CI's word was enough though a run that had been given up was still at work.
    TrustsCiBesideStrays,
    /// At its auto-destroy time a cluster waits for the job at work on it, however long that takes.
    DeadlineWaits,
    /// What is held for second thoughts is begun at once.
    NoHold,
    /// Each call of a batch service carries another key, so that whatever was not answered is started twice.
    KeyOfEachCall,
}

impl Variant {
    /// All that the judge has to catch.
    pub fn broken() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied().filter(|variant| *variant != Self::Real)
    }

    /// The seed from which on to look for what it breaks, where that shows only once in thousands of histories. When the
    /// histories of the seeds become others, it is found anew by `chaos seeds --variant NAME --count 100000`.
    pub const fn first_look(self) -> u64 {
        match self {
            Self::TrustsEarlierDestroys => 16_000,
            Self::LateAnswersCount => 25_000,
            _ => 0,
        }
    }

    /// The next thing to do, by this variant.
    pub fn decide(self, facts: &Facts, pace: &Pace, now: Time) -> Next {
        let (job, steps, cluster) = (&facts.job.job, &facts.job.steps, &facts.cluster);
        let next = plan::next(job, steps, cluster, pace, now);
        match self {
            Self::LeavesUpWhatIsGone if job.pays_obligation => {
                let mut job = job.clone();
                job.pays_obligation = false;
                plan::next(&job, steps, cluster, pace, now)
            }
            Self::NoHold => {
                let job = Job { held_until: None, ..job.clone() };
                plan::next(&job, steps, cluster, pace, now)
            }
            Self::SleepsThroughTimeLimits => give_up_unseen(steps, pace, now).unwrap_or(next),
            _ => next,
        }
    }

    /// The transactions that this variant makes of one.
    pub fn transactions(self, facts: &Facts, mut record: Record, now: Time) -> Vec<Record> {
        let opens = matches!(record.obligation, Some(ObligationChange::Open { .. }));
        match self {
            Self::UndoOnSucceededOnly => {
                let step = record.step.as_ref().filter(|step| step.action.creates_cluster());
                if step.is_some_and(|step| step.state == StepState::Succeeded) {
                    record.obligation = Some(debt(facts, now));
                } else if opens {
                    record.obligation = None;
                }
            }
            Self::ObligationInSecondTransaction if opens => {
                let obligation = record.obligation.take();
                return vec![record, Record { obligation, ..Record::default() }];
            }
            Self::SettleOnFirstStack if has_destroyed(&record) => pay(facts, &mut record),
            Self::TrustsEarlierDestroys if has_destroyed(&record) && is_last(facts, &record) => {
                pay(facts, &mut record);
            }
            Self::TrustsCiBesideStrays
                if has_destroyed(&record)
                    && matches!(record.obligation, Some(ObligationChange::Due { .. })) =>
            {
                record.obligation = Some(ObligationChange::Settle);
            }
            Self::LeavesUpWhatIsGone => leave_up(facts, &mut record),
            Self::HidesWhatFailed => {
                if let Some(JobChange::Ends { outcome, .. }) = &mut record.job
                    && facts.job.job.abandoned.is_some()
                    && let Some((first, _)) = outcome.split_once(" Failed at")
                {
                    *outcome = first.to_owned();
                }
            }
            Self::EarlyLooksCount => count_early_look(facts, &mut record),
            _ => {}
        }
        vec![record]
    }
}

fn debt(facts: &Facts, now: Time) -> ObligationChange {
    ObligationChange::Open {
        destroys_at: facts.job.job.stay.end(now),
        chosen_by: None,
        limits: facts.job.job.stay.limits,
        warnings: 0,
        teardown: facts.teardown.clone(),
        cloud: facts.cloud.clone(),
    }
}

fn has_destroyed(record: &Record) -> bool {
    let destroys = |step: &Step| step.action.destroys_cluster() && step.state == StepState::Succeeded;
    record.step.as_ref().is_some_and(destroys)
}

/// Whether every other destroy of the job has succeeded, whoever did it.
fn is_last(facts: &Facts, record: &Record) -> bool {
    let position = record.step.as_ref().map(|step| step.position);
    let others = facts.job.steps.iter().filter(|step| Some(step.position) != position);
    others.filter(|step| step.action.destroys_cluster()).all(|step| step.state == StepState::Succeeded)
}

fn pay(facts: &Facts, record: &mut Record) {
    let can_be_proved = facts.has_observer && facts.cloud.is_some();
    let paid = if can_be_proved { ObligationChange::Verify } else { ObligationChange::Settle };
    record.obligation.get_or_insert(paid);
}

fn leave_up(facts: &Facts, record: &mut Record) {
    let is_verifying = facts.obligation.as_ref().is_some_and(|owed| owed.state == ObligationState::Verifying);
    let has_begun = facts.job.steps.iter().any(Step::was_begun);
    if let (Some(JobChange::Ends { .. }), Some(abandonment)) = (&record.job, &facts.job.job.abandoned)
        && is_verifying
        && !has_begun
    {
        let by = abandonment.by.name.clone();
        record.obligation = Some(ObligationChange::LeaveUp { until: abandonment.until, by, warnings: 0 });
    }
}

fn count_early_look(facts: &Facts, record: &mut Record) {
    let Some(step) = record.step.as_mut().filter(|step| step.failed_looks == 0) else { return };
    let known = facts.step(step.position).and_then(|known| known.trigger.as_ref()).map(|known| known.looks);
    if let Some(trigger) = &mut step.trigger
        && matches!(trigger.state, TriggerState::Intended | TriggerState::Unknown)
        && known == Some(MIN_LOOKS - 1)
        && trigger.looks == MIN_LOOKS - 1
    {
        trigger.looks = MIN_LOOKS;
    }
}

/// What was decided without a look about a step whose time limit is over.
fn give_up_unseen(steps: &[Step], pace: &Pace, now: Time) -> Option<Next> {
    let step = steps.iter().find(|step| step.state.was_attempted() && !step.state.is_final())?;
    let deadline = step.deadline()?;
    let trigger = step.trigger.as_ref()?;
    let is_settled = trigger.looks >= MIN_LOOKS && now >= step.next_check_at;
    match trigger.state {
        TriggerState::Accepted if step.cancel_sent_at.is_none() && now >= deadline + pace.stop => {
            let because = "no end in time, and it could not be stopped".to_owned();
            Some(Next::GiveUp { position: step.position, state: StepState::TimedOut, because })
        }
        TriggerState::Intended | TriggerState::Unknown if is_settled && now >= deadline => {
            Some(Next::Begin { position: step.position })
        }
        _ => None,
    }
}
