//! Where HTTP itself is broken: redirects, lengths that lie, bodies without end, tokens that come back.

use std::io::Write;
use std::time::Duration;

use domain::run::{ProviderKind, RunRef};
use flate2::Compression;
use flate2::write::GzEncoder;
use secrecy::SecretString;
use serde_json::json;
use server::providers::http::{BODY_LIMIT, Http};
use server::providers::{
    CiProvider, CircleCi, NotConfigured, Patience, ProviderError, Providers, SetupError, TriggerError,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::canned::{Canned, on};
use crate::world::{FAR_TOO_LONG, IMPATIENCE, MARKER, PATIENCE, circleci_target, just_now, providers_at};

const PIPELINE: &str = "GET /circleci/api/v2/pipeline/p";
const LIST: &str = "GET /circleci/api/v2/project/github/rivernews/iriversland2-kubernetes/pipeline";
const TRIGGER: &str = "POST /circleci/api/v2/project/github/rivernews/iriversland2-kubernetes/pipeline";

fn run() -> RunRef {
    RunRef { provider: ProviderKind::CircleCi, id: "p".into(), number: None, url: String::new() }
}

async fn look_at(url: &str, patience: Patience) -> ProviderError {
    let circleci = providers_at(url, patience).circleci.unwrap();
    circleci.look(&circleci_target("release"), &run()).await.unwrap_err()
}

async fn find_at(url: &str, patience: Patience) -> ProviderError {
    let circleci = providers_at(url, patience).circleci.unwrap();
    circleci.find(&circleci_target("release"), MARKER, just_now()).await.unwrap_err()
}

/// Answers each connection with these bytes, then repeats `filling` until nobody listens any more.
async fn bare_socket(head: &'static str, filling: &'static [u8]) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(head.as_bytes()).await;
            while !filling.is_empty() && stream.write_all(filling).await.is_ok() {}
        }
    });
    url
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_only_its_host_is_told() {
    let elsewhere = Canned::start([]).await;
    let stolen = format!("{}/stolen?token=canary", elsewhere.url);
    for (status, location, host) in [
        (302, stolen.as_str(), "127.0.0.1"),
        (307, stolen.as_str(), "127.0.0.1"),
        (308, "http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
    ] {
        let moved =
            [PIPELINE, LIST, TRIGGER].map(|request| on(request, status, "").header("location", location));
        let canned = Canned::start(moved).await;
        let what = format!("CircleCI answered {status}: a redirect to {host}, which we do not follow");
        assert_eq!(look_at(&canned.url, PATIENCE).await, ProviderError::Rejected(what.clone()));
        assert_eq!(find_at(&canned.url, PATIENCE).await, ProviderError::Rejected(what.clone()));
        let circleci = providers_at(&canned.url, PATIENCE).circleci.unwrap();
        let error = circleci.trigger(&circleci_target("release"), MARKER).await.unwrap_err();
        assert_eq!(error, TriggerError::Rejected(what));
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"filling\":\"";
    let url = bare_socket(head, &[b'x'; 64 * 1024]).await;
    let expected = ProviderError::Garbled("CircleCI answered with more than 5 MB".into());
    assert_eq!(look_at(&url, PATIENCE).await, expected);
    assert_eq!(find_at(&url, PATIENCE).await, expected);
}

#[tokio::test]
async fn a_length_beyond_the_limit_is_believed_without_reading() {
    let url = bare_socket("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", b"").await;
    let error = look_at(&url, PATIENCE).await;
    assert_eq!(error, ProviderError::Garbled("CircleCI answered with more than 5 MB".into()));
}

#[tokio::test]
async fn a_length_that_promises_too_much_is_a_lost_answer() {
    let url = bare_socket("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":", b"").await;
    let error = look_at(&url, PATIENCE).await;
    let ProviderError::Transient { what, .. } = &error else { panic!("{error:?}") };
    assert!(what.starts_with("the connection to CircleCI broke"), "{what}");
}

#[tokio::test]
async fn what_is_no_http_is_a_lost_answer() {
    let url = bare_socket("SSH-2.0-OpenSSH_9.7\r\n", b"").await;
    let error = look_at(&url, PATIENCE).await;
    assert!(matches!(error, ProviderError::Transient { .. }), "{error:?}");
}

#[tokio::test]
async fn the_time_limit_counts_to_the_last_byte_of_the_body() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // Something comes all the time, and the end would come in a year.
    let hung_up = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n{").await.unwrap();
        let mut drip = tokio::time::interval(Duration::from_millis(50));
        while stream.write_all(b" ").await.is_ok() {
            drip.tick().await;
        }
    });
    let error = timeout(FAR_TOO_LONG, look_at(&url, IMPATIENCE)).await.unwrap();
    let what = "CircleCI did not answer within 1 s".to_owned();
    assert_eq!(error, ProviderError::Transient { after: None, what });
    timeout(FAR_TOO_LONG, hung_up).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_refusal_whose_body_has_no_end_is_still_a_refusal() {
    let head = "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n";
    let url = bare_socket(head, &[b'x'; 64 * 1024]).await;
    assert_eq!(look_at(&url, PATIENCE).await, ProviderError::Unauthorized("CircleCI answered 401".into()));
}

#[tokio::test]
async fn compression_is_not_asked_for_and_a_bomb_is_not_unpacked() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b' '; 50 * 1024 * 1024]).unwrap();
    let bomb = packed.finish().unwrap();
    assert!(bomb.len() < BODY_LIMIT / 10);
    let canned = Canned::start([on(PIPELINE, 200, "").bytes(bomb).header("content-encoding", "gzip")]).await;
    let error = look_at(&canned.url, PATIENCE).await;
    let ProviderError::Garbled(what) = &error else { panic!("{error:?}") };
    assert!(what.starts_with("CircleCI answered 200 with JSON that we cannot read"), "{what}");
    assert_eq!(canned.only_request().header("accept-encoding"), "");
}

