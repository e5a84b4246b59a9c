//! What drills leave behind that do not come to their end.

use std::process::Command;
use std::time::Duration;

use sqlx::PgPool;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::support::{Held, Operator, SHIPPED};

const DAY: u64 = 86_400;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_interrupted_drill_drops_its_database_and_writes_nothing_down(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let endless = ["--fault", "circleci trigger run_hangs", "--limit", "1h"];
    let drill = operator.command(SHIPPED.as_ref(), &endless).spawn().unwrap();
    let mut often = tokio::time::interval(Duration::from_millis(20));
    tokio::time::timeout(Duration::from_secs(30), async {
        while operator.databases().await.is_empty() {
            often.tick().await;
        }
    })
    .await
    .expect("the drill never created its database");

    assert!(Command::new("kill").args(["-INT", &drill.id().to_string()]).status().unwrap().success());
    let held: Held = drill.wait_with_output().unwrap().into();
    assert_eq!(held.code, Some(1), "{held:#?}");
    assert_eq!(held.error, "The drill was interrupted. Nothing was written down.\n");
    assert_eq!(operator.last_drill().await, None);
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_killed_drill_left_behind_is_dropped_a_day_later(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let (old, young) = (name_given(DAY + 60), name_given(DAY - 60));
    operator.create_database(&old).await;
    operator.create_database(&young).await;
    let held = operator.drill(&["--fault", "slack post html"]);
    assert_eq!(held.code, Some(0), "{held:#?}");
    assert_eq!(operator.databases().await, [young.as_str()]);
    operator.drop_database(&young).await;
    operator.leave().await;
}

fn name_given(seconds_ago: u64) -> String {
    let now = Timestamp::now(ContextV7::new()).to_unix().0;
    let then = Timestamp::from_unix(ContextV7::new(), now - seconds_ago, 0);
    format!("cluster_head_drill_{}", Uuid::new_v7(then).simple())
}
