//! What a drill cannot be held with: a sentence, exit code 1, and nothing written down.

use sqlx::PgPool;

use crate::support::Operator;

async fn is_refused(pool: PgPool, args: &[&str], sentence: &str) {
    let operator = Operator::arrive(pool).await;
    let held = operator.drill(args);
    assert_eq!(held.code, Some(1), "{held}");
    assert!(held.error.contains(sentence), "{}", held.error);
    assert_eq!(held.report, "");
    assert_eq!(operator.last_drill().await, None);
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_unknown_fault_is_refused_with_the_known_ones(pool: PgPool) {
    let known = "There is no fault \"explode\". Known faults: fail_job, never_starts, ";
    is_refused(pool, &["--fault", "circleci trigger explode"], known).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_fault_that_can_strike_nothing_there_is_refused(pool: PgPool) {
    let why =
        "--fault \"slack post fail_job\": fail_job changes a run, and the endpoint post of slack has none";
    is_refused(pool, &["--fault", "slack post fail_job"], why).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_fault_that_needs_a_request_is_refused_at_the_handshake_before_it(pool: PgPool) {
    let why = "hang changes an answer, and the endpoint handshake of tls has none to change";
    is_refused(pool, &["--fault", "tls handshake hang 3"], why).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_unknown_routine_is_refused_with_the_known_ones(pool: PgPool) {
    let known = "There is no routine \"gide\". Known routines: up, down, resize, deploy, guide.";
    is_refused(pool, &["--routine", "gide"], known).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_speed_that_lets_time_stand_still_is_refused(pool: PgPool) {
    is_refused(pool, &["--speed", "0"], "--speed 0 is not allowed; write a number from 1 to 10000").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_role_that_may_not_create_databases_is_told_what_is_missing(pool: PgPool) {
    let operator = Operator::without_the_right_to_create_databases(pool).await;
    let held = operator.drill(&[]);
    assert_eq!(held.code, Some(1), "{held}");
    assert!(held.error.contains("may not create databases"), "{}", held.error);
    assert!(held.error.contains("alter role \"drill_operator_"), "{}", held.error);
    assert!(held.error.trim_end().ends_with("\" createdb;"), "{}", held.error);
    assert_eq!(operator.last_drill().await, None);
    operator.leave().await;
}

#[sqlx::test(migrations = false)]
async fn a_database_without_a_table_for_the_result_is_to_be_migrated_first(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let held = operator.drill(&[]);
    assert_eq!(held.code, Some(1), "{held}");
    assert!(held.error.contains("\"cluster-head migrate\""), "{}", held.error);
    operator.leave().await;
}

#[test]
fn what_can_go_wrong_is_listed_without_a_database() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cluster-head"));
    let output = command.args(["drill", "--fault", "list"]).env_clear().output().unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(list.contains("\n  tls           handshake\n"), "{list}");
    for kind in simulator::FaultKind::ALL.iter().filter(|kind| !kind.is_of_a_webhook()) {
        assert!(list.contains(&format!("\n  {} ", kind.name())), "{list}");
    }
}
