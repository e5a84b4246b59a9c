//! Beside every sum stands that it is an estimate, from whose list, and of when: on pages, in Slack, over the API and for
//! strangers.

use domain::cloud::{Resource, ResourceKind};
use domain::size::Size;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::money::{is_spent, say, was_up};
use crate::shares::share;
use crate::support::{ADMIN_PASSWORD, API_TOKEN, CLUSTER, Service};

/// How far from a sum it may stand, in characters of a page: the three sizes of a form have one line below them.
const NEAR: usize = 400;
/// In an answer, what holds a sum says so itself.
const SUMS: [&str; 8] = ["so_far", "at_most", "cost", "hourly", "monthly", "daily", "always_on", "saved"];

/// The text of a page: what a reader sees of it.
fn text_of(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let (name, after) = tag.split_once('>').unwrap_or((tag, ""));
        let skipped = ["script", "style"].iter().find(|skipped| name.starts_with(**skipped));
        rest = match skipped {
            Some(skipped) => after.split_once(&format!("</{skipped}>")).map_or("", |(_, after)| after),
            None => after,
        };
    }
    text + rest
}

/// Where it is said that something is an estimate, from which list, and of when.
fn estimates(text: &str) -> Vec<usize> {
    let is_dated = |said: &str| {
        let day = said.split_once(" of 20").map(|(_, day)| day).filter(|day| day.len() >= 8);
        day.is_some_and(|day| day.chars().take(8).all(|c| c.is_ascii_digit() || c == '-'))
    };
    let starts = text.match_indices("stimate from ").map(|(at, _)| at);
    starts.filter(|at| is_dated(&text[*at..].chars().take(80).collect::<String>())).collect()
}

/// The sums beside which nothing is said.
fn bare_sums(text: &str) -> Vec<String> {
    let estimates = estimates(text);
    let is_near = |at: usize| estimates.iter().any(|said| said.abs_diff(at) <= NEAR);
    let sums = text.match_indices('$').map(|(at, _)| at).filter(|at| !is_near(*at));
    sums.map(|at| text[at..].chars().take(60).collect()).collect()
}

fn assert_told(whence: &str, text: &str) {
    let (sums, bare) = (text.matches('$').count(), bare_sums(text));
    assert!(sums > 0, "{whence} has no sum, so it proves nothing: {text}");
    assert_eq!(bare, [""; 0], "{whence}: {text}");
}

/// The same for each object that holds a sum, and for each sentence.
fn assert_told_in_json(whence: &str, value: &Value) -> usize {
    match value {
        Value::String(text) => {
            assert_eq!(bare_sums(text), [""; 0], "{whence}: {text}");
            usize::from(text.contains('$'))
        }
        Value::Array(items) => items.iter().map(|item| assert_told_in_json(whence, item)).sum(),
        Value::Object(fields) => {
            let has_sum = SUMS.iter().any(|name| fields.get(*name).is_some_and(Value::is_string));
            let is_dated = fields.get("prices_of").is_some_and(Value::is_string)
                || fields
                    .get("estimate")
                    .and_then(Value::as_str)
                    .is_some_and(|said| !estimates(said).is_empty());
            assert!(!has_sum || (is_dated && fields["is_estimate"] == true), "{whence}: {value}");
            usize::from(has_sum)
                + fields.values().map(|field| assert_told_in_json(whence, field)).sum::<usize>()
        }
        _ => 0,
    }
}

#[test]
fn a_sum_without_an_estimate_near_it_is_found() {
    let said = "Estimate from DigitalOcean's list prices of 2026-11-22. Not an invoice.";
    assert_eq!(bare_sums(&format!("$0.11. {said}")), [""; 0]);
    assert_eq!(
        bare_sums("$0.11. Estimate from DigitalOcean's list prices."),
        ["$0.11. Estimate from DigitalOcean's list prices."]
    );
    assert_eq!(bare_sums(&format!("$1{}{said}", " ".repeat(NEAR + 9))).len(), 1);
    assert_eq!(text_of("<p title=\"$1\">a<!>b<script>$2</script>c</p>"), "abc");
    let bare = std::panic::catch_unwind(|| {
        assert_told_in_json("x", &json!({ "cost": "1.00", "is_estimate": true }))
    });
    assert!(bare.is_err());
}

