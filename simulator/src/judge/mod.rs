//! The outside as an independent judge: what went wrong, found in what the providers really did and in what witnesses
//! saw, and in nobody's own account of it.
//!
//! What was started twice (I2) and which clusters stand (I4) the simulators know by themselves. Of the rest they hear from
//! witnesses (see [`Fact`]): who asked for a job, who watches each row being written, who looks at a page. A
//! witness says what he saw, and the laws stand here. Where nobody was a witness, nothing is judged.

mod acts;
mod claims;
mod clusters;
mod jobs;
mod runs;
mod secrets;
mod versions;

use serde::Serialize;

use crate::clock::Moment;
use crate::life::Life;
use crate::log::EffectiveRun;
use crate::named::named_enum;
use crate::testimony::Fact;

#[derive(Clone, Debug, Serialize)]
pub struct Judgement {
    pub violations: Vec<Violation>,
    /// Effective runs of all services.
    pub runs: usize,
    /// Runs beyond the first of what was asked for once, the cancelled ones included.
    pub duplicates: usize,
    pub clusters: ClusterCounts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub invariant: Invariant,
    pub what: String,
    /// Of the runs, or of the cluster.
    pub ids: Vec<String>,
}

named_enum! {
    /// By their numbers in the list of the product.
    pub enum Invariant {
        /// Each accepted job comes to its end, and can be seen wherever one asks.
        JobsEnd = "I1",
        /// What was asked for once is effective once.
        EffectiveOnce = "I2",
        /// Nobody moves a job under a claim that has passed on.
        ClaimsAreKept = "I3",
        /// A cluster that was created is destroyed, or stands since somebody wants it.
        NoClusterLost = "I4",
        /// No version goes down, no state changes without one, and pages show what is.
        VersionsRise = "I5",
        /// Whatever was accepted stands in the record of acts with a name, and the record was not tampered with.
        ActsAreNamed = "I6",
        /// No secret stands where people look.
        SecretsAreKept = "I7",
        /// A claim that has ended is taken over.
        ClaimsPassOn = "I8",
    }
}

/// `found + created = destroyed + standing`, as the cloud shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ClusterCounts {
    /// Not made by a pipeline.
    pub found: usize,
    /// From the first attempt on.
    pub created: usize,
    pub destroyed: usize,
    pub standing: usize,
}

/// What the simulators know by themselves. The oldest runs come first.
pub(crate) struct Known<'a> {
    pub runs: &'a [EffectiveRun],
    pub lives: &'a [Life],
    /// How many clusters were made by hand.
    pub strangers: usize,
    pub now: Moment,
}

pub(crate) fn judge(known: &Known<'_>, facts: &[Fact]) -> Judgement {
    let clusters = clusters::counted(known.lives, known.strangers, known.now);
    let wanted = facts.iter().rev().find_map(|fact| match fact {
        Fact::Wanted { clusters } => Some(*clusters),
        _ => None,
    });
    let (mut violations, duplicates) = runs::judge(known.runs);
    violations.extend(clusters::judge(known.lives, clusters, wanted));
    violations.extend(jobs::judge(facts));
    violations.extend(claims::judge(facts));
    violations.extend(versions::judge(facts));
    violations.extend(acts::judge(facts));
    violations.extend(secrets::judge(facts));
    Judgement { violations, runs: known.runs.len(), duplicates, clusters }
}

impl Violation {
    /// One of something that a witness saw.
    fn of(invariant: Invariant, what: impl Into<String>) -> Self {
        Self { invariant, what: what.into(), ids: Vec::new() }
    }
}
