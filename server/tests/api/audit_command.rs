//! `cluster-head audit` as an operator runs it, and what the log tells him to compare it with.

use std::process::Command;
use std::time::Duration;

use simulator::Simulator;
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::support::{Log, Service};
use crate::whole_way::demo_settings;

/// The exit code, and what stands on standard output and standard error.
fn audit(pool: &PgPool, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cluster-head"));
    let url = pool.connect_options().to_url_lossy().to_string();
    let output = command.arg("audit").args(args).env_clear().env("DATABASE_URL", url).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// With two acts, the service that wrote them, and the head as it is noted then.
async fn noted(pool: &PgPool) -> (Service, String) {
    let service = Service::real(pool.clone()).await;
    service.accept("up", None).await;
    service.accept("down", None).await;
    let head = service.store.chain_head().await.unwrap().to_string();
    (service, head)
}

async fn tampers(pool: &PgPool, sql: &str) {
    let unguarded = format!("begin; set local session_replication_role = replica; {sql}; commit");
    sqlx::raw_sql(AssertSqlSafe(unguarded)).execute(pool).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_altered_act_is_named_and_the_exit_code_is_1(pool: PgPool) {
    noted(&pool).await;
    tampers(&pool, "update act set actor_name = 'ben' where act_id = 2").await;
    let (code, told, error) = audit(&pool, &[]);
    assert_eq!((code, told.as_str()), (1, ""));
    assert!(
        error.starts_with("The chain of acts is broken at link 2, act 2: the act or its link was altered"),
        "{error}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_noted_head_shows_an_end_that_was_cut_off_and_a_chain_that_was_written_anew(pool: PgPool) {
    let (_, noted) = noted(&pool).await;
    let shorter =
        "update act_head set (number, digest) = (select number, digest from act_link where number = 1)";
    tampers(
        &pool,
        &format!("{shorter}; delete from act_link where number = 2; delete from act where act_id = 2"),
    )
    .await;
    let (code, told, _) = audit(&pool, &[]);
    assert_eq!(code, 0, "by itself the chain cannot know");
    assert!(told.starts_with("1 acts, the chain holds, head 1:"), "{told}");
    let (code, told, error) = audit(&pool, &["--head", &noted]);
    assert_eq!((code, told.as_str()), (1, ""));
    assert!(
        error.starts_with(&format!("The noted head {noted} is not on the chain of acts, which ends with 1:")),
        "{error}"
    );

    let other = format!("1:{}", "0f".repeat(32));
    let (code, _, error) = audit(&pool, &["--head", &other]);
    assert_eq!(code, 1);
    assert!(error.contains(&format!("{other} is not on the chain of acts, which has 1:")), "{error}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_chain_that_holds_is_told_with_its_head_on_which_a_noted_one_still_is(pool: PgPool) {
    let (service, noted) = noted(&pool).await;
    service.accept("up", None).await;
    let (code, told, error) = audit(&pool, &["--head", &noted]);
    assert_eq!((code, error.as_str()), (0, ""));
    let head = service.store.chain_head().await.unwrap();
    assert_eq!(told, format!("3 acts, the chain holds, head {head}\n"));
}

#[sqlx::test(migrations = false)]
async fn what_cannot_be_verified_says_what_to_do(pool: PgPool) {
    let (code, _, error) = audit(&pool, &[]);
    assert_eq!(code, 1);
    assert!(error.contains("\"cluster-head migrate\" brings it there"), "{error}");
    let (code, _, error) = audit(&pool, &["--head", "yesterday"]);
    assert_eq!(code, 2);
    assert!(error.contains("\"yesterday\" is no head of the chain of acts"), "{error}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_log_tells_the_head_when_the_service_starts(pool: PgPool) {
    let (_, noted) = noted(&pool).await;
    let (log, _logging) = Log::begin();
    let simulator = Simulator::start(simulator::Settings::default()).await.unwrap();
    let (settings, catalogue) = demo_settings(&pool, &simulator);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let served = tokio::spawn(server::serve(settings, catalogue, listener, shutdown));
    let told = async {
        let mut often = tokio::time::interval(Duration::from_millis(10));
        while !log
            .of_the_service()
            .iter()
            .any(|line| line.contains(&format!("the head of the chain of acts is {noted}")))
        {
            often.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), told).await.expect("the head is told");
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}
