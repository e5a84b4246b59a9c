//! What goes well.

use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::order::Ask;
use domain::size::Size;
use domain::step::StepState;
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;

use crate::support::{CLUSTER, GUIDE, House};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_job_brings_up_deploys_works_and_destroys(pool: PgPool) {
    let house = House::build(pool).await;
    // Silent until the job is over: a quick cloud may prove the destroy before the job says how it ended.
    let silent = Fault::on(Endpoint::DigitaloceanVolumes, FaultKind::Status500).every();
    house.simulator.inject(silent).unwrap();
    let job = house.ask("guide", Some(Size::L)).await;
    let engine = house.start_engine();
    let over = house.over(job).await;
    house.simulator.forgive();
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    let outcome = "All 6 steps succeeded. The CI says that the cluster was destroyed.";
    assert_eq!(over.job.outcome.as_deref(), Some(outcome));
    let told = house.store.check_ins(job, 200).await.unwrap().pop().unwrap().text;
    assert_eq!(told, format!("{outcome} The cloud is being asked."));
    assert_eq!(house.effective(), GUIDE);
    assert_eq!(house.cluster().await.state, ClusterState::Down);
    assert_eq!(house.store.obligation_of(CLUSTER).await.unwrap(), None);
    assert!(over.steps[3].progress.is_some_and(|percent| percent >= 99.9));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_job_on_a_cluster_that_is_up_goes_on_from_there_and_destroys_it(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    let up = house.ask("up", Some(Size::M)).await;
    house.over(up).await;
    let guide = house.ask("guide", Some(Size::M)).await;
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective()[2..], GUIDE);
    assert_eq!(house.cluster().await.state, ClusterState::Down);
    assert_eq!(house.store.obligation_of(CLUSTER).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_that_is_up_says_its_size_and_when_it_is_destroyed(pool: PgPool) {
    let house = House::build(pool).await;
    let job = house.ask("up", Some(Size::M)).await;
    let over = house.play(job).await;
    assert_eq!(over.job.outcome.as_deref(), Some("All 2 steps succeeded. The cluster is up."));
    let cluster = house.cluster().await;
    assert_eq!((cluster.state, cluster.size), (ClusterState::Up, Some(Size::M)));
    let lifetime = cluster.destroys_at.unwrap() - over.job.started_at.unwrap();
    assert!((14_390..=14_400).contains(&lifetime.num_seconds()), "{lifetime}");
    let runs = house.simulator.effective_runs();
    assert_eq!(runs[0].parameters["kubernetes-cluster-droplet-size"], "s-2vcpu-4gb");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn another_size_replaces_the_cluster_and_forgets_what_was_deployed_on_it(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    let up = house.ask("up", Some(Size::S)).await;
    house.over(up).await;
    let deploy = Ask {
        routine: "deploy".into(),
        cluster: CLUSTER.into(),
        size: None,
        service: Some("slack-middleware".into()),
        lifetime: None,
    };
    let deployed = house.ask_for(&deploy).await;
    house.over(deployed).await;
    let on_it = house.cluster().await.deployments;
    assert_eq!((on_it[0].service.as_str(), on_it[0].job), ("slack-middleware", deployed));

    let resize = house.ask("resize", Some(Size::L)).await;
    let over = house.over(resize).await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    let cluster = house.cluster().await;
    assert_eq!((cluster.state, cluster.size), (ClusterState::Up, Some(Size::L)));
    assert!(cluster.deployments.is_empty());
    assert!(cluster.destroys_at.is_some(), "the new cluster is owed a destroy of its own");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn jobs_on_one_cluster_run_one_after_the_other(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    let down = house.ask("down", None).await;
    let engine = house.start_engine();
    let (up, down) = (house.over(up).await, house.over(down).await);
    engine.stop().await;
    assert_eq!([up.job.state, down.job.state], [JobState::Succeeded; 2], "{}", house.story().await);
    assert!(up.job.finished_at <= down.job.started_at);
    assert_eq!(house.effective(), ["release-cluster", "release", "destroy-release", "destroy-cluster"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn slack_is_told_at_the_start_at_each_steps_end_and_at_the_end(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    let up = house.ask("up", Some(Size::M)).await;
    house.over(up).await;
    house
        .until("Slack has been told", async || (house.simulator.slack_messages().len() >= 4).then_some(()))
        .await;
    engine.stop().await;
    let told = house.simulator.slack_messages();
    assert_eq!(told.len(), 4, "{told:#?}");
    assert_eq!(told[0], format!("Job #{up} up (m) on {CLUSTER}: started by operator."));
    assert!(
        told[1].starts_with(&format!("Job #{up}, step 1 of 2: Create the cluster (m): succeeded after ")),
        "{told:#?}"
    );
    assert!(told[1].contains("CircleCI pipeline "), "{told:#?}");
    let succeeded =
        format!("Job #{up} up (m) on {CLUSTER}: succeeded. All 2 steps succeeded. The cluster is up.");
    let end = told[3].strip_prefix(&succeeded).unwrap();
    assert!(end.starts_with(" It is destroyed at ") && end.ends_with(" at the latest (in 4 h)."), "{end}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_engines_on_one_database_make_nothing_effective_twice(pool: PgPool) {
    let house = House::build(pool).await;
    let engines = [house.start_engine(), house.start_engine(), house.start_engine()];
    let job = house.ask("guide", Some(Size::S)).await;
    let over = house.over(job).await;
    for engine in engines {
        engine.stop().await;
    }
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert!(over.steps.iter().all(|step| step.state == StepState::Succeeded));
    assert_eq!(house.effective(), GUIDE);
}
