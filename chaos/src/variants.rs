//! The protocol as it is, and ways to break it. A judge that lets a broken one pass is worth nothing.

use chrono::TimeDelta;
use domain::Time;
use domain::record::{ObligationChange, Record};
use domain::step::StepState;
use domain::turn::Facts;

/// Which protocol is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
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
}

impl Variant {
    /// All that the judge has to catch.
    pub const BROKEN: [Self; 11] = [
        Self::NoFence,
        Self::NoIntent,
        Self::NoSettle,
        Self::RepeatingClient,
        Self::UndoOnSucceededOnly,
        Self::ObligationInSecondTransaction,
        Self::CancelSettlesDebt,
        Self::SettleOnFirstStack,
        Self::TrustForbidden,
        Self::SettleOnOneLook,
        Self::MissingIsGone,
    ];

    /// The transactions that this variant makes of one.
    pub fn transactions(self, facts: &Facts, mut record: Record, now: Time) -> Vec<Record> {
        let opens = matches!(record.obligation, Some(ObligationChange::Open { .. }));
        let step = record.step.as_ref();
        let succeeds = step.is_some_and(|step| step.state == StepState::Succeeded);
        match self {
            Self::UndoOnSucceededOnly => {
                let creates = step.is_some_and(|step| step.action.creates_cluster());
                if creates && succeeds {
                    record.obligation = Some(debt(facts, now));
                } else if opens {
                    record.obligation = None;
                }
                vec![record]
            }
            Self::ObligationInSecondTransaction if opens => {
                let obligation = record.obligation.take();
                vec![record, Record { obligation, ..Record::default() }]
            }
            Self::SettleOnFirstStack => {
                let destroys = step.is_some_and(|step| step.action.destroys_cluster());
                if destroys && succeeds && record.obligation.is_none() {
                    let can_be_proved = facts.has_observer && facts.cloud.is_some();
                    record.obligation =
                        Some(if can_be_proved { ObligationChange::Verify } else { ObligationChange::Settle });
                }
                vec![record]
            }
            _ => vec![record],
        }
    }
}

fn debt(facts: &Facts, now: Time) -> ObligationChange {
    ObligationChange::Open {
        destroys_at: now + TimeDelta::minutes(facts.lifetime_minutes),
        teardown: facts.teardown.clone(),
        cloud: facts.cloud.clone(),
    }
}
