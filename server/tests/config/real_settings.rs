//! A real start: every secret that the catalogue needs, and everything that is missing told at once.

use std::net::SocketAddr;
use std::path::Path;

use domain::plan::Pace;
use rstest::rstest;
use secrecy::ExposeSecret;
use server::config::{Environment, Loaded, LogFormat, Mode, PasswordSetting, Settings, parse};

use super::{serve, shipped, shipped_with};

const COMPLETE: [(&str, &str); 10] = [
    ("DATABASE_URL", "postgres://head:canary-database@127.0.0.1/head"),
    ("CIRCLECI_TOKEN", "canary-circleci"),
    ("TRAVIS_TOKEN", "canary-travis"),
    ("DIGITALOCEAN_TOKEN", "canary-digitalocean"),
    ("SLK_SLACK_TOKEN_OUTGOING_LAUNCH", "canary-batch"),
    ("CLUSTER_HEAD_PASSWORD", "canary-password"),
    ("CLUSTER_HEAD_API_TOKEN", "canary-api-token-of-24-characters"),
    ("SLACK_INCOMING_URL", "https://hooks.slack.com/services/T/B/canary-slack"),
    ("REQUEST_FROM_SLACK_TOKEN", "canary-request"),
    ("PORT", "4000"),
];

fn with(changes: &[(&str, &str)]) -> Environment {
    let mut pairs: Vec<(&str, &str)> = COMPLETE.to_vec();
    pairs.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    pairs.into_iter().chain(changes.iter().copied()).collect()
}

fn error_with(changes: &[(&str, &str)]) -> String {
    Settings::new(&serve(), &with(changes), &shipped()).unwrap_err().to_string()
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    let error = Settings::new(&serve(), &Environment::default(), &shipped()).unwrap_err();
    insta::assert_snapshot!(error, @r"
    DATABASE_URL is not set. It says where clusters and jobs are kept: set it to postgres://user:password@host/database.
    CIRCLECI_TOKEN is not set. It starts and watches pipelines of gh/rivernews/iriversland2-kubernetes: set it to a personal API token of CircleCI (a project token is not enough).
    TRAVIS_TOKEN is not set. It starts and watches builds of rivernews/slack-middleware-server: set it to an API token of Travis CI.
    SLK_SLACK_TOKEN_OUTGOING_LAUNCH is not set. It is sent with the batch job s3-orgs-job: set it to the value that the batch service knows.
    CLUSTER_HEAD_PASSWORD is not set. It is what the operator signs in with: set it to an argon2 hash ($argon2id$…) or to a password of at least 12 characters.
    ");
}

#[rstest]
#[case(
    "DATABASE_URL",
    "mysql://canary",
    "DATABASE_URL is no URL of a Postgres database. It says where clusters and jobs are kept"
)]
#[case("CIRCLECI_TOKEN", "canary\n", "CIRCLECI_TOKEN holds a space, a line break or a letter beyond ASCII")]
#[case(
    "DIGITALOCEAN_TOKEN",
    "canary\n",
    "DIGITALOCEAN_TOKEN holds a space, a line break or a letter beyond ASCII. It asks the cloud itself what exists: set it \
     to a DigitalOcean token that may only read, or unset it to take the CI's word."
)]
#[case("TRAVIS_TOKEN", "canary canary", "TRAVIS_TOKEN holds a space")]
#[case(
    "CLUSTER_HEAD_PASSWORD",
    "canary",
    "CLUSTER_HEAD_PASSWORD is shorter than 12 characters. It is what the operator signs in with"
)]
#[case("CLUSTER_HEAD_PASSWORD", "            ", "CLUSTER_HEAD_PASSWORD is not set")]
#[case("CLUSTER_HEAD_PASSWORD", "canary      ", "CLUSTER_HEAD_PASSWORD is shorter than 12 characters")]
#[case(
    "CLUSTER_HEAD_PASSWORD",
    "$argon2id$canary",
    "CLUSTER_HEAD_PASSWORD begins like an argon2 hash and is none"
)]
#[case(
    "CLUSTER_HEAD_PASSWORD",
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ",
    "CLUSTER_HEAD_PASSWORD is an argon2 hash without its salt or its end"
)]
#[case(
    "CLUSTER_HEAD_PASSWORD",
    "$2b$12$canarycanarycanary",
    "CLUSTER_HEAD_PASSWORD looks like a hash that is not argon2"
)]
#[case(
    "CLUSTER_HEAD_API_TOKEN",
    "canary-of-23-characters",
    "CLUSTER_HEAD_API_TOKEN is shorter than 24 characters"
)]
#[case("SLACK_INCOMING_URL", "canary", "SLACK_INCOMING_URL is no URL")]
#[case("SLACK_INCOMING_URL", "http://hooks.slack.com/canary", "SLACK_INCOMING_URL is not an https URL")]
#[case("CLUSTER_HEAD_PUBLIC_URL", "head.example.org", "CLUSTER_HEAD_PUBLIC_URL is no http or https URL")]
#[case(
    "CLUSTER_HEAD_PUBLIC_URL",
    "https://example.org/head?a=b",
    "CLUSTER_HEAD_PUBLIC_URL is no http or https URL"
)]
#[case(
    "CIRCLECI_WEBHOOK_SECRET",
    "a-new-one-of-24-letters- canary-of-23-characters",
    "CIRCLECI_WEBHOOK_SECRET is shorter than 24 characters"
)]
#[case("REQUEST_FROM_SLACK_TOKEN", "can ary", "REQUEST_FROM_SLACK_TOKEN holds a space")]
#[case("PORT", "http", "PORT is \"http\". It says where to listen: set it to a number from 0 to 65535.")]
#[case("PORT", "65536", "PORT is \"65536\"")]
#[case(
    "HOST",
    "example.org",
    "HOST is \"example.org\". It says where to listen: set it to an IP address, such as 127.0.0.1 or 0.0.0.0."
)]
#[case("RUST_LOG", "server=loud", "RUST_LOG is no list of log levels")]
#[case("CLUSTER_HEAD_LOG_FORMAT", "xml", "CLUSTER_HEAD_LOG_FORMAT is neither text nor json")]
fn a_setting_that_is_wrong_is_named_and_a_secret_is_never_repeated(
    #[case] name: &str,
    #[case] value: &str,
    #[case] expected: &str,
) {
    let error = error_with(&[(name, value)]);
    assert!(error.starts_with(expected), "{error}");
    assert!(!error.contains("canary") && error.lines().count() == 1, "{error}");
}

