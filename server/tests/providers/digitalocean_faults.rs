//! DigitalOcean on its bad days: whatever it answers, nothing looks as if it were gone.

use std::time::Duration;

use domain::cloud::Resource;
use serde_json::{Value, json};
use server::providers::{CloudObserver, ProviderError};
use simulator::{Endpoint, Fault, FaultKind, Settings};

use crate::canned::{Answer, Canned, on};
use crate::digitalocean::{account, look_at};
use crate::world::{World, patience_with};

const ENDPOINTS: [Endpoint; 4] = [
    Endpoint::DigitaloceanClusters,
    Endpoint::DigitaloceanDroplets,
    Endpoint::DigitaloceanLoadBalancers,
    Endpoint::DigitaloceanVolumes,
];

async fn look_answered(answer: Answer) -> Result<Vec<Resource>, ProviderError> {
    look_at(&account([answer]).await).await
}

/// A world with a cluster, in which one of the four lists meets this.
async fn look_struck_by(endpoint: Endpoint, kind: FaultKind) -> Result<Vec<Resource>, ProviderError> {
    let settings = Settings { starts_with_a_cluster: true, ..Settings::default() };
    let world = World::with(settings, patience_with(kind)).await;
    world.simulator.inject(Fault::on(endpoint, kind)).unwrap();
    world.providers.observer.as_ref().unwrap().look().await
}

#[tokio::test]
async fn one_list_that_fails_fails_the_whole_look() {
    for endpoint in ENDPOINTS {
        let error = look_struck_by(endpoint, FaultKind::Status500).await.unwrap_err();
        let what = "DigitalOcean answered 500: Unexpected server-side error".to_owned();
        assert_eq!(error, ProviderError::Transient { after: None, what }, "{endpoint:?}");
    }
}

#[tokio::test]
async fn credentials_that_are_not_accepted_are_told_and_are_no_proof() {
    for endpoint in ENDPOINTS {
        let error = look_struck_by(endpoint, FaultKind::Unauthorized).await.unwrap_err();
        let expected = "DigitalOcean answered 401: Unable to authenticate you.";
        assert_eq!(error, ProviderError::Unauthorized(expected.into()), "{endpoint:?}");
    }
    // A token without the right to read just this list.
    let forbidden = json!({ "id": "forbidden", "message": "You are missing the required permission load_balancer:read." });
    let error = look_answered(on("GET /digitalocean/v2/load_balancers", 403, forbidden)).await.unwrap_err();
    let expected = "DigitalOcean answered 403: You are missing the required permission load_balancer:read.";
    assert_eq!(error, ProviderError::Unauthorized(expected.into()));
}

#[tokio::test]
async fn a_list_that_is_not_found_is_no_empty_list() {
    let missing = json!({ "id": "not_found", "message": "The resource you requested could not be found." });
    let error =
        look_answered(on("GET /digitalocean/v2/kubernetes/clusters", 404, missing)).await.unwrap_err();
    let expected = "DigitalOcean answered 404: The resource you requested could not be found.";
    assert_eq!(error, ProviderError::NotFound(expected.into()));
}

#[tokio::test]
async fn a_used_up_limit_says_how_long_to_stay_away() {
    let limited =
        || on("GET /digitalocean/v2/volumes", 429, json!({ "message": "API rate limit exceeded." }));
    let asked = async |answer: Answer| match look_answered(answer).await {
        Err(ProviderError::Transient { after, .. }) => after,
        other => panic!("{other:?}"),
    };
    assert_eq!(asked(limited().header("retry-after", "17")).await, Some(Duration::from_secs(17)));
    let in_years = limited().header("ratelimit-reset", "9999999999");
    assert_eq!(asked(in_years).await, Some(Duration::from_secs(24 * 60 * 60)), "no longer than a day");
    assert_eq!(asked(limited()).await, None);
}

