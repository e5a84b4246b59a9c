//! The Slack sink.

use reqwest::Method;
use serde_json::json;

use crate::support::{outside, read, read_text};

#[tokio::test]
async fn what_is_not_a_message_is_refused_in_plain_text() {
    let outside = outside().await;
    let refused = [
        (outside.http.post(outside.sim.slack_url()).body("hello"), "invalid_payload"),
        (outside.slack(json!("hello")), "invalid_payload"),
        (outside.slack(json!({ "blocks": [] })), "no_text"),
        (outside.slack(json!({ "text": "" })), "no_text"),
        (outside.slack(json!({ "text": "hello", "blocks": [{ "type": "button" }] })), "invalid_blocks"),
        (
            outside.slack(json!({ "text": "hello", "blocks": [{ "type": "actions", "elements": [] }] })),
            "invalid_blocks",
        ),
    ];
    for (message, reason) in refused {
        let (status, kind, text) = read_text(message).await;
        assert_eq!((status, text.as_str()), (400, reason));
        assert!(kind.starts_with("text/plain"), "{kind}");
    }
    assert!(outside.sim.slack_messages().is_empty());
}

#[tokio::test]
async fn a_message_is_answered_with_ok_as_html_and_kept() {
    let outside = outside().await;
    let (status, kind, text) =
        read_text(outside.slack(json!({ "text": "job 128 started", "blocks": [] }))).await;
    assert_eq!((status, text.as_str()), (200, "ok"));
    assert!(kind.starts_with("text/html"), "{kind}");

    assert_eq!(outside.sim.slack_messages(), ["job 128 started"]);
    let (_, kept) = read(outside.behind_the_scenes(Method::GET, "/_slack")).await;
    assert_eq!(kept["items"][0]["text"], "job 128 started");
    assert_eq!(kept["items"][0]["body"]["blocks"], json!([]));
    assert!(kept["items"][0]["at"].is_string());
}

#[tokio::test]
async fn an_address_that_is_no_webhook_is_not_found() {
    let outside = outside().await;
    let (status, _, text) = read_text(outside.behind_the_scenes(Method::POST, "/slack/services/T0")).await;
    assert_eq!((status, text.as_str()), (404, "no_service"));
}
