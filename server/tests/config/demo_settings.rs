//! The demo: only a simulator on this machine, never next to real tokens.

use std::net::SocketAddr;

use chrono::Duration;
use domain::plan::Pace;
use rstest::rstest;
use secrecy::ExposeSecret;
use server::config::{Environment, Loaded, Mode, ServeArgs, Settings, SettingsErrors, parse};

use super::{serve, shipped, shipped_with};

const DATABASE: (&str, &str) = ("DATABASE_URL", "postgres:///demo");

fn demo() -> ServeArgs {
    ServeArgs { demo: true, simulator: Some("http://127.0.0.1:4010".into()), ..serve() }
}

fn start(args: &ServeArgs, environment: &[(&str, &str)]) -> Result<Settings, SettingsErrors> {
    let environment: Environment = environment.iter().copied().chain([DATABASE]).collect();
    Settings::new(args, &environment, &shipped())
}

#[rstest]
#[case("CIRCLECI_TOKEN")]
#[case("CIRCLECI_WEBHOOK_SECRET")]
#[case("TRAVIS_TOKEN")]
#[case("SLACK_INCOMING_URL")]
#[case("SLK_SLACK_TOKEN_OUTGOING_LAUNCH")]
#[case("REQUEST_FROM_SLACK_TOKEN")]
#[case("DIGITALOCEAN_TOKEN")]
fn the_demo_never_runs_next_to_a_real_token(#[case] name: &str) {
    let error = start(&demo(), &[(name, "canary")]).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("{name} is set. Demo mode never runs next to real tokens: unset {name} or leave out --demo.")
    );
    assert!(start(&demo(), &[(name, "")]).is_ok(), "set to nothing is not set");
}

#[test]
fn the_demo_never_runs_next_to_a_token_of_a_batch_service() {
    let loaded = parse("f.toml", &shipped_with("SLK_SLACK_TOKEN_OUTGOING_LAUNCH", "NIGHTLY_TOKEN")).unwrap();
    let environment: Environment = [DATABASE, ("NIGHTLY_TOKEN", "canary")].into_iter().collect();
    let error = Settings::new(&demo(), &environment, &loaded).unwrap_err().to_string();
    assert!(error.starts_with("NIGHTLY_TOKEN is set.") && !error.contains("canary"), "{error}");
}

#[rstest]
#[case("0.0.0.0")]
#[case("192.168.1.4")]
#[case("::")]
fn the_demo_listens_on_this_machine_only(#[case] host: &str) {
    let error = start(&ServeArgs { host: Some(host.into()), ..demo() }, &[]).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("--host is {host}. In demo mode everybody acts as the operator")),
        "{error}"
    );
    let error = start(&demo(), &[("HOST", host)]).unwrap_err().to_string();
    assert!(error.starts_with(&format!("HOST is {host}. ")), "{error}");
}

#[rstest]
#[case("http://example.org")]
#[case("http://127.0.0.1@example.org")]
#[case("http://127.0.0.1.example.org:4010")]
#[case("https://circleci.com/api/v2")]
#[case("http://10.0.0.1:4010")]
#[case("file:///tmp/simulator")]
#[case("127.0.0.1:4010")]
#[case("")]
fn the_demo_talks_to_a_simulator_on_this_machine_only(#[case] simulator: &str) {
    let error =
        start(&ServeArgs { simulator: Some(simulator.into()), ..demo() }, &[]).unwrap_err().to_string();
    assert!(error.starts_with("--simulator is no http URL of this machine."), "{error}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let args = ServeArgs { simulator: None, host: Some("0.0.0.0".into()), ..demo() };
    let environment: Environment = [("CIRCLECI_TOKEN", "x"), ("PORT", "x")].into_iter().collect();
    let error = Settings::new(&args, &environment, &shipped()).unwrap_err();
    insta::assert_snapshot!(error, @r#"
    DATABASE_URL is not set. It says where clusters and jobs are kept: set it to postgres://user:password@host/database.
    CIRCLECI_TOKEN is set. Demo mode never runs next to real tokens: unset CIRCLECI_TOKEN or leave out --demo.
    --simulator is missing. Demo mode talks to a simulator only: start one with "cluster-head simulate" and name it, such as --simulator http://127.0.0.1:4010.
    --host is 0.0.0.0. In demo mode everybody acts as the operator, so it listens on this machine only: set it to 127.0.0.1 or leave it out.
    PORT is "x". It says where to listen: set it to a number from 0 to 65535.
    "#);
}

#[rstest]
#[case("http://127.0.0.1:4010")]
#[case("http://localhost:4010/")]
#[case("http://[::1]:4010")]
fn the_demo_starts_with_harmless_secrets_on_the_loopback_address(#[case] simulator: &str) {
    let settings = start(&ServeArgs { simulator: Some(simulator.into()), ..demo() }, &[]).unwrap();
    assert!(matches!(&settings.mode, Mode::Demo { simulator } if simulator.port() == Some(4010)));
    assert!(settings.is_demo());
    assert_eq!(settings.address, SocketAddr::from(([127, 0, 0, 1], 3010)));
    assert!(settings.secrets.admin.password.is_none());
    let secrets = settings.secrets;
    for token in [
        secrets.circleci_token,
        secrets.travis_token,
        secrets.digitalocean_token,
        secrets.slack_request_token,
        secrets.admin.api_token,
    ] {
        assert_eq!(token.unwrap().expose_secret(), "demo");
    }
    assert_eq!(secrets.batch_values["SLK_SLACK_TOKEN_OUTGOING_LAUNCH"].expose_secret(), "demo");
}

#[test]
fn the_demo_is_quicker_unless_the_file_sets_the_pace() {
    let quick = start(&demo(), &[]).unwrap().pace;
    let seconds = |pace: &Pace| {
        [pace.poll, pace.settle, pace.look, pace.stop, pace.observe].map(|duration| duration.num_seconds())
    };
    assert_eq!(seconds(&quick), [1, 5, 2, 60, 3]);
    let pace = Pace { poll: Duration::seconds(9), ..Pace::default() };
    let loaded = Loaded { pace: Some(pace.clone()), ..shipped() };
    let environment: Environment = [DATABASE].into_iter().collect();
    assert_eq!(Settings::new(&demo(), &environment, &loaded).unwrap().pace, pace);
}