#[tokio::test]
async fn an_answer_without_its_list_is_an_error() {
    for body in [
        json!({}),
        json!({ "links": {}, "meta": { "total": 0 } }),
        json!({ "droplets": [], "meta": { "total": 0 } }),
        json!({ "kubernetes_clusters": null, "meta": { "total": 0 } }),
        json!({ "kubernetes_clusters": {}, "meta": { "total": 0 } }),
        json!({ "kubernetes_clusters": "none" }),
        json!([]),
        json!(null),
        json!(0),
    ] {
        let error =
            look_answered(on("GET /digitalocean/v2/kubernetes/clusters", 200, &body)).await.unwrap_err();
        let ProviderError::Garbled(what) = &error else { panic!("{body}: {error:?}") };
        assert!(
            what.starts_with("DigitalOcean answered 200 with JSON that we cannot read: "),
            "{body}: {what}"
        );
    }
    for (body, expected) in [
        ("", "DigitalOcean answered 200 with nothing in it"),
        ("<html>Maintenance</html>", "DigitalOcean answered with HTML instead of JSON (200)"),
    ] {
        let error = look_answered(on("GET /digitalocean/v2/kubernetes/clusters", 200, body)).await;
        assert_eq!(error, Err(ProviderError::Garbled(expected.into())));
    }
}

#[tokio::test]
async fn a_thing_that_could_not_be_recognised_is_an_error() {
    for item in [
        json!({ "name": "pool-1" }),
        json!({ "id": 1 }),
        json!({ "id": 1, "name": null }),
        json!({ "id": 1, "name": "pool-1", "tags": "k8s" }),
        json!({ "id": 1, "name": "pool-1", "tags": [7] }),
        json!({ "id": "one", "name": "pool-1" }),
        json!(null),
    ] {
        let list = json!({ "droplets": [item], "meta": { "total": 1 } });
        let error = look_answered(on("GET /digitalocean/v2/droplets", 200, &list)).await.unwrap_err();
        assert!(matches!(error, ProviderError::Garbled(_)), "{list}: {error:?}");
    }
}

#[tokio::test]
async fn where_a_list_goes_on_has_to_be_readable() {
    for (links, meta) in [
        (json!("none"), Value::Null),
        (json!({ "pages": { "next": 2 } }), Value::Null),
        (Value::Null, json!({ "total": "many" })),
        (Value::Null, json!({ "total": -1 })),
    ] {
        let list = json!({ "droplets": [], "links": links, "meta": meta });
        let error = look_answered(on("GET /digitalocean/v2/droplets", 200, &list)).await.unwrap_err();
        assert!(matches!(error, ProviderError::Garbled(_)), "{list}: {error:?}");
    }
}

#[tokio::test]
async fn a_lost_or_broken_answer_may_come_later() {
    for kind in [
        FaultKind::Html,
        FaultKind::RateLimited,
        FaultKind::RateLimitedWithoutHint,
        FaultKind::Hang,
        FaultKind::SlowBody,
        FaultKind::DropAnswer,
    ] {
        let error = look_struck_by(Endpoint::DigitaloceanDroplets, kind).await.unwrap_err();
        assert!(matches!(error, ProviderError::Transient { .. }), "{kind:?}: {error:?}");
    }
    for kind in [FaultKind::HugeBody, FaultKind::EndlessBody, FaultKind::GzipBomb, FaultKind::TruncatedJson] {
        let error = look_struck_by(Endpoint::DigitaloceanDroplets, kind).await.unwrap_err();
        assert!(matches!(error, ProviderError::Garbled(_)), "{kind:?}: {error:?}");
    }
}

#[tokio::test]
async fn no_redirect_gets_to_see_the_token() {
    let elsewhere = Canned::start([]).await;
    let moved =
        on("GET /digitalocean/v2/droplets", 301, "").header("location", format!("{}/x", elsewhere.url));
    let error = look_answered(moved).await.unwrap_err();
    let expected = "DigitalOcean answered 301: a redirect to 127.0.0.1, which we do not follow";
    assert_eq!(error, ProviderError::Rejected(expected.into()));
    assert!(elsewhere.asked().is_empty());
    for endpoint in ENDPOINTS {
        let error = look_struck_by(endpoint, FaultKind::Redirect).await.unwrap_err();
        assert!(matches!(error, ProviderError::Rejected(_)), "{endpoint:?}: {error:?}");
    }
}