#[tokio::test]
async fn a_token_that_an_answer_repeats_is_blanked() {
    let canned = Canned::start([
        on(
            "POST /api/project/github/acme/shop/pipeline",
            400,
            json!({ "message": "bad token canary-0123456789" }),
        ),
        on(
            "GET /api/pipeline/p",
            200,
            json!({ "id": "p", "number": 1, "state": "canary-0123456789",
            "created_at": "2026-01-05T10:00:00Z" }),
        ),
        on("GET /api/pipeline/p/workflow", 200, json!({ "items": [], "next_page_token": null })),
    ])
    .await;
    let http = Http::new(PATIENCE.answer).unwrap();
    let token = SecretString::from("canary-0123456789");
    let api = format!("{}/api", canned.url);
    let circleci = CircleCi::new(&http, &api, &canned.url, token, PATIENCE.start).unwrap();
    let target = domain::step::CiTarget { project: "gh/acme/shop".into(), ..circleci_target("release") };

    let error = circleci.trigger(&target, MARKER).await.unwrap_err();
    assert_eq!(error.to_string(), "CircleCI answered 400: bad token [secret]");
    let report = circleci.look(&target, &run()).await.unwrap();
    assert!(!report.detail.unwrap().contains("canary"));
}

#[tokio::test]
async fn a_token_that_fits_in_no_header_is_refused_at_the_start_and_not_shown() {
    let http = Http::new(PATIENCE.answer).unwrap();
    for token in ["", "canary\n", "canary\u{7f}"] {
        let made = CircleCi::new(&http, CircleCi::API, CircleCi::APP, token.into(), PATIENCE.start);
        let error = made.err().unwrap();
        assert!(matches!(error, SetupError::Token { who: "CircleCI" }), "{error:?}");
        assert!(!error.to_string().contains("canary"));
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_at_the_start() {
    for url in ["circleci.com/api", "ftp://circleci.com", "http://", ""] {
        let made = Providers::simulated(url, Default::default(), PATIENCE);
        assert!(matches!(made.err().unwrap(), SetupError::Address { .. }), "{url:?}");
    }
}

#[tokio::test]
async fn a_ci_without_a_token_is_not_configured() {
    let providers = Providers::real(Default::default(), Patience::default()).unwrap();
    let error = providers.ci(ProviderKind::Travis).err().unwrap();
    assert_eq!(error, NotConfigured(ProviderKind::Travis));
    assert_eq!(error.to_string(), "Travis CI is not configured; set TRAVIS_TOKEN");
    assert!(providers.slack.is_none());
}
