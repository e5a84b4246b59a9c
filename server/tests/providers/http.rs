//! Where HTTP itself is broken: redirects, lengths that lie, bodies without end, tokens that come back.

use std::time::{Duration, Instant};

use domain::run::{ProviderKind, RunRef};
use secrecy::SecretString;
use serde_json::json;
use server::providers::http::Http;
use server::providers::{
    CiProvider, CircleCi, NotConfigured, Patience, ProviderError, Providers, SetupError,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::canned::{Canned, on};
use crate::world::{IMPATIENCE, MARKER, PATIENCE, circleci_target, providers_at};

const PIPELINE: &str = "GET /circleci/api/v2/pipeline/p";

fn run() -> RunRef {
    RunRef { provider: ProviderKind::CircleCi, id: "p".into(), number: None, url: String::new() }
}

async fn look_at(url: &str, patience: Patience) -> ProviderError {
    let circleci = providers_at(url, patience).circleci.unwrap();
    circleci.look(&circleci_target("release"), &run()).await.unwrap_err()
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
    let elsewhere = Canned::start([on("GET /stolen", 200, "{}")]).await;
    let location = format!("{}/stolen?token=canary", elsewhere.url);
    let canned = Canned::start([on(PIPELINE, 302, "").header("location", location)]).await;
    let error = look_at(&canned.url, PATIENCE).await;
    let expected = "CircleCI answered 302: a redirect to 127.0.0.1, which we do not follow";
    assert_eq!(error, ProviderError::Rejected(expected.into()));
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"filling\":\"";
    let url = bare_socket(head, &[b'x'; 64 * 1024]).await;
    let error = look_at(&url, PATIENCE).await;
    assert_eq!(error, ProviderError::Garbled("CircleCI answered with more than 5 MB".into()));
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
    let never_finished = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{").await.unwrap();
        std::future::pending::<()>().await;
    });
    let begun = Instant::now();
    let error = look_at(&url, IMPATIENCE).await;
    let what = "CircleCI did not answer within 1 s".to_owned();
    assert_eq!(error, ProviderError::Transient { after: None, what });
    assert!(begun.elapsed() < Duration::from_secs(5));
    never_finished.abort();
}

#[tokio::test]
async fn a_refusal_whose_body_has_no_end_is_still_a_refusal() {
    let head = "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n";
    let url = bare_socket(head, &[b'x'; 64 * 1024]).await;
    assert_eq!(look_at(&url, PATIENCE).await, ProviderError::Unauthorized("CircleCI answered 401".into()));
}

#[tokio::test]
async fn compression_is_not_asked_for_and_not_undone() {
    let canned =
        Canned::start([on(PIPELINE, 200, "\u{1f}\u{8b}not really").header("content-encoding", "gzip")]).await;
    let error = look_at(&canned.url, PATIENCE).await;
    assert!(matches!(error, ProviderError::Garbled(_)), "{error:?}");
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
