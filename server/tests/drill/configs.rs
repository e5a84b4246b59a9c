//! Configs that are not the shipped one: it is the operator's own routine that is drilled.

use std::path::{Path, PathBuf};

use sqlx::PgPool;

use crate::support::{Held, Operator, SHIPPED};

/// The shipped config with other words in it, in a file of its own.
fn config(name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let mut text = std::fs::read_to_string(SHIPPED).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("drill-{name}.toml"));
    std::fs::write(&path, text).unwrap();
    path
}

fn drill(operator: &Operator, config: &Path, args: &[&str]) -> Held {
    operator.command(config, args).output().unwrap().into()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn pipelines_and_batches_of_other_names_are_played_by_stand_ins(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let config = config(
        "stand-ins",
        &[
            ("branch = \"release-cluster\"", "branch = \"terraform-up\""),
            ("branch = \"destroy-cluster\"", "branch = \"terraform-down\""),
            ("https://slack.api.shaungc.com/queues/s3-orgs-job", "https://batch.example.com/nightly"),
            ("succeeded = [\"completed\"]", "succeeded = [\"done\"]"),
            ("token = { env = \"SLK_SLACK_TOKEN_OUTGOING_LAUNCH\" }\n", "key = { env = \"NIGHTLY_KEY\" }\n"),
        ],
    );
    let held = drill(&operator, &config, &["--fault", "circleci trigger drop_answer 3"]);
    assert_eq!(held.code, Some(0), "{held}");
    let note = "release-cluster is played by the simulated pipeline release-cluster of CircleCI.";
    assert!(held.report.contains(note), "{held}");
    assert!(held.report.contains("The job succeeded: All 6 steps succeeded."), "{held}");
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_drill_is_the_person_who_approves(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let asks = "steps = [\"up\", { approval = \"Go on with the batch?\" }, ";
    let config = config("approval", &[("steps = [\"up\", ", asks)]);
    let held = drill(&operator, &config, &["--fault", "travis trigger status_500"]);
    assert_eq!(held.code, Some(0), "{held}");
    assert!(held.report.contains("The job succeeded: All 7 steps succeeded."), "{held}");
    operator.leave().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_destroy_that_destroys_nothing_is_seen_also_where_only_the_ci_is_believed(pool: PgPool) {
    let operator = Operator::arrive(pool).await;
    let mark = "[clusters.iriversland2.cloud]\nname = \"iriversland2\"\n";
    let config = config("no-mark", &[(mark, "")]);
    let held = drill(&operator, &config, &["--fault", "circleci trigger destroys_nothing"]);
    assert_eq!(held.code, Some(1), "{held}");
    assert!(held.report.contains("FAILED: The simulated cloud still shows 1 cluster"), "{held}");
    operator.leave().await;
}
