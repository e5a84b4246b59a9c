//! Answers that are not what they should be, after the call took effect.

use std::io::Read;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use simulator::{Endpoint, Fault, FaultKind};

use crate::support::{outside, read, read_text};

#[tokio::test]
async fn an_error_page_of_a_gateway_is_html() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::Html)).unwrap();
    let (status, kind, text) = read_text(outside.travis_trigger("op-1")).await;
    assert_eq!(status, 502);
    assert!(kind.starts_with("text/html") && text.starts_with("<html>"), "{kind} {text}");
}

#[tokio::test]
async fn half_a_json_comes_with_the_status_of_the_whole() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::TruncatedJson)).unwrap();
    let (status, _, text) = read_text(outside.circleci_trigger("release")).await;
    assert_eq!(status, 201);
    assert!(text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err(), "{text}");
    assert_eq!(outside.sim.effective_runs().len(), 1);

    outside.sim.inject(Fault::on(Endpoint::CircleciMe, FaultKind::TruncatedJson)).unwrap();
    let (status, _, text) = read_text(outside.circleci(Method::GET, "/me")).await;
    assert!(status == 200 && serde_json::from_str::<Value>(&text).is_err(), "{status} {text}");
}

#[tokio::test]
async fn a_huge_body_is_fifty_megabytes_of_json() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::HugeBody)).unwrap();
    let mut answer = outside.circleci_trigger("release").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.content_length()), (201, None));
    let (mut length, mut first, mut last) = (0, None, None);
    while let Some(chunk) = answer.chunk().await.unwrap() {
        length += chunk.len();
        first = first.or(chunk.first().copied());
        last = chunk.last().copied();
    }
    assert!(length > 50 * 1024 * 1024, "{length}");
    assert_eq!((first, last), (Some(b'{'), Some(b'}')));
    assert_eq!(outside.sim.effective_runs().len(), 1);
}

#[tokio::test]
async fn an_error_after_accepting_hides_a_run() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::ErrorAfterAccepting)).unwrap();
    let answer = read(outside.circleci_trigger("release")).await;
    assert_eq!(answer, (500, json!({ "message": "Internal server error" })));
    let runs = outside.sim.effective_runs();
    assert_eq!(outside.sim.log()[0].made_effective, [runs[0].id.clone()]);
}

#[tokio::test]
async fn a_redirect_leads_to_the_credentials_of_a_data_centre_and_starts_nothing() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::Redirect)).unwrap();
    let stays = Client::builder().redirect(Policy::none()).build().unwrap();
    let trigger = outside.circleci_trigger("release").build().unwrap();
    let answer = stays.execute(trigger).await.unwrap();
    assert_eq!(answer.status().as_u16(), 302);
    assert_eq!(answer.headers()["location"], "http://169.254.169.254/");
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn a_gzip_bomb_is_small_until_it_is_unpacked() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::GzipBomb)).unwrap();
    let answer = outside.circleci_trigger("release").send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-encoding"]),
        (201, &"gzip".parse().unwrap())
    );
    let packed = answer.bytes().await.unwrap();
    assert!(packed.len() < 100 * 1024, "{}", packed.len());

    let mut unpacked = Vec::new();
    GzDecoder::new(packed.as_ref()).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked.len() > 50 * 1024 * 1024, "{}", unpacked.len());
    assert_eq!((unpacked.first(), unpacked.last()), (Some(&b'{'), Some(&b'}')));
    assert_eq!(outside.sim.effective_runs().len(), 1);
}

#[tokio::test]
async fn an_endless_body_goes_on_for_as_long_as_somebody_reads() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::EndlessBody)).unwrap();
    let mut answer = outside.travis_trigger("op-1").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.content_length()), (202, None));
    let mut length = 0;
    while length < 60 * 1024 * 1024 {
        length += answer.chunk().await.unwrap().expect("there is more").len();
    }
    assert_eq!(outside.sim.effective_runs().len(), 1);
}

#[tokio::test]
async fn a_slow_body_brings_one_byte_a_second() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::SlowBody)).unwrap();
    let mut answer = outside.circleci_trigger("release").send().await.unwrap();
    assert!(answer.content_length().is_some_and(|length| length > 100));
    assert_eq!(answer.chunk().await.unwrap().as_deref(), Some(b"{".as_slice()));
    let first = Instant::now();
    assert_eq!(answer.chunk().await.unwrap().map(|chunk| chunk.len()), Some(1));
    let pause = first.elapsed();
    assert!((Duration::from_millis(500)..Duration::from_secs(5)).contains(&pause), "{pause:?}");
    assert_eq!(outside.sim.effective_runs().len(), 1);
}
