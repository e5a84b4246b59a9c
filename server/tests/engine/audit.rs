//! What nobody asks for by hand is an act as well, with the name of what asked for it.

use domain::actor::{Actor, Channel};
use domain::order::Ask;
use domain::schedule::timing::Timing;
use domain::schedule::{Draft, Missed, Overlap};
use domain::size::Size;
use sqlx::PgPool;

use crate::support::{CLUSTER, House};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_of_a_schedule_or_of_this_service_itself_is_one_act_with_its_name(pool: PgPool) {
    let house = House::build(pool).await;
    let draft = Draft {
        name: "mornings".into(),
        ask: Ask { routine: "up".into(), cluster: CLUSTER.into(), size: Some(Size::M), ..Ask::default() },
        lifetime_minutes: None,
        timing: Timing::read("0 9 * * *", "UTC").unwrap(),
        missed: Missed::CatchUp,
        overlap: Overlap::Skip,
    };
    let ana = Actor::new("ana", Channel::Web);
    let id = house.store.add_schedule(&draft, &ana, house.store.now().await.unwrap()).await.unwrap().id;
    let due = house.store.schedule(id).await.unwrap().unwrap().next_run_at.unwrap();
    let engine = house.engine_on(house.store.clone());
    for _ in 0..2 {
        engine.heed_schedules_at(due).await.unwrap();
    }
    house.play(1).await;
    sqlx::query("update obligation set destroys_at = now()").execute(&house.pool).await.unwrap();
    let engine = house.start_engine();
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;

    let acts: Vec<(String, String, String, Option<i64>)> =
        sqlx::query_as("select actor_name, channel, what, job_number from act order by act_id")
            .fetch_all(&house.pool)
            .await
            .unwrap();
    let act = |name: &str, channel: &str, what: &str, job| (name.into(), channel.into(), what.into(), job);
    let expected = [
        act("ana", "web", "add schedule mornings", None),
        act("mornings", "schedule", "start up (m)", Some(1)),
        act("auto-destroy", "system", "start down", Some(2)),
    ];
    assert_eq!(acts, expected);
    let audit = house.store.verify_audit().await.unwrap();
    assert_eq!((audit.acts, audit.head.map(|head| head.number)), (3, Ok(3)));
}
