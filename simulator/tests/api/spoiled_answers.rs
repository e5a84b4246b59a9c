//! Answers that are not what they should be, after the call took effect.

use reqwest::Method;
use serde_json::Value;
use simulator::{Endpoint, Fault, FaultKind};

use crate::support::{outside, read_text};

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
