//! What people do, and when: presses, cancels, answers, and what they do to the service itself.

use chrono::TimeDelta;
use domain::Time;
use domain::catalogue::Catalogue;
use domain::order::Ask;
use domain::size::Size;
use domain::stay::Stay;

use super::moment;
use crate::dice::Dice;

/// One thing that a person does. Which job is meant is chosen among those to which it can be done.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Somebody starts a job, and presses again when no answer comes.
    Press(Ask),
    Cancel,
    LeaveUp {
        stay: TimeDelta,
    },
    /// Somebody moves the auto-destroy time of a cluster.
    Extend {
        cluster: String,
        stay: Stay,
    },
    /// Somebody takes that back, if he still may.
    UndoExtension {
        cluster: String,
    },
    /// Whatever is asked by then is answered.
    Answer,
    Resume,
    /// Somebody takes the debt of a cluster over.
    Close {
        cluster: String,
    },
    /// Somebody starts a target of a cluster by hand, at the CI.
    StartByHand {
        cluster: String,
    },
    /// A process is replaced by a new one, politely.
    Deploy {
        replica: usize,
    },
    /// Nobody is there for so long.
    Sleep {
        for_so_long: TimeDelta,
    },
    /// The clusters are taken out of the config.
    ForgetConfig,
}

pub fn deeds(dice: &Dice, catalogue: &Catalogue, calm_from: Time) -> Vec<(Time, Deed)> {
    let mut deeds = Vec::new();
    let mut at = |range, deed| deeds.push((moment(dice, range, calm_from), deed));
    let cluster = || {
        let last = i64::try_from(catalogue.clusters.len()).unwrap_or(1) - 1;
        catalogue.clusters[usize::try_from(dice.among(0..=last)).unwrap_or(0)].name.clone()
    };
    let jobs = dice.pick([1, 1, 2, 3, 5]);
    at(0..=5, Deed::Press(ask(dice.pick(["up", "guide", "guide", "asking"]), cluster(), dice)));
    for _ in 1..jobs {
        let routine = dice.pick(["up", "guide", "asking", "down", "down", "resize", "deploy"]);
        at(0..=700, Deed::Press(ask(routine, cluster(), dice)));
    }
    if dice.one_in(3) {
        at(0..=400, Deed::Cancel);
    }
    if dice.one_in(4) {
        let stay = TimeDelta::minutes(dice.among(5..=20));
        at(0..=400, Deed::LeaveUp { stay });
    }
    for _ in 0..dice.pick([0, 0, 1, 2]) {
        at(60..=900, Deed::Resume);
    }
    if dice.one_in(12) {
        at(10..=600, Deed::Close { cluster: cluster() });
    }
    if dice.one_in(12) {
        at(0..=300, Deed::StartByHand { cluster: cluster() });
    }
    if dice.one_in(3) {
        at(5..=400, Deed::Deploy { replica: usize::try_from(dice.among(0..=2)).unwrap_or(0) });
    }
    if dice.one_in(10) {
        at(5..=400, Deed::Sleep { for_so_long: TimeDelta::minutes(dice.among(1..=120)) });
    }
    if dice.one_in(10) {
        at(5..=400, Deed::ForgetConfig);
    }
    for _ in 0..dice.pick([0, 3, 10]) {
        at(5..=900, Deed::Answer);
    }
    deeds
}

/// What people do about the time at which a cluster ends. Drawn after all else, so that a seed keeps its other deeds.
pub fn extensions(dice: &Dice, catalogue: &Catalogue, calm_from: Time) -> Vec<(Time, Deed)> {
    let mut deeds = Vec::new();
    for cluster in catalogue.clusters.iter().map(|cluster| &cluster.name) {
        if dice.one_in(3) {
            let at = moment(dice, 30..=900, calm_from);
            let stay = match dice.among(0..=2) {
                0 => Stay::Until { time: at + TimeDelta::minutes(dice.among(4..=20)) },
                _ => Stay::For { minutes: dice.among(1..=15) },
            };
            deeds.push((at, Deed::Extend { cluster: cluster.clone(), stay }));
            if dice.one_in(2) {
                let later = at + TimeDelta::seconds(dice.among(1..=90));
                deeds.push((later, Deed::UndoExtension { cluster: cluster.clone() }));
            }
        }
    }
    deeds
}

fn ask(routine: &str, cluster: String, dice: &Dice) -> Ask {
    let takes_size = !matches!(routine, "down" | "deploy");
    Ask {
        routine: routine.to_owned(),
        cluster,
        size: takes_size.then(|| dice.pick([Size::M, Size::M, Size::L])),
        service: (routine == "deploy").then(|| "shop".to_owned()),
        lifetime: None,
    }
}
