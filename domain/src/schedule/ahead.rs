//! What schedules are going to destroy, seen beforehand: the end of a cluster that they bring, and the runs that rest
//! because a person chose the end.

use chrono::Duration;

use super::due::KeptUp;
use super::freeze::Freeze;
use super::timing::Timing;
use super::{Overlap, Schedule, ScheduleState};
use crate::Time;
use crate::catalogue::Catalogue;
use crate::cluster::Cluster;
use crate::ending::PlannedDestroy;
use crate::obligation::Obligation;
use crate::order::conflict;

/// The first run of a schedule that destroys a cluster which is up, if one comes before the cluster ends by itself.
pub fn planned_destroy(
    schedules: &[Schedule],
    freezes: &[Freeze],
    catalogue: &Catalogue,
    cluster: &Cluster,
    owed: &Obligation,
) -> Option<PlannedDestroy> {
    if !owed.is_open() {
        return None;
    }
    let kept = KeptUp::of(owed);
    let planned = schedules.iter().filter(|schedule| schedule.ask.cluster == cluster.name);
    let planned = planned.filter_map(|schedule| {
        let order = schedule.order(catalogue).ok()?;
        let may_come = schedule.state(catalogue) == ScheduleState::On
            && order.begins_with_destroy()
            && conflict(&order.steps, order.size, cluster).is_none();
        let timing = schedule.timing().ok().filter(|_| may_come)?;
        Some(PlannedDestroy {
            id: schedule.id,
            schedule: schedule.name.clone(),
            at: first_run(schedule, &timing, freezes, kept.as_ref(), owed.destroys_at)?,
            replaces: order.steps.iter().any(|step| step.action.creates_cluster()),
            waits_for_job: schedule.overlap == Overlap::Queue,
        })
    });
    planned.min_by_key(|planned| planned.at)
}

/// The first run before `end` that neither a freeze nor a person keeps from coming.
fn first_run(
    schedule: &Schedule,
    timing: &Timing,
    freezes: &[Freeze],
    kept: Option<&KeptUp>,
    end: Option<Time>,
) -> Option<Time> {
    let mut at = schedule.next_run_at?;
    loop {
        if end.is_some_and(|end| at >= end) {
            return None;
        }
        let frozen = freezes.iter().filter(|freeze| freeze.holds(&schedule.ask.cluster, at));
        let frozen = frozen.map(|freeze| freeze.until).max();
        let rests = match kept.filter(|kept| kept.holds(at)) {
            Some(kept) => Some(kept.until?),
            None => None,
        };
        let Some(free) = frozen.max(rests) else { return Some(at) };
        at = timing.next_after(free - Duration::nanoseconds(1))?;
    }
}

