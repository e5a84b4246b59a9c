//! The API of DigitalOcean: who may ask, how lists come in pages, how errors are worded.

use reqwest::Method;
use serde_json::json;
use simulator::{Endpoint, Fault, FaultKind, Settings};

use crate::support::{TOKEN, outside, outside_with, read, text};

#[tokio::test]
async fn a_token_that_is_missing_or_not_known_is_refused() {
    let settings = Settings { accepted_tokens: vec!["other".to_owned()], ..Settings::default() };
    let outside = outside_with(settings).await;
    let url = format!("{}/v2/droplets", outside.sim.digitalocean_url());
    let refused = json!({ "id": "unauthorized", "message": "Unable to authenticate you." });
    let calls = [outside.http.get(&url), outside.http.get(&url).bearer_auth(TOKEN)];
    for call in calls {
        assert_eq!(read(call).await, (401, refused.clone()));
    }
    assert_eq!(read(outside.http.get(&url).bearer_auth("other")).await.0, 200);
}

#[tokio::test]
async fn the_token_may_read_and_nothing_else() {
    let outside = outside_with(Settings { starts_with_a_cluster: true, ..Settings::default() }).await;
    let cluster = text(&outside.in_the_cloud("kubernetes_clusters").await[0]["id"]);
    let writes = [
        (Method::DELETE, format!("/v2/kubernetes/clusters/{cluster}")),
        (Method::POST, "/v2/kubernetes/clusters".to_owned()),
        (Method::DELETE, "/v2/droplets/1".to_owned()),
    ];
    for (method, path) in writes {
        let url = format!("{}{path}", outside.sim.digitalocean_url());
        let (status, refused) = read(outside.http.request(method, url).bearer_auth(TOKEN)).await;
        assert_eq!((status, &refused["id"]), (403, &json!("forbidden")), "{path}");
    }
    assert_eq!(outside.cloud_counts().await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let outside = outside().await;
    let missing = json!({ "id": "not_found", "message": "The resource you requested could not be found." });
    for path in
        ["/v2/kubernetes/clusters/bd5f5959-5e1e-4205-a714-a914373942af", "/v2/snapshots", "/v1/droplets"]
    {
        assert_eq!(read(outside.digitalocean(path)).await, (404, missing.clone()), "{path}");
    }
}

#[tokio::test]
async fn faults_strike_here_too_in_the_words_of_the_service() {
    let outside = outside().await;
    let refusals = [
        (FaultKind::Unauthorized, 401, "unauthorized"),
        (FaultKind::RateLimited, 429, "too_many_requests"),
        (FaultKind::Status500, 500, "server_error"),
    ];
    for (kind, status, id) in refusals {
        outside.sim.inject(Fault::on(Endpoint::DigitaloceanVolumes, kind)).unwrap();
        let (answered, body) = read(outside.digitalocean("/v2/volumes")).await;
        assert_eq!((answered, &body["id"]), (status, &json!(id)));
    }
}

#[tokio::test]
async fn every_answer_tells_what_is_left_of_the_hour() {
    let outside = outside().await;
    let mut remaining = Vec::new();
    for _ in 0..2 {
        let answer = outside.digitalocean("/v2/account").send().await.unwrap();
        assert_eq!(answer.headers()["ratelimit-limit"], "5000");
        let reset: i64 = answer.headers()["ratelimit-reset"].to_str().unwrap().parse().unwrap();
        assert!(reset > 1_700_000_000, "{reset}");
        remaining.push(answer.headers()["ratelimit-remaining"].to_str().unwrap().to_owned());
    }
    assert_eq!(remaining, ["4999", "4998"]);

    outside.wait(3600);
    let answer = outside.digitalocean("/v2/account").send().await.unwrap();
    assert_eq!(answer.headers()["ratelimit-remaining"], "4999");
}

#[tokio::test]
async fn one_page_has_no_links() {
    let outside = outside().await;
    let empty = json!({ "droplets": [], "links": {}, "meta": { "total": 0 } });
    assert_eq!(outside.digitalocean_get("/v2/droplets").await, empty);
}

#[tokio::test]
async fn the_links_lead_through_all_pages_and_keep_the_filter() {
    let outside = outside().await;
    for place in 0..45 {
        outside.sim.add_stranger(&format!("stranger-{place}"));
    }
    let first = outside.digitalocean_get("/v2/droplets?tag_name=k8s").await;
    assert_eq!((&first["meta"]["total"], first["droplets"].as_array().unwrap().len()), (&json!(45), 20));
    assert_eq!(first["links"]["pages"].get("prev"), None);

    let mut page = first;
    let mut seen = 20;
    while let Some(next) = page["links"]["pages"]["next"].as_str() {
        assert!(next.contains("tag_name=k8s") && next.starts_with(&outside.sim.digitalocean_url()), "{next}");
        page = read(outside.http.get(next).bearer_auth(TOKEN)).await.1;
        seen += page["droplets"].as_array().unwrap().len();
    }
    assert_eq!(seen, 45);
    let pages = &page["links"]["pages"];
    assert!(text(&pages["first"]).ends_with("page=1&per_page=20"), "{pages}");
    assert!(text(&pages["prev"]).ends_with("page=2&per_page=20"), "{pages}");
    assert_eq!(pages.get("last"), None);
}

#[tokio::test]
async fn a_page_has_two_hundred_items_at_most() {
    let outside = outside().await;
    for place in 0..201 {
        outside.sim.add_stranger(&format!("stranger-{place}"));
    }
    let page = outside.digitalocean_get("/v2/kubernetes/clusters?per_page=500").await;
    assert_eq!(page["kubernetes_clusters"].as_array().unwrap().len(), 200);
    let beyond = outside.digitalocean_get("/v2/kubernetes/clusters?page=12").await;
    assert_eq!((&beyond["kubernetes_clusters"], &beyond["meta"]["total"]), (&json!([]), &json!(201)));
}

#[tokio::test]
async fn a_page_that_is_no_number_is_refused() {
    let outside = outside().await;
    for query in ["page=two", "per_page=-1"] {
        let (status, refused) = read(outside.digitalocean(&format!("/v2/volumes?{query}"))).await;
        assert_eq!((status, &refused["id"]), (400, &json!("bad_request")), "{query}");
    }
}

#[tokio::test]
async fn sizes_have_prices_that_are_not_round() {
    let outside = outside().await;
    let sizes = outside.in_the_cloud("sizes").await;
    let slugs: Vec<_> = sizes.iter().map(|size| text(&size["slug"])).collect();
    assert_eq!(slugs, ["s-1vcpu-3gb", "s-2vcpu-4gb", "s-4vcpu-8gb"]);
    for (size, (monthly, hourly)) in sizes.iter().zip([(15.0, 0.02232), (24.0, 0.03571), (48.0, 0.07143)]) {
        assert_eq!(size["price_monthly"], json!(monthly));
        let sent = size["price_hourly"].as_f64().unwrap();
        assert!((sent - hourly).abs() < 0.000_005 && sent != hourly, "{sent}");
    }
}

#[tokio::test]
async fn the_account_is_active() {
    let outside = outside().await;
    assert_eq!(outside.digitalocean_get("/v2/account").await["account"]["status"], "active");
}