#[test]
fn a_simulator_without_the_demo_is_refused() {
    let args = server::config::ServeArgs { simulator: Some("http://127.0.0.1:4010".into()), ..serve() };
    let error = Settings::new(&args, &with(&[]), &shipped()).unwrap_err().to_string();
    assert_eq!(error, "--simulator is only for the demo: add --demo or leave it out.");
}

#[test]
fn a_provider_that_the_catalogue_does_not_use_needs_no_token() {
    let text = shipped_with("provider = \"travis\"", "provider = \"circleci\"").replace(
        "project = \"rivernews/slack-middleware-server\"",
        "project = \"gh/rivernews/slack-middleware-server\"",
    );
    let loaded = parse("f.toml", &text).unwrap();
    let settings = Settings::new(&serve(), &with(&[("TRAVIS_TOKEN", "")]), &loaded).unwrap();
    assert!(settings.secrets.travis_token.is_none());
}

#[test]
fn while_the_secret_of_the_webhooks_is_changed_there_are_two() {
    let secrets = "a-new-secret-of-circleci  an-old-secret-of-circleci";
    let both = Settings::new(&serve(), &with(&[("CIRCLECI_WEBHOOK_SECRET", secrets)]), &shipped()).unwrap();
    assert_eq!(both.secrets.circleci_webhook_secrets.len(), 2);
    let none = Settings::new(&serve(), &with(&[]), &shipped()).unwrap();
    assert!(none.secrets.circleci_webhook_secrets.is_empty());
}

#[test]
fn slack_the_api_and_the_look_at_the_cloud_are_optional() {
    let without = [
        ("SLACK_INCOMING_URL", ""),
        ("REQUEST_FROM_SLACK_TOKEN", ""),
        ("CLUSTER_HEAD_API_TOKEN", ""),
        ("DIGITALOCEAN_TOKEN", ""),
    ];
    let secrets = Settings::new(&serve(), &with(&without), &shipped()).unwrap().secrets;
    assert!(
        secrets.slack_incoming_url.is_none()
            && secrets.slack_request_token.is_none()
            && secrets.operator.api_token.is_none()
            && secrets.digitalocean_token.is_none()
    );
}