/// A volume is left in the cloud, and another one was taken over.
async fn volumes_are_left(service: &Service, cluster: &str) {
    let volume = |id: &str| Resource {
        kind: ResourceKind::Volume,
        id: id.into(),
        name: format!("pvc-{id}"),
        tags: Vec::new(),
        created_at: None,
        daily: Some("0.24".parse().unwrap()),
        machine: None,
    };
    service.store.observed(cluster, &[volume("1"), volume("2")], None).await.unwrap();
    let path = format!("/api/v1/clusters/{cluster}/leftovers/accept");
    let accept = json!({ "kind": "volume", "id": "2", "because": "backups" });
    let accepted = service.post(&path).bearer_auth(API_TOKEN).json(&accept).send().await.unwrap();
    assert_eq!(accepted.status(), 200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn beside_every_sum_stand_the_word_estimate_and_the_date_of_the_list(pool: PgPool) {
    let service = Service::real_with(pool.clone(), |catalogue| {
        catalogue.budget = Some("15".parse().unwrap());
        let first = catalogue.clusters[0].clone();
        catalogue.clusters.push(domain::catalogue::ClusterSpec { name: "left".into(), ..first });
    })
    .await;
    let cookie = service.sign_in_with(ADMIN_PASSWORD).await;
    let job = was_up(&service, &pool).await;
    volumes_are_left(&service, "left").await;
    is_spent(&pool).await;
    let page = async |path: &str| {
        let answer = service.get_with(&cookie, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        text_of(&answer.text().await.unwrap())
    };
    let at_work = service.accept("guide", Some(Size::M)).await;
    sqlx::query("update job set state = 'running', started_at = now() where job_number = $1")
        .bind(at_work)
        .execute(&pool)
        .await
        .unwrap();
    for path in [
        "/".to_owned(),
        format!("/clusters/{CLUSTER}"),
        format!("/clusters/{CLUSTER}/resize"),
        format!("/clusters/{CLUSTER}/destroy"),
        format!("/clusters/{CLUSTER}/extend"),
        format!("/clusters/{CLUSTER}/close-obligation"),
        "/clusters/left".to_owned(),
        "/clusters/left/start".to_owned(),
        "/clusters/left/accept-leftover?kind=volume&id=1".to_owned(),
        format!("/jobs/{job}"),
        format!("/jobs/{at_work}"),
        format!("/jobs/{at_work}/leave-up"),
        "/jobs/new".to_owned(),
        "/jobs/new?routine=up&cluster=left".to_owned(),
    ] {
        assert_told(&path, &page(&path).await);
    }

    let told = say(&service, "kkk").await;
    assert_told("Slack, over the budget", &told);
    sqlx::query(
        "update job set state = 'failed', outcome = 'Failed.', finished_at = now() where job_number = $1",
    )
    .bind(at_work)
    .execute(&pool)
    .await
    .unwrap();
    let close = service.post(&format!("/api/v1/clusters/{CLUSTER}/obligation/close")).bearer_auth(API_TOKEN);
    assert_eq!(close.json(&json!({ "because": "moved away" })).send().await.unwrap().status(), 200);
    let receipt: i64 =
        sqlx::query_scalar("select max(receipt_id) from receipt").fetch_one(&pool).await.unwrap();
    for path in ["/receipts".to_owned(), format!("/receipts/{receipt}")] {
        assert_told(&path, &page(&path).await);
    }
    let announced: Vec<String> = sqlx::query_scalar("select text from announcement where text like '%$%'")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(announced.len(), 1, "the receipt: {announced:?}");
    assert_told("Slack, the receipt", &announced[0]);

    for path in ["/clusters".into(), "/costs".into(), format!("/jobs/{job}"), "/receipts".into()] {
        let request = service.get(&format!("/api/v1{path}")).bearer_auth(API_TOKEN);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(assert_told_in_json(&path, &answer) > 0, "{path} has no sum: {answer}");
    }
    let refused = service.post("/api/v1/jobs").bearer_auth(API_TOKEN);
    let refused = refused.json(&json!({ "routine": "up", "cluster": "left" })).send().await.unwrap();
    assert!(assert_told_in_json("over the budget", &refused.json().await.unwrap()) > 0);

    for what in [json!({ "cluster": CLUSTER }), json!({ "job": at_work }), json!({ "receipt": receipt })] {
        let mut body = what.clone();
        body["shows_cost"] = json!(true);
        let (path, _) = share(&service, body).await;
        for path in [path.clone(), format!("{path}/status.txt")] {
            let shown = service.get(&path).send().await.unwrap().text().await.unwrap();
            assert_told(&format!("{what}{path}"), &text_of(&shown));
        }
    }
}
