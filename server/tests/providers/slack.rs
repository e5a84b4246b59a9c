//! Slack's incoming webhook.

use std::time::Duration;

use serde_json::json;
use server::providers::http::Http;
use server::providers::{LinkButton, ProviderError, Slack};
use simulator::{Endpoint, Fault, FaultKind};

use crate::canned::{Canned, on};
use crate::world::{IMPATIENCE, PATIENCE, World};

const WEBHOOK: &str = "/services/T0CANARY/B0CANARY/webhook-canary";

async fn post_struck_by(kind: FaultKind) -> ProviderError {
    let patience = if kind == FaultKind::Hang { IMPATIENCE } else { PATIENCE };
    let world = World::struck_by(Fault::on(Endpoint::SlackPost, kind), patience).await;
    world.providers.slack.unwrap().post("hello", &[]).await.unwrap_err()
}

fn slack_at(url: &str) -> Slack {
    Slack::new(&Http::new(PATIENCE.answer).unwrap(), format!("{url}{WEBHOOK}").into()).unwrap()
}

#[tokio::test]
async fn a_message_arrives_as_it_was_written() {
    let world = World::new().await;
    let slack = world.providers.slack.unwrap();
    slack.post("Job #128 guide: cluster is up ✓", &[]).await.unwrap();
    slack.post("a < b && <!channel> > c", &[]).await.unwrap();
    let expected = ["Job #128 guide: cluster is up ✓", "a &lt; b &amp;&amp; &lt;!channel&gt; &gt; c"];
    assert_eq!(world.simulator.slack_messages(), expected);
}

#[tokio::test]
async fn a_button_leads_to_a_page_of_ours_and_is_left_out_where_nobody_knows_where_that_is() {
    let world = World::new().await;
    let slack = world.providers.slack.unwrap();
    let extend = LinkButton { title: "Extend", path: "/clusters/prod/extend" };
    slack.post("prod ends <soon>", &[extend]).await.unwrap();
    let slack = slack.linking_to("https://head.example.org".parse().unwrap());
    slack.post("prod ends <soon>", &[extend]).await.unwrap();
    let text = "prod ends &lt;soon&gt;";
    let said = json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } });
    let button = json!({
        "type": "button",
        "text": { "type": "plain_text", "text": "Extend" },
        "url": "https://head.example.org/clusters/prod/extend",
    });
    let expected = [
        json!({ "text": text }),
        json!({ "text": text, "blocks": [said, { "type": "actions", "elements": [button] }] }),
    ];
    assert_eq!(world.simulator.slack_bodies(), expected);
}

#[tokio::test]
async fn a_refusal_in_plain_text_has_its_meaning() {
    for (kind, expected) in [
        (FaultKind::Unauthorized, ProviderError::Unauthorized("Slack answered 403: invalid_token".into())),
        (
            FaultKind::RateLimited,
            ProviderError::Transient {
                after: Some(Duration::from_secs(1)),
                what: "Slack answered 429: ratelimited".into(),
            },
        ),
        (
            FaultKind::Hang,
            ProviderError::Transient { after: None, what: "Slack did not answer within 1 s".into() },
        ),
    ] {
        assert_eq!(post_struck_by(kind).await, expected);
    }
    for (status, body, expected) in [
        (404, "no_service", ProviderError::NotFound("Slack answered 404: no_service".into())),
        (
            410,
            "channel_is_archived",
            ProviderError::Rejected("Slack answered 410: channel_is_archived".into()),
        ),
        (400, "invalid_payload", ProviderError::Rejected("Slack answered 400: invalid_payload".into())),
    ] {
        let canned =
            Canned::start([on("POST /services/T0CANARY/B0CANARY/webhook-canary", status, body)]).await;
        assert_eq!(slack_at(&canned.url).post("hello", &[]).await, Err(expected));
    }
}

#[tokio::test]
async fn an_empty_message_is_refused_by_slack_and_not_by_a_panic() {
    let world = World::new().await;
    let error = world.providers.slack.unwrap().post("", &[]).await.unwrap_err();
    assert_eq!(error, ProviderError::Rejected("Slack answered 400: no_text".into()));
}

#[tokio::test]
async fn the_webhook_is_never_shown() {
    let canned = Canned::start([on(
        "POST /services/T0CANARY/B0CANARY/webhook-canary",
        404,
        format!("nothing at {WEBHOOK}"),
    )])
    .await;
    let error = slack_at(&canned.url).post("hello", &[]).await.unwrap_err();
    assert_eq!(error, ProviderError::NotFound("Slack answered 404: nothing at [secret]".into()));

    drop(canned);
    let nobody = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap();
    let error = slack_at(&format!("http://{nobody}")).post("hello", &[]).await.unwrap_err();
    assert!(!error.to_string().contains("canary"), "{error}");

    let refused =
        Slack::new(&Http::new(PATIENCE.answer).unwrap(), "webhook-canary".to_owned().into()).err().unwrap();
    assert!(!refused.to_string().contains("canary"), "{refused}");
}
