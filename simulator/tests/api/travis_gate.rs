//! What comes before the Travis API v3: the choice of its version, and the token. There is no 401.

use reqwest::Method;
use serde_json::json;
use simulator::Settings;

use crate::support::{REPOSITORY, TOKEN, outside, outside_with, read, read_text, text};

#[tokio::test]
async fn who_chooses_no_version_finds_nothing() {
    let outside = outside().await;
    let url = format!("{}/repo/{REPOSITORY}/requests", outside.sim.travis_url());
    let unversioned = outside.http.post(url).header("Authorization", format!("token {TOKEN}"));
    assert_eq!(read(unversioned).await.0, 404);
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn the_version_can_be_chosen_by_header_path_or_accept() {
    let outside = outside().await;
    let base = outside.sim.travis_url();
    let requests = format!("/repo/{REPOSITORY}/requests");
    let token = format!("token {TOKEN}");
    let ways = [
        outside.http.get(format!("{base}{requests}")).header("Travis-API-Version", "3"),
        outside.http.get(format!("{base}/v3{requests}")),
        outside.http.get(format!("{base}{requests}")).header("Accept", "application/vnd.travis-ci.3+json"),
    ];
    for way in ways {
        assert_eq!(read(way.header("Authorization", &token)).await.0, 200);
    }
}

#[tokio::test]
async fn addresses_begin_with_the_version_for_who_chose_it_by_path() {
    let outside = outside().await;
    let request = outside.travis_request("op-1").await;
    let by_header = outside.travis_get(&format!("/repo/{REPOSITORY}/request/{request}")).await;
    let by_path = outside.travis_get(&format!("/v3/repo/{REPOSITORY}/request/{request}")).await;
    assert_eq!(by_path["@href"], format!("/v3{}", text(&by_header["@href"])));
}

#[tokio::test]
async fn without_a_token_a_login_is_required() {
    let outside = outside().await;
    let url = format!("{}/repo/{REPOSITORY}/requests", outside.sim.travis_url());
    let (status, body) = read(outside.http.post(url).header("Travis-API-Version", "3")).await;
    let refusal =
        json!({ "@type": "error", "error_type": "login_required", "error_message": "login required" });
    assert_eq!((status, body), (403, refusal));
}

#[tokio::test]
async fn a_token_that_does_not_exist_is_denied_in_plain_text() {
    let settings = Settings { accepted_tokens: vec!["other".to_owned()], ..Settings::default() };
    let outside = outside_with(settings).await;
    let (status, kind, text) = read_text(outside.travis_trigger("op-1")).await;
    assert_eq!((status, text.as_str()), (403, "access denied"));
    assert!(kind.starts_with("text/plain"), "{kind}");
}

#[tokio::test]
async fn a_token_may_stand_in_quotes_or_be_the_user_of_basic_auth() {
    let settings = Settings { accepted_tokens: vec![TOKEN.to_owned()], ..Settings::default() };
    let outside = outside_with(settings).await;
    let url = format!("{}/v3/repo/{REPOSITORY}/requests", outside.sim.travis_url());
    let quoted = outside.http.get(&url).header("Authorization", format!("token \"{TOKEN}\""));
    assert_eq!(read(quoted).await.0, 200);
    assert_eq!(read(outside.http.get(&url).basic_auth(TOKEN, Some(""))).await.0, 200);
}

#[tokio::test]
async fn a_repository_is_named_by_an_encoded_slug_or_its_id() {
    let outside = outside().await;
    let request = outside.travis_request("op-1").await;
    for name in [REPOSITORY, "github/rivernews%2Fslack-middleware-server", "1"] {
        outside.travis_get(&format!("/repo/{name}/request/{request}")).await;
    }
    for name in ["rivernews/slack-middleware-server", "slack-middleware-server", "99"] {
        let (status, body) =
            read(outside.travis(Method::GET, &format!("/repo/{name}/request/{request}"))).await;
        assert_eq!((status, &body["error_type"]), (404, &json!("not_found")), "{name}");
        assert_eq!(body["error_message"], "repository not found (or insufficient access)");
    }
}