impl Schedule {
    /// Who keeps the cluster up at the time of a run that would destroy it; none when the run comes.
    pub fn rests<'a>(&self, catalogue: &Catalogue, kept: Option<&'a KeptUp>, at: Time) -> Option<&'a KeptUp> {
        let destroys = || self.order(catalogue).is_ok_and(|order| order.begins_with_destroy());
        kept.filter(|kept| kept.holds(at) && destroys())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ClusterSpec;
    use crate::cluster::ClusterState;
    use crate::obligation::ObligationState;
    use crate::obligation::samples::{at, obligation};
    use crate::order::Ask;
    use crate::routine::Routine;
    use crate::run::ProviderKind;
    use crate::schedule::{Missed, Pause};
    use crate::size::Size;
    use crate::stay::StayLimits;

    fn catalogue() -> Catalogue {
        let target = crate::backup::samples::target("destroy", ProviderKind::CircleCi);
        let offer = |size| crate::size::SizeOffer {
            size,
            machine: "m".into(),
            vcpus: 1,
            memory_gb: 1,
            nodes: 1,
            price: crate::price::Price {
                hourly: rust_decimal::Decimal::ONE,
                monthly: rust_decimal::Decimal::TEN,
                source: crate::price::PriceSource::Config,
                of: None,
            },
        };
        Catalogue {
            clusters: vec![ClusterSpec {
                name: "c".into(),
                up: vec![target.clone()],
                down: vec![target],
                sizes: vec![offer(Size::S), offer(Size::M)],
                default_size: Size::S,
                lifetime_minutes: 240,
                limits: StayLimits::default(),
                cloud: None,
            }],
            routines: Routine::built_in(),
            ..Catalogue::default()
        }
    }

    fn cluster() -> Cluster {
        Cluster {
            name: "c".into(),
            state: ClusterState::Up,
            size: Some(Size::S),
            since: at(0),
            failure: None,
            deployments: Vec::new(),
            destroys_at: Some(at(240)),
            active_job: None,
            doubt: None,
            version: 1,
        }
    }

    /// Every full hour, the next time at 09:00; the cluster ends at 12:00.
    fn hourly(routine: &str, size: Option<Size>) -> Schedule {
        Schedule {
            id: 3,
            name: "evenings".into(),
            ask: Ask { routine: routine.into(), cluster: "c".into(), size, ..Ask::default() },
            lifetime_minutes: None,
            cron: "0 * * * *".into(),
            zone: "UTC".into(),
            missed: Missed::CatchUp,
            overlap: Overlap::Skip,
            paused: None,
            created_by: "ana".into(),
            created_at: at(0),
            next_run_at: Some(at(60)),
            last: None,
            version: 1,
        }
    }

    fn freeze(until: i64) -> Freeze {
        Freeze {
            id: 1,
            from: at(0),
            until: at(until),
            cluster: None,
            because: "audit".into(),
            by: "ana".into(),
        }
    }

    fn chosen(until: Option<i64>) -> Obligation {
        let destroys_at = until.map(at);
        Obligation { chosen_by: Some("ana".into()), destroys_at, ..obligation(ObligationState::Open) }
    }

    fn planned(schedule: &Schedule, freezes: &[Freeze], owed: &Obligation) -> Option<Time> {
        let schedules = std::slice::from_ref(schedule);
        planned_destroy(schedules, freezes, &catalogue(), &cluster(), owed).map(|planned| planned.at)
    }

    #[test]
    fn a_schedule_that_destroys_before_the_end_is_seen_beforehand() {
        let open = obligation(ObligationState::Open);
        assert_eq!(planned(&hourly("down", None), &[], &open), Some(at(60)));
        let late = Schedule { next_run_at: Some(at(240)), ..hourly("down", None) };
        assert_eq!(planned(&late, &[], &open), None, "the cluster ends by itself then");
        let endless = Obligation { destroys_at: None, ..open };
        assert_eq!(planned(&late, &[], &endless), Some(at(240)));
        assert_eq!(planned(&hourly("down", None), &[], &obligation(ObligationState::Due)), None);
    }

    #[test]
    fn what_does_not_run_or_destroys_nothing_ends_nothing() {
        let open = obligation(ObligationState::Open);
        let paused = Some(Pause { by: "ana".into(), at: at(0) });
        for schedule in [
            Schedule { paused, ..hourly("down", None) },
            Schedule { cron: "x".into(), ..hourly("down", None) },
            hourly("nap", None),
            hourly("up", Some(Size::S)),
            // It is of that size already.
            hourly("resize", Some(Size::S)),
        ] {
            assert_eq!(planned(&schedule, &[], &open), None, "{}", schedule.ask.routine);
        }
        assert_eq!(planned(&hourly("resize", Some(Size::M)), &[], &open), Some(at(60)));
    }

    #[test]
    fn a_freeze_puts_it_off_to_the_first_run_afterwards() {
        let open = obligation(ObligationState::Open);
        assert_eq!(planned(&hourly("down", None), &[freeze(61)], &open), Some(at(120)));
        assert_eq!(planned(&hourly("down", None), &[freeze(61), freeze(120)], &open), Some(at(120)));
        assert_eq!(planned(&hourly("down", None), &[freeze(200)], &open), None);
    }

    #[test]
    fn the_end_that_a_person_chose_comes_first_and_the_run_rests() {
        let down = hourly("down", None);
        assert_eq!(planned(&down, &[], &chosen(Some(240))), None);
        assert_eq!(planned(&down, &[], &chosen(None)), None, "without an end it rests for ever");
        let kept = KeptUp::of(&chosen(Some(240)));
        assert_eq!(down.rests(&catalogue(), kept.as_ref(), at(239)), kept.as_ref());
        assert_eq!(down.rests(&catalogue(), kept.as_ref(), at(240)), None);
        assert_eq!(hourly("up", None).rests(&catalogue(), kept.as_ref(), at(60)), None);
        assert_eq!(KeptUp::of(&obligation(ObligationState::Open)), None);
    }
}
