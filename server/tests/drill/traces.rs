//! What drills leave behind that do not come to their end.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use sqlx::{ConnectOptions, Connection, PgPool};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::support::{Held, Operator, SHIPPED};

/// A drill may take so long to connect to the database that it has created.
const YOUNG: u64 = 120;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_interrupted_drill_drops_its_database_and_writes_nothing_down(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let endless = ["--fault", "circleci trigger run_hangs", "--limit", "1h"];
    let drill = operator.command(SHIPPED.as_ref(), &endless).spawn().unwrap();
    database_of_the_drill(&operator).await;
    assert!(Command::new("kill").args(["-INT", &drill.id().to_string()]).status().unwrap().success());
    let held: Held = drill.wait_with_output().unwrap().into();
    assert_eq!(held.code, Some(1), "{held}");
    assert_eq!(held.error, "The drill was interrupted. Nothing was written down.\n");
    assert_eq!(operator.last_drill().await, None);
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_drill_into_whose_database_somebody_looks_tells_how_it_went_and_what_is_left(pool: PgPool) {
    let operator = Operator::arrive(pool.clone()).await;
    let drill = operator.command(SHIPPED.as_ref(), &["--fault", "slack post html"]).spawn().unwrap();
    let name = database_of_the_drill(&operator).await;
    let somebody = pool.connect_options().as_ref().clone().database(&name).connect().await.unwrap();
    let held: Held = drill.wait_with_output().unwrap().into();
    assert_eq!(held.code, Some(0), "{held}");
    assert!(held.report.contains(&format!("The database {name} could not be dropped")), "{held}");
    assert!(operator.last_drill().await.is_some(), "{held}");
    somebody.close().await.unwrap();
    operator.drop_database(&name).await;
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_killed_drill_left_behind_is_dropped_by_the_next_and_one_that_is_held_is_not(pool: PgPool) {
    let operator = Operator::arrive(pool.clone()).await;
    let [killed, held, young] = [YOUNG + 60, YOUNG + 90, YOUNG - 60].map(name_given);
    for name in [&killed, &held, &young] {
        operator.create_database(name).await;
    }
    let of_the_held = pool.connect_options().as_ref().clone().database(&held).connect().await.unwrap();
    let next = operator.drill(&["--fault", "slack post html"]);
    assert_eq!(next.code, Some(0), "{next}");
    let left: BTreeSet<String> = operator.databases().await.into_iter().collect();
    assert_eq!(left, BTreeSet::from([held.clone(), young.clone()]));
    of_the_held.close().await.unwrap();
    for name in [&held, &young] {
        operator.drop_database(name).await;
    }
    operator.leave().await;
}

async fn database_of_the_drill(operator: &Operator) -> String {
    let mut often = tokio::time::interval(Duration::from_millis(20));
    let created = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            if let Some(name) = operator.databases().await.pop() {
                return name;
            }
            often.tick().await;
        }
    });
    created.await.expect("the drill never created its database")
}

fn name_given(seconds_ago: u64) -> String {
    let now = Timestamp::now(ContextV7::new()).to_unix().0;
    let then = Timestamp::from_unix(ContextV7::new(), now - seconds_ago, 0);
    format!("cluster_head_drill_{}", Uuid::new_v7(then).simple())
}
