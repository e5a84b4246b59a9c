//! Receipts that are shared: a real debt, ended by a person, read by a stranger in every form.

use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::money::was_up;
use crate::shares::share;
use crate::support::{API_TOKEN, CLUSTER, Service};

/// A middle cluster was up for an hour, until somebody took its debt over: the number of the receipt.
pub async fn receipt(service: &Service, pool: &PgPool) -> i64 {
    was_up(service, pool).await;
    let close = service.post(&format!("/api/v1/clusters/{CLUSTER}/obligation/close")).bearer_auth(API_TOKEN);
    let closed = close.json(&json!({ "because": "moved away" })).send().await.unwrap();
    assert_eq!(closed.status(), 200);
    closed.json::<Value>().await.unwrap()["receipt"].as_i64().unwrap()
}

async fn read(service: &Service, path: &str) -> String {
    let answer = service.get(path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_shared_receipt_is_read_as_a_page_a_text_a_status_a_picture_and_a_calendar(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let number = receipt(&service, &pool).await;
    let (path, id) = share(&service, json!({ "receipt": number })).await;
    let page = read(&service, &path).await;
    for words in [&format!("<h1 tabindex=\"-1\">Receipt {number}</h1>"), "moved away", ">Closed by a person<"]
    {
        assert!(page.contains(words), "{words} in {page}");
    }
    let text = read(&service, &format!("{path}/status.txt")).await;
    assert!(
        text.starts_with(&format!("Receipt {number}: Closed by a person\n")) && text.contains("Size: m"),
        "{text}"
    );
    let status: Value = serde_json::from_str(&read(&service, &format!("{path}/status.json")).await).unwrap();
    assert_eq!(
        (&status["what"], &status["state"], &status["is_over"]),
        (&json!("receipt"), &json!("closed"), &json!(true))
    );
    let picture = service.get(&format!("{path}/og.png")).send().await.unwrap().bytes().await.unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"));
    let calendar = read(&service, &format!("{path}/calendar.ics")).await;
    let calendar = ical::IcalParser::new(calendar.as_bytes()).next().unwrap().unwrap();
    let summary = calendar.events[0].properties.iter().find(|property| property.name == "SUMMARY").unwrap();
    assert_eq!((calendar.events.len(), summary.value.as_deref()), (1, Some("iriversland2 was up")));
    let listed =
        service.get(&format!("/api/v1/shares/{id}")).header(AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    let listed: Value = listed.send().await.unwrap().json().await.unwrap();
    assert_eq!((&listed["receipt"], &listed["cluster"]), (&json!(number), &json!(CLUSTER)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_shared_receipt_tells_money_and_names_only_where_somebody_chose_so(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let number = receipt(&service, &pool).await;
    for (cost, names) in [(false, false), (true, false), (false, true), (true, true)] {
        let body = json!({ "receipt": number, "shows_cost": cost, "shows_names": names });
        let (path, _) = share(&service, body).await;
        for part in ["", "/status.txt"] {
            let told = read(&service, &format!("{path}{part}")).await;
            assert_eq!(told.contains("$0.6"), cost, "{part} {told}");
            assert_eq!(told.contains("ana (Slack)"), names, "{part} {told}");
            assert_eq!(told.contains("operator took the debt over"), names, "{part} {told}");
            assert_eq!(told.contains("somebody took the debt over"), !names, "{part} {told}");
        }
    }
}
