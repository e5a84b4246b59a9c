//! Destroys planted at CircleCI, as its client plants, finds, moves, removes and hears of them.

use std::time::Duration;

use chrono::{DurationRound, TimeDelta};
use domain::backup::{BackupDestroy, BackupState, Stand};
use domain::run::ProviderKind;
use server::providers::{BackupPlanter, ProviderError, TriggerError};
use simulator::{Endpoint, Fault, FaultKind, Settings};

use crate::world::{MARKER, PATIENCE, World, circleci_target, just_now};

const PARAMETER: &str = "kubernetes-cluster-droplet-size";

fn in_hours(hours: i64) -> Stand {
    let mut target = circleci_target("destroy-cluster");
    target.parameters.insert(PARAMETER.to_owned(), "s-1vcpu-3gb".to_owned());
    let fires_at = just_now().duration_trunc(TimeDelta::hours(1)).unwrap() + TimeDelta::hours(hours);
    Stand { position: 1, target, fires_at }
}

fn backup(stand: &Stand) -> BackupDestroy {
    BackupDestroy {
        obligation: 1,
        position: 1,
        mark: "mark".into(),
        target: stand.target.clone(),
        state: BackupState::Planted,
        schedule: None,
        is_unclear: false,
        fires_at: Some(stand.fires_at),
        failures: 0,
        last_error: None,
        next_attempt_at: just_now(),
        awaited_since: None,
        asked_at: None,
        run: None,
    }
}

fn planter(world: &World) -> &dyn BackupPlanter {
    world.providers.planter(ProviderKind::CircleCi).unwrap()
}

#[tokio::test]
async fn what_is_planted_is_found_by_its_mark_moved_and_removed() {
    let world = World::with(Settings { page_size: 1, ..Settings::default() }, PATIENCE).await;
    let stand = in_hours(2);
    planter(&world).plant("of another house [other]", &stand).await.unwrap();
    let id = planter(&world).plant("ours [mark]", &stand).await.unwrap();
    planter(&world).plant("of a third one [third]", &stand).await.unwrap();
    assert_eq!(planter(&world).planted(&stand.target, "mark").await, Ok(vec![id.clone()]));
    planter(&world).shift(&id, "ours [mark]", &in_hours(9)).await.unwrap();
    world.simulator.advance_dates(Duration::from_secs(5 * 3600));
    assert_eq!(world.simulator.effective_runs().len(), 2, "ours was moved to a later hour");
    planter(&world).remove(&id).await.unwrap();
    planter(&world).remove(&id).await.unwrap();
    assert_eq!(planter(&world).planted(&stand.target, "mark").await, Ok(vec![]));
    let gone = planter(&world).shift(&id, "ours", &stand).await.unwrap_err();
    assert!(matches!(gone, ProviderError::NotFound(_)), "{gone:?}");
}

#[tokio::test]
async fn the_run_of_a_planted_destroy_is_heard_of_and_none_that_was_triggered() {
    let world = World::new().await;
    let stand = in_hours(1);
    planter(&world).plant("ours", &stand).await.unwrap();
    world.circleci().trigger(&stand.target, MARKER).await.unwrap();
    assert_eq!(planter(&world).fired(&backup(&stand)).await, Ok(vec![]));
    world.simulator.advance_dates(Duration::from_secs(2 * 3600));
    let fired = planter(&world).fired(&backup(&stand)).await.unwrap();
    assert_eq!(fired.len(), 1);
    assert!(fired[0].at >= stand.fires_at && fired[0].at < stand.fires_at + TimeDelta::hours(1));
    let report = world.circleci().look(&stand.target, &fired[0].run).await.unwrap();
    assert_eq!(report.status, domain::run::RunStatus::Succeeded);
}

#[tokio::test]
async fn each_failure_says_whether_it_may_have_been_planted() {
    for (kind, is_unclear) in
        [(FaultKind::Unauthorized, false), (FaultKind::DropAnswer, true), (FaultKind::Status500, true)]
    {
        let world = World::struck_by(Fault::on(Endpoint::CircleciPlant, kind), PATIENCE).await;
        let error = planter(&world).plant("ours", &in_hours(1)).await.unwrap_err();
        assert_eq!(matches!(error, TriggerError::Unknown(_)), is_unclear, "{error:?}");
    }
}

#[tokio::test]
async fn a_project_without_schedules_refuses_and_says_so() {
    let projects_without_schedules = vec!["rivernews/iriversland2-kubernetes".to_owned()];
    let world = World::with(Settings { projects_without_schedules, ..Settings::default() }, PATIENCE).await;
    let error = planter(&world).plant("ours", &in_hours(1)).await.unwrap_err();
    assert!(matches!(&error, TriggerError::Rejected(what) if what.contains("400")), "{error:?}");
}

#[tokio::test]
async fn nothing_can_be_planted_at_travis() {
    let world = World::new().await;
    let why = world.providers.planter(ProviderKind::Travis).err().unwrap();
    assert!(why.contains("only daily, weekly or monthly"), "{why}");
}