#[test]
fn a_complete_environment_gives_settings_that_show_no_secret() {
    let settings = Settings::new(&serve(), &with(&[]), &shipped()).unwrap();
    assert_eq!(settings.mode, Mode::Real);
    assert_eq!(settings.address, SocketAddr::from(([0, 0, 0, 0], 4000)));
    assert_eq!(settings.pace, Pace::default());
    assert_eq!(settings.site, Path::new("target/site"));
    assert_eq!((settings.log.filter.as_str(), settings.log.format), ("info", LogFormat::Text));
    assert_eq!(settings.database_url.expose_secret(), "postgres://head:canary-database@127.0.0.1/head");
    assert_eq!(settings.secrets.circleci_token.as_ref().unwrap().expose_secret(), "canary-circleci");
    assert_eq!(settings.secrets.digitalocean_token.as_ref().unwrap().expose_secret(), "canary-digitalocean");
    assert_eq!(
        settings.secrets.batch_values["SLK_SLACK_TOKEN_OUTGOING_LAUNCH"].expose_secret(),
        "canary-batch"
    );
    assert!(!format!("{settings:?}").contains("canary"));
    assert!(!format!("{:?}", with(&[])).contains("canary"));
}

#[test]
fn the_password_may_be_a_hash() {
    let hash =
        "$argon2id$v=19$m=19456,t=2,p=1$gZiV/M1gPc22ElAH/Jh1Hw$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno";
    let settings = Settings::new(&serve(), &with(&[("CLUSTER_HEAD_PASSWORD", hash)]), &shipped()).unwrap();
    assert!(matches!(settings.secrets.operator.password, Some(PasswordSetting::Argon2(_))));
    let settings = Settings::new(&serve(), &with(&[]), &shipped()).unwrap();
    assert!(matches!(settings.secrets.operator.password, Some(PasswordSetting::Plain(_))));
}

#[test]
fn an_admin_has_keys_that_are_not_the_operators() {
    let same = [
        ("CLUSTER_HEAD_ADMIN_PASSWORD", "canary-password"),
        ("CLUSTER_HEAD_ADMIN_API_TOKEN", "canary-api-token-of-24-characters"),
    ];
    let error = Settings::new(&serve(), &with(&same), &shipped()).unwrap_err().to_string();
    for (name, _) in same {
        assert!(error.contains(&format!("{name} is the same as the operator's.")), "{error}");
    }
    assert!(!error.contains("canary"), "{error}");
    let admin = |environment: &[(&'static str, &'static str)]| {
        Settings::new(&serve(), &with(environment), &shipped()).unwrap().secrets.admin
    };
    assert!(admin(&[]).password.is_none() && admin(&[]).api_token.is_none());
    let own = admin(&[("CLUSTER_HEAD_ADMIN_PASSWORD", "canary-of-the-admin")]);
    assert!(own.password.is_some() && own.api_token.is_none());
}

#[test]
fn a_flag_wins_over_its_variable() {
    let args = server::config::ServeArgs {
        host: Some("localhost".into()),
        port: Some(0),
        site: Some("elsewhere".into()),
        ..serve()
    };
    let environment =
        with(&[("HOST", "0.0.0.0"), ("CLUSTER_HEAD_SITE", "site"), ("CLUSTER_HEAD_LOG_FORMAT", "json")]);
    let settings = Settings::new(&args, &environment, &shipped()).unwrap();
    assert_eq!(settings.address, SocketAddr::from(([127, 0, 0, 1], 0)));
    assert_eq!(settings.site, Path::new("elsewhere"));
    assert_eq!(settings.log.format, LogFormat::Json);
}

#[test]
fn the_pace_of_the_file_wins() {
    let pace = Pace { poll: chrono::Duration::seconds(9), ..Pace::default() };
    let loaded = Loaded { pace: Some(pace.clone()), ..shipped() };
    assert_eq!(Settings::new(&serve(), &with(&[]), &loaded).unwrap().pace, pace);
}

#[test]
fn a_claim_holds_half_a_minute_or_as_long_as_was_said() {
    let lease = |args| Settings::new(&args, &with(&[]), &shipped()).unwrap().lease.as_secs();
    assert_eq!(lease(serve()), 30);
    assert_eq!(lease(server::config::ServeArgs { lease: 5, ..serve() }), 5);
}
