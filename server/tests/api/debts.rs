//! Taking a debt over, accepting what is left, adopting what is found: by their pages and over the API.

use domain::cloud::{Resource, ResourceKind};
use domain::obligation::ObligationState;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{API_TOKEN, CLUSTER, Service};

const HOSTILE: &str = "<script>alert(1)</script>";

async fn post(service: &Service, path: &str, body: Value) -> (u16, Value) {
    let request = service.post(&format!("/api/v1/clusters/{path}")).bearer_auth(API_TOKEN).json(&body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Something is owed since two hours, and could not be destroyed twice.
async fn is_owed(service: &Service, pool: &PgPool) {
    let number = service.accept("up", None).await;
    for sql in [
        "update job set state = 'failed', outcome = 'Failed.', started_at = now(), finished_at = now() where job_number = $1",
        "insert into obligation (cluster_name, state, opened_at, opened_by_job, destroys_at, teardown, next_attempt_at,
                                 due_since, failed_attempts, last_error)
         select cluster_name, 'due', now(), job_number, now(), '[]', now() + interval '5 min',
                now() - interval '2 hours', 2, 'build <b>failed</b>'
           from job where job_number = $1",
        "update cluster set state = 'failed', size = 'm', failure = 'x', version = nextval('change_version')
          where $1 = $1",
    ] {
        sqlx::query(sql).bind(number).execute(pool).await.unwrap();
    }
}

/// The cloud shows this of the cluster.
async fn shows(service: &Service, resources: &[(ResourceKind, &str, &str)]) {
    let resources: Vec<Resource> = resources
        .iter()
        .map(|(kind, id, name)| Resource {
            kind: *kind,
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            tags: Vec::new(),
            created_at: None,
            daily: Some("0.24".parse().unwrap()),
            machine: (*kind == ResourceKind::Machine).then(|| "s-2vcpu-4gb".to_owned()),
        })
        .collect();
    service.store.observed(CLUSTER, &resources, None).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_does_not_exist_is_a_404(pool: PgPool) {
    let service = Service::real(pool).await;
    for act in ["obligation/close", "leftovers/accept", "adopt"] {
        for name in ["nope", "%00", "..%2F.."] {
            let (status, answer) = post(&service, &format!("{name}/{act}"), json!({ "because": "x" })).await;
            assert_eq!((status, &answer["error"]["code"]), (404, &json!("not_found")), "{name}/{act}");
        }
        let path = format!("/api/v1/clusters/{CLUSTER}/{act}");
        assert_eq!(service.post(&path).send().await.unwrap().status(), 401, "{act}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_for_no_cluster_leads_to_the_page_that_says_so(pool: PgPool) {
    let service = Service::demo(pool).await;
    for act in ["close-obligation", "accept-leftover", "adopt-cluster"] {
        for name in ["nope", "\0", "../x", "//evil.example"] {
            let place =
                service.press(&format!("/actions/{act}"), &[("cluster", name), ("because", "x")]).await;
            assert!(place.starts_with("/clusters/"), "{act} {name:?}: {place}");
            assert_eq!(service.page(&place).await.0, 404, "{act} {name:?}");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_debt_is_not_taken_over_without_a_reason_and_not_where_there_is_none(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let path = format!("{CLUSTER}/obligation/close");
    let (status, answer) = post(&service, &path, json!({ "because": "x" })).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("nothing_owed")));
    is_owed(&service, &pool).await;
    for body in [json!({}), json!({ "because": " " }), json!({ "because": "x".repeat(301) }), json!([])] {
        let (status, answer) = post(&service, &path, body.clone()).await;
        assert_eq!((status, &answer["error"]["code"]), (422, &json!("bad_field")), "{body}");
    }
    let owed = service.store.obligation_of(CLUSTER).await.unwrap().unwrap();
    assert_eq!(owed.state, ObligationState::Due);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_cluster_shows_its_debt_and_who_took_it_over(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    is_owed(&service, &pool).await;
    let path = format!("/api/v1/clusters/{CLUSTER}");
    let shown =
        service.get(&path).bearer_auth(API_TOKEN).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(
        (&shown["obligation"]["state"], &shown["obligation"]["failed_attempts"]),
        (&json!("due"), &json!(2))
    );
    assert!(
        shown["obligation"]["due_since"].is_string() && shown["obligation"]["evidence"].is_null(),
        "{shown}"
    );
    assert_eq!((&shown["doubt"], &shown["cloud"]), (&Value::Null, &Value::Null));

    let (status, closed) =
        post(&service, &format!("{CLUSTER}/obligation/close"), json!({ "because": "by hand" })).await;
    assert_eq!(status, 200);
    assert_eq!(closed["obligation"]["state"], "closed");
    assert_eq!(closed["obligation"]["closed_because"], "by hand");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_overdue_debt_is_red_and_first_and_is_taken_over_only_under_the_name(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    is_owed(&service, &pool).await;
    let (_, home) = service.page("/").await;
    let attention = home.find("Needs attention").unwrap();
    assert!(attention < home.find("<article").unwrap(), "{home}");
    assert!(
        home.contains("has been to be destroyed for") && home.contains("may still cost money."),
        "{home}"
    );
    let (_, cluster) = service.page(&format!("/clusters/{CLUSTER}")).await;
    assert!(cluster.contains("Has been to be destroyed for") && cluster.contains("Tried again"), "{cluster}");
    assert!(
        cluster.contains("only the CI&#x27;s word") || cluster.contains("only the CI's word"),
        "{cluster}"
    );
    assert!(!cluster.contains("<b>failed"), "{cluster}");

    let form = "/actions/close-obligation";
    let close = async |typed: &str, because: &str| {
        let fields = [("cluster", CLUSTER), ("typed_name", typed), ("because", because)];
        service.press(form, &fields).await
    };
    for (typed, because, told) in [
        ("iriversland", "x", "The name does not match."),
        ("", "x", "The name does not match."),
        (HOSTILE, "x", "The name does not match."),
        (CLUSTER, "", "Say why"),
        (CLUSTER, " \n ", "Say why"),
    ] {
        let place = close(typed, because).await;
        let (status, page) = service.page(&place).await;
        assert_eq!(status, 422, "{place}");
        assert!(page.contains(told) && !page.contains(HOSTILE), "{page}");
    }
    assert!(service.store.obligation_of(CLUSTER).await.unwrap().is_some());

    for _ in 0..2 {
        assert_eq!(close(CLUSTER, HOSTILE).await, format!("/clusters/{CLUSTER}"));
    }
    let (_, cluster) = service.page(&format!("/clusters/{CLUSTER}")).await;
    assert!(cluster.contains("Closed by a person") && cluster.contains("Who did what"), "{cluster}");
    assert!(cluster.contains("&lt;script&gt;") && !cluster.contains(HOSTILE), "{cluster}");
    let (status, page) = service.page(&format!("/clusters/{CLUSTER}/close-obligation")).await;
    assert_eq!(status, 200);
    assert!(page.contains("Nothing is owed for iriversland2.") && !page.contains("<form method"), "{page}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_the_cloud_does_not_show_is_not_accepted(pool: PgPool) {
    let service = Service::real(pool).await;
    shows(&service, &[(ResourceKind::Volume, "v1", "pvc-1")]).await;
    let path = format!("{CLUSTER}/leftovers/accept");
    for (body, status, code) in [
        (json!({ "kind": "volume", "id": "v1" }), 422, "bad_field"),
        (json!({ "kind": "volume", "because": "x" }), 422, "bad_field"),
        (json!({ "kind": "disk", "id": "v1", "because": "x" }), 422, "unknown_kind"),
        (json!({ "kind": "machine", "id": "v1", "because": "x" }), 404, "not_found"),
        (json!({ "kind": "volume", "id": "v2", "because": "x" }), 404, "not_found"),
        (json!({ "kind": "volume", "id": "\0", "because": "x" }), 404, "not_found"),
    ] {
        let (found, answer) = post(&service, &path, body.clone()).await;
        assert_eq!((found, &answer["error"]["code"]), (status, &json!(code)), "{body}");
    }
    let body = json!({ "kind": "volume", "id": "v1", "because": "holds the backups" });
    for _ in 0..2 {
        let (status, cluster) = post(&service, &path, body.clone()).await;
        assert_eq!((status, &cluster["cloud"]["resources"][0]["accepted_by"]), (200, &json!("operator")));
    }
    assert_eq!(service.store.acts(CLUSTER, 10).await.unwrap().len(), 1, "it was done once");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_left_is_listed_and_accepted_with_a_reason(pool: PgPool) {
    let service = Service::demo(pool).await;
    shows(&service, &[(ResourceKind::Volume, "v&1", HOSTILE)]).await;
    let (_, cluster) = service.page(&format!("/clusters/{CLUSTER}")).await;
    assert!(cluster.contains("Still in the cloud") && cluster.contains("$0.24"), "{cluster}");
    assert!(!cluster.contains(HOSTILE), "{cluster}");
    assert!(service.page("/").await.1.contains("is down, but the cloud shows 1 thing of it"));

    let page = format!("/clusters/{CLUSTER}/accept-leftover?kind=volume&id=v%261");
    assert!(cluster.contains(&page.replace('&', "&amp;")), "{cluster}");
    let (status, shown) = service.page(&page).await;
    assert_eq!(status, 200);
    assert!(shown.contains("Accept volume</button>") && !shown.contains(HOSTILE), "{shown}");

    let accept = async |id: &str, because: &str| {
        let fields = [("cluster", CLUSTER), ("kind", "volume"), ("id", id), ("because", because)];
        service.press("/actions/accept-leftover", &fields).await
    };
    assert_eq!(service.page(&accept("v&1", "").await).await.0, 422);
    assert_eq!(service.page(&accept("nope", "x").await).await.0, 409);
    for _ in 0..2 {
        assert_eq!(accept("v&1", HOSTILE).await, format!("/clusters/{CLUSTER}"));
    }
    let (_, cluster) = service.page(&format!("/clusters/{CLUSTER}")).await;
    assert!(cluster.contains("accepted by operator") && !cluster.contains(HOSTILE), "{cluster}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_not_found_is_not_adopted(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let path = format!("{CLUSTER}/adopt");
    let (status, answer) = post(&service, &path, json!({ "for": "4h" })).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("nothing_to_adopt")));
    shows(&service, &[(ResourceKind::Cluster, "c1", CLUSTER)]).await;
    for (body, code) in [
        (json!({}), "bad_field"),
        (json!({ "for": "4h", "until": "2027-01-01T00:00:00Z" }), "bad_field"),
        (json!({ "for": "soon" }), "bad_field"),
        (json!({ "for": "1000d" }), "out_of_range"),
    ] {
        let (status, answer) = post(&service, &path, body.clone()).await;
        assert_eq!((status, &answer["error"]["code"]), (422, &json!(code)), "{body}");
    }
    service.accept("up", None).await;
    let (status, answer) = post(&service, &path, json!({ "for": "4h" })).await;
    assert_eq!((status, &answer["error"]["code"]), (409, &json!("not_idle")));
    assert!(service.store.obligation_of(CLUSTER).await.unwrap().is_none());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_found_is_adopted_once_and_its_destroy_is_owed_from_then_on(pool: PgPool) {
    let service = Service::demo(pool).await;
    shows(&service, &[(ResourceKind::Cluster, "c1", CLUSTER), (ResourceKind::Machine, "m1", "pool-1")]).await;
    let (_, cluster) = service.page(&format!("/clusters/{CLUSTER}")).await;
    assert!(cluster.contains("Found in the cloud") && !cluster.contains(">Start cluster<"), "{cluster}");
    let (status, page) = service.page(&format!("/clusters/{CLUSTER}/adopt")).await;
    assert_eq!(status, 200);
    assert!(page.contains("it is of size m.") && page.contains(r#"value="4h" checked"#), "{page}");

    let adopt = async |length: &str| {
        service.press("/actions/adopt-cluster", &[("cluster", CLUSTER), ("for", length)]).await
    };
    for length in ["", "x", "1000d", "until"] {
        assert_eq!(service.page(&adopt(length).await).await.0, 422, "{length}");
    }
    for _ in 0..2 {
        assert_eq!(adopt("4h").await, format!("/clusters/{CLUSTER}"));
    }
    let owed = service.store.obligation_of(CLUSTER).await.unwrap().unwrap();
    assert_eq!((owed.state, owed.opened_by_job, owed.teardown.len()), (ObligationState::Open, None, 2));
    let (_, cluster) = service.page(&format!("/clusters/{CLUSTER}")).await;
    assert!(
        cluster.contains("when the cluster was adopted") && cluster.contains("adopted the cluster"),
        "{cluster}"
    );
    assert_eq!(service.store.acts(CLUSTER, 10).await.unwrap().len(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_that_is_silent_is_unknown_and_a_stranger_is_told(pool: PgPool) {
    let service = Service::real(pool).await;
    let doubt = domain::standing::Doubt::Silence { who: "DigitalOcean".into(), since: chrono::Utc::now() };
    service.store.set_doubt(CLUSTER, Some(&doubt)).await.unwrap();
    let path = format!("/api/v1/clusters/{CLUSTER}");
    let shown =
        service.get(&path).bearer_auth(API_TOKEN).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!((&shown["state"], &shown["doubt"]["kind"]), (&json!("unknown"), &json!("silence")));

    let stranger = Resource {
        kind: ResourceKind::Cluster,
        id: "s".into(),
        name: HOSTILE.into(),
        tags: Vec::new(),
        created_at: None,
        daily: None,
        machine: None,
    };
    service.store.set_strangers(&[stranger]).await.unwrap();
    let cookie = service.sign_in().await;
    let home = service.get_with(&cookie, "/").await.text().await.unwrap();
    assert!(home.contains("nobody here can destroy it.") && !home.contains(HOSTILE), "{home}");
    assert!(home.contains(">Unknown<") && home.contains("DigitalOcean has not answered since"), "{home}");
}
