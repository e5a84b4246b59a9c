//! Rows that somebody holds, or that nobody can read: what belongs to others goes on meanwhile.

use domain::actor::{Actor, Channel, Role};
use domain::job::JobState;
use domain::size::Size;
use domain::stay::Stay;
use sqlx::{PgPool, Postgres, Transaction};
use store::Wish;

use crate::support::{CLUSTER, House};

impl House {
    /// Somebody holds the row of a cluster for as long as he likes.
    async fn holds_cluster(&self, name: &str) -> Transaction<'static, Postgres> {
        let mut held = self.pool.begin().await.unwrap();
        let row = sqlx::query("select from cluster where cluster_name = $1 for update").bind(name);
        row.execute(&mut *held).await.unwrap();
        held
    }

    async fn alarms(&self) -> Vec<String> {
        self.told().await.into_iter().filter(|text| text.starts_with("Alarm:")).collect()
    }

    async fn has_alarmed(&self) -> String {
        self.until("an alarm sounds", async || self.alarms().await.pop()).await
    }

    async fn jobs_on(&self, cluster: &str) -> i64 {
        self.store.job_counts(Some(cluster)).await.unwrap().all
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_holds_the_row_of_one_cluster_keeps_no_other_from_being_destroyed(pool: PgPool) {
    let house = House::build(pool).await;
    house.owes("held").await;
    house.owes("other").await;
    let held = house.holds_cluster("held").await;
    let engine = house.start_engine();
    house.is_paid_for("other").await;
    assert_eq!(house.jobs_on("held").await, 0);
    held.rollback().await.unwrap();
    house.is_paid_for("held").await;
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_alarm_sounds_although_the_destroy_cannot_even_be_begun(pool: PgPool) {
    let house = House::build(pool).await;
    house.owes("held").await;
    sqlx::query("update obligation set destroys_at = now() - interval '20 minutes'")
        .execute(&house.pool)
        .await
        .unwrap();
    let held = house.holds_cluster("held").await;
    let engine = house.start_engine();
    let alarm = house.has_alarmed().await;
    assert!(alarm.starts_with("Alarm: held has been to be destroyed for 20 min"), "{alarm}");
    assert!(alarm.contains("The destroy could not be begun: "), "{alarm}");
    held.rollback().await.unwrap();
    house.is_paid_for("held").await;
    engine.stop().await;
    assert_eq!(house.alarms().await, [alarm]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_alarm_sounds_over_a_cluster_that_a_stuck_job_keeps_beyond_its_time(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    let stuck = house.ask("guide", Some(Size::S)).await;
    // Only a newer version could carry it on, and it gave a sign of itself just now.
    for sql in [
        "update step set action = jsonb_build_object('kind', 'rocket') where job_number = $1",
        "update step set state = 'running', started_at = now() where job_number = $1 and position = 1",
    ] {
        sqlx::query(sql).bind(stuck).execute(&house.pool).await.unwrap();
    }
    let engine = house.start_engine();
    house
        .until("the job is at work on the cluster", async || {
            let at_work: bool = sqlx::query_scalar("select fence > 0 from job where job_number = $1")
                .bind(stuck)
                .fetch_one(&house.pool)
                .await
                .unwrap();
            at_work.then_some(())
        })
        .await;
    // It may go on for an hour beyond the end.
    sqlx::query("update obligation set destroys_at = now() - interval '80 minutes'")
        .execute(&house.pool)
        .await
        .unwrap();
    let alarm = house.has_alarmed().await;
    assert!(alarm.contains("to be destroyed for 20 min"), "{alarm}");
    assert!(alarm.contains("A job is at work on it and has not ended."), "{alarm}");
    let owed = house.owed().await.unwrap();
    assert_eq!((owed.alarms, owed.is_open(), owed.due_since.is_some()), (1, true, true));
    assert!(!house.store.job(stuck).await.unwrap().unwrap().job.state.is_final());
    // Who wants it for longer begins anew.
    let until = house.store.now().await.unwrap() + chrono::TimeDelta::hours(2);
    let wish =
        Wish { stay: Stay::Until { time: until }, seen: None, idempotency_key: None, role: Role::Operator };
    house.store.extend(CLUSTER, &wish, &Actor::new("anna", Channel::Web)).await.unwrap();
    let owed = house.owed().await.unwrap();
    assert_eq!((owed.alarms, owed.due_since), (0, None));
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_debt_that_cannot_be_read_hides_no_other_and_is_told_at_once(pool: PgPool) {
    let house = House::build(pool).await;
    for name in ["spoilt", "other"] {
        house.owes(name).await;
    }
    sqlx::raw_sql(
        r#"create table kept as select * from obligation;
           update obligation set teardown = '[{"title": "Destroy"}]' where cluster_name = 'spoilt'"#,
    )
    .execute(&house.pool)
    .await
    .unwrap();
    let engines = [house.start_engine(), house.start_engine()];
    let alarm = house.has_alarmed().await;
    assert!(alarm.starts_with("Alarm: the debt to destroy spoilt cannot be read, and nobody pays it"));
    house.is_paid_for("other").await;
    assert_eq!(house.jobs_on("spoilt").await, 0);
    assert_eq!(house.alarms().await.len(), 1, "it is told once");
    sqlx::query(
        "update obligation set teardown = kept.teardown from kept
          where kept.obligation_id = obligation.obligation_id",
    )
    .execute(&house.pool)
    .await
    .unwrap();
    house.is_paid_for("spoilt").await;
    for engine in engines {
        engine.stop().await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_transaction_that_holds_the_row_of_a_job_keeps_no_other_job_waiting(pool: PgPool) {
    let house = House::build(pool).await;
    let guide = house.ask("guide", Some(Size::S)).await;
    let mut held = house.pool.begin().await.unwrap();
    sqlx::query("select from job for update").execute(&mut *held).await.unwrap();
    house.owes("other").await;
    let engine = house.start_engine();
    house.is_paid_for("other").await;
    assert_eq!(house.store.job(guide).await.unwrap().unwrap().job.state, JobState::Queued);
    held.rollback().await.unwrap();
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
}
