//! S16: a share opens what it is of and nothing beside it.

use domain::catalogue::ClusterSpec;
use domain::size::Size;
use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use server::web::SHARE_PARTS;
use sqlx::PgPool;

use crate::share_receipts::receipt;
use crate::shares::share;
use crate::support::{API_TOKEN, CLUSTER, Events, Service};

/// S16
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_parameter_topic_or_id_leads_out_of_a_share(pool: PgPool) {
    let service = Service::real(pool).await;
    let own = service.accept("guide", Some(Size::M)).await;
    let other = service.accept("up", Some(Size::L)).await;
    let (path, _) = share(&service, json!({ "job": own, "detail": "summary" })).await;
    let page = |path: String| {
        let request = service.get(&path);
        async { request.send().await.unwrap().text().await.unwrap() }
    };
    let plain: serde_json::Value = serde_json::from_str(&page(format!("{path}/status.json")).await).unwrap();
    for query in [
        format!("?job={other}"),
        "?cluster=iriversland2&detail=steps_and_log&cost=on&names=on".into(),
        "?topics=clusters,jobs&after=1".into(),
        "?view=admin".into(),
    ] {
        let widened: serde_json::Value =
            serde_json::from_str(&page(format!("{path}/status.json{query}")).await).unwrap();
        assert_eq!((&widened["title"], &widened["steps"]), (&plain["title"], &plain["steps"]), "{query}");
        let shown = page(format!("{path}{query}")).await;
        assert!(
            !shown.contains("class=\"shared-steps\"") && !shown.contains("slack-middleware"),
            "{query}: {shown}"
        );
    }
    let token = path.trim_start_matches("/s/");
    for elsewhere in [
        format!("{path}/jobs/{other}"),
        format!("{path}/../jobs/{other}"),
        format!("{path}/status.xml"),
        format!("/s/{token}%2f..%2fjobs"),
        format!("/s/{CLUSTER}"),
        format!("/s/{own}"),
    ] {
        let status = service.get(&elsewhere).send().await.unwrap().status().as_u16();
        assert!(matches!(status, 401 | 404), "{elsewhere}: {status}");
    }
    // A link is no login: neither as a cookie, nor as a bearer token, nor in the address.
    for path in ["/events?topics=jobs", "/api/v1/jobs", "/"] {
        let request = service
            .get(path)
            .bearer_auth(token)
            .header("cookie", format!("session={token}; new_share={token}"));
        let status = request.send().await.unwrap().status().as_u16();
        assert!(matches!(status, 401 | 303), "{path}: {status}");
    }
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let status = service.request(method.clone(), &path).send().await.unwrap().status();
        assert!(status.is_client_error(), "{method}: {status}");
    }
}

const OTHER: &str = "elsewhere";

/// Everything that a part of a share tells.
async fn told(service: &Service, path: &str, part: &str) -> String {
    let at = format!("{path}{part}");
    if part.ends_with("events") {
        return Events::open(service.get(&at)).await.next_named("page").await.data.to_string();
    }
    let answer = service.get(&at).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{at}");
    String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned()
}

/// A second cluster on which something of every kind goes on: a job at work, one that has ended, an end, a schedule.
async fn with_another(pool: &PgPool) -> Service {
    let service = Service::real_with(pool.clone(), |catalogue| {
        let first = catalogue.clusters[0].clone();
        catalogue.clusters.push(ClusterSpec { name: OTHER.into(), ..first });
    })
    .await;
    let ended = service.accept_on(OTHER, "up", Some(Size::L)).await;
    sqlx::query("update job set state = 'failed', outcome = 'Failed on elsewhere.', started_at = now(), finished_at = now() where job_number = $1")
        .bind(ended)
        .execute(pool)
        .await
        .unwrap();
    service.accept_on(OTHER, "guide", Some(Size::M)).await;
    sqlx::query("update cluster set state = 'up', size = 'm' where cluster_name = $1")
        .bind(OTHER)
        .execute(pool)
        .await
        .unwrap();
    let draft = json!({ "name": "nights", "routine": "guide", "cluster": OTHER, "size": "m", "cron": "0 9 * * *", "zone": "UTC" });
    let add = service.post("/api/v1/schedules").header(AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    assert_eq!(add.json(&draft).send().await.unwrap().status(), 201);
    service
}

/// S16
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_part_of_a_shared_cluster_or_receipt_tells_of_another_cluster(pool: PgPool) {
    let service = with_another(&pool).await;
    let receipt = receipt(&service, &pool).await;
    service.accept("guide", Some(Size::M)).await;
    for body in [json!({ "cluster": CLUSTER }), json!({ "receipt": receipt })] {
        let mut all = body.clone();
        for (name, value) in
            [("detail", json!("steps_and_log")), ("shows_cost", json!(true)), ("shows_names", json!(true))]
        {
            all[name] = value;
        }
        let (path, _) = share(&service, all).await;
        for part in SHARE_PARTS {
            let told = told(&service, &path, part).await;
            assert!(!told.contains(OTHER) && !told.contains("nights"), "{body} {part}: {told}");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_share_of_all_clusters_tells_of_each_in_every_form(pool: PgPool) {
    let service = with_another(&pool).await;
    let (path, id) = share(&service, json!({ "all": true, "label": "the hall" })).await;
    for part in SHARE_PARTS {
        let told = told(&service, &path, part).await;
        // A picture has no words, a badge counts, and a feed of jobs tells of clusters that had some.
        let names: &[&str] = match part {
            "/og.png" | "/badge.svg" | "/badge.json" => &[],
            "/cctray.xml" | "/feed.atom" | "/calendar.ics" => &[OTHER],
            _ => &[CLUSTER, OTHER],
        };
        for name in names {
            assert!(told.contains(name), "{name} {part}: {told}");
        }
    }
    let status: Value = serde_json::from_str(&told(&service, &path, "/status.json").await).unwrap();
    assert_eq!((&status["what"], &status["state"]), (&json!("clusters"), &json!("up")));
    assert_eq!(status["clusters"].as_array().unwrap().len(), 2);
    assert!(told(&service, &path, "/badge.svg").await.contains("Clusters: 1 up, 1 down"));
    let listed =
        service.get(&format!("/api/v1/shares/{id}")).header(AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    let listed: Value = listed.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&listed["all"], &listed["cluster"], &listed["label"]),
        (&json!(true), &Value::Null, &json!("the hall"))
    );
    let mut wall = Events::open(service.get(&format!("{path}/wall/events"))).await;
    wall.next_named("page").await;
    service.accept("guide", Some(Size::M)).await;
    wall.next_where("page", |data| data["html"].as_str().unwrap().contains("guide on iriversland2")).await;
}
