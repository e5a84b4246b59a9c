//! What a drill finds out.

use sqlx::PgPool;

use crate::support::Operator;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_drill_for_which_nobody_chose_anything_passes_and_is_written_down(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let held = operator.drill(&[]);
    assert_eq!(held.code, Some(0), "{held}");
    assert!(held.report.starts_with("Fire drill of 20"), "{held}");
    assert!(held.report.contains(": guide on iriversland2, size l;"), "{held}");
    for kind in ["drop_answer", "fail_job", "engine kill"] {
        let line = held.report.lines().find(|line| line.contains(kind)).unwrap();
        assert!(line.contains("struck after"), "{line}");
    }
    assert!(held.report.contains("PASSED: the cluster was destroyed "), "{held}");
    assert!(held.report.ends_with("proof: the cloud showed nothing, twice.\n"), "{held}");

    let noted = operator.last_drill().await.unwrap();
    assert!(noted.passed);
    assert_eq!((noted.routine.as_str(), noted.faults.len()), ("guide", 3));
    assert!(noted.report.starts_with("PASSED: "), "{}", noted.report);
    assert!(noted.began_at < noted.ended_at);
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_drill_whose_destroy_never_succeeds_fails_and_says_what_is_left(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let fault = "circleci trigger fail_job every branch=destroy-cluster";
    let held = operator.drill(&["--fault", fault, "--limit", "20s", "--speed", "2000"]);
    assert_eq!(held.code, Some(1), "{held}");
    assert!(held.report.contains("FAILED: Not everything was over within 20 s."), "{held}");
    assert!(held.report.contains("is still due after one failed attempt."), "{held}");
    assert!(
        held.report.contains("The simulated cloud still shows 1 cluster, 1 machine: iriversland2"),
        "{held}"
    );
    assert_eq!(held.error, "The drill failed.\n");

    let noted = operator.last_drill().await.unwrap();
    assert!(!noted.passed);
    assert_eq!(noted.faults, [fault]);
    assert!(noted.report.contains("still shows 1 cluster"), "{}", noted.report);
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_that_a_routine_leaves_up_is_destroyed_when_its_time_has_come(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let held = operator.drill(&["--routine", "up", "--fault", "circleci trigger drop_answer", "--size", "s"]);
    assert_eq!(held.code, Some(0), "{held}");
    assert!(held.report.contains("The job succeeded: All 2 steps succeeded. The cluster is up."), "{held}");
    assert!(held.report.contains("Accepted from auto-destroy."), "{held}");
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_engine_that_is_killed_often_still_destroys_the_cluster(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let kills = ["--fault", "engine kill 20", "--fault", "engine kill 3", "--fault", "engine kill 9"];
    let held = operator.drill(&kills);
    assert_eq!(held.code, Some(0), "{held}");
    assert_eq!(held.report.matches("  struck after").count(), 3, "{held}");
    assert!(held.report.contains("The job succeeded: "), "{held}");
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_that_is_shown_wrong_certificates_in_the_middle_destroys_the_cluster(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let kinds = ["misnamed_certificate", "expired_certificate"].repeat(4);
    let faults: Vec<String> =
        (8..).zip(kinds).map(|(nth, kind)| format!("--fault=tls handshake {kind} {nth}")).collect();
    let held = operator.drill(&faults.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(held.code, Some(0), "{held}");
    assert_eq!(held.report.matches("  struck after").count(), 8, "{held}");
    assert!(held.report.contains("The job succeeded: All 6 steps succeeded."), "{held}");
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_runs_for_one_step_fail_the_drill_although_the_job_is_content(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let held = operator.drill(&["--fault", "circleci trigger twin"]);
    assert_eq!(held.code, Some(1), "{held}");
    assert!(held.report.contains("The job succeeded: "), "{held}");
    assert!(held.report.contains("FAILED: Two runs of gh/rivernews/iriversland2-kubernetes"), "{held}");
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_drill_in_which_nothing_went_wrong_proves_nothing_and_fails(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let held = operator.drill(&["--fault", "travis restart html"]);
    assert_eq!(held.code, Some(1), "{held}");
    assert!(held.report.contains("travis restart html  did not strike"), "{held}");
    assert!(held.report.contains("FAILED: No fault struck"), "{held}");
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_program_can_read_the_report(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let held = operator.drill(&["--json", "--fault", "batch trigger fail_job"]);
    assert_eq!(held.code, Some(0), "{held}");
    let report: serde_json::Value = serde_json::from_str(&held.report).unwrap();
    assert_eq!(report["passed"], true);
    assert_eq!(report["job"], "failed");
    assert_eq!(report["faults"][0]["fault"], "batch trigger fail_job");
    assert!(report["destroyed_after_seconds"].as_f64().unwrap() > 0.0);
    assert!(report["story"].as_array().unwrap().len() <= 25);
    operator.leave().await;
}
