//! Feeds, read by parsers that have nothing to do with what wrote them.

use domain::size::Size;
use reqwest::header::AUTHORIZATION;
use serde_json::json;
use sqlx::PgPool;

use crate::shares::share;
use crate::support::{API_TOKEN, CLUSTER, Service};

async fn read(service: &Service, path: &str) -> (String, String) {
    let request = service.get(path).header(AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (kind, answer.text().await.unwrap())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_build_monitor_reads_one_project_for_each_thing_that_is_done(pool: PgPool) {
    let service = Service::real(pool).await;
    for _ in 0..2 {
        service.accept("guide", Some(Size::M)).await;
    }
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    for path in ["/cctray.xml".to_owned(), format!("{path}/cctray.xml")] {
        let (kind, xml) = read(&service, &path).await;
        assert!(kind.starts_with("application/xml"), "{kind}");
        let document = roxmltree::Document::parse(&xml).unwrap();
        assert_eq!(document.root_element().tag_name().name(), "Projects");
        let projects: Vec<_> =
            document.root_element().children().filter(roxmltree::Node::is_element).collect();
        assert_eq!(projects.len(), 1, "{xml}");
        let attribute = |name| projects[0].attribute(name).unwrap().to_owned();
        assert_eq!(
            (attribute("name").as_str(), attribute("activity").as_str()),
            ("guide on iriversland2", "Building")
        );
        assert_eq!(attribute("lastBuildStatus"), "Unknown");
        assert!(attribute("lastBuildTime").parse::<domain::Time>().is_ok());
        assert!(attribute("webUrl").starts_with(&service.url));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_reader_of_atom_gets_the_jobs_and_a_stranger_no_names(pool: PgPool) {
    let service = Service::real(pool).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let (path, _) = share(&service, json!({ "job": job, "label": "<board> & co" })).await;
    for (path, title, tells_names) in [
        ("/feed.atom".to_owned(), "Cluster Head", true),
        (format!("{path}/feed.atom"), "<board> & co", false),
    ] {
        let (kind, xml) = read(&service, &path).await;
        assert!(kind.starts_with("application/atom+xml"), "{kind}");
        assert_eq!(xml.contains("ana"), tells_names, "{xml}");
        let document = roxmltree::Document::parse(&xml).unwrap();
        let atom = "http://www.w3.org/2005/Atom";
        let text = |node: roxmltree::Node<'_, '_>, name| {
            let child = node.children().find(|child| child.has_tag_name((atom, name)));
            child.and_then(|child| child.text().map(str::to_owned)).unwrap_or_default()
        };
        let feed = document.root_element();
        assert_eq!(text(feed, "title"), title);
        let entry = feed.children().find(|child| child.has_tag_name((atom, "entry"))).unwrap();
        assert_eq!(text(entry, "id"), format!("urn:cluster-head:job:{job}"));
        assert_eq!(text(entry, "title"), format!("#{job} guide (m) on iriversland2: queued"));
        assert!(text(entry, "updated").parse::<domain::Time>().is_ok());
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_calendar_tells_planned_starts_and_each_event_has_an_id_that_stays(pool: PgPool) {
    let service = Service::real(pool).await;
    let draft = json!({ "name": "weekdays", "routine": "guide", "cluster": CLUSTER, "size": "m", "cron": "0 9 * * 1-5", "zone": "Europe/Berlin" });
    let add = service.post("/api/v1/schedules").header(AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    assert_eq!(add.json(&draft).send().await.unwrap().status(), 201);
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    for path in ["/calendar.ics".to_owned(), format!("{path}/calendar.ics")] {
        let (kind, text) = read(&service, &path).await;
        assert!(kind.starts_with("text/calendar"), "{kind}");
        let mut ids = Vec::new();
        for text in [&text, &read(&service, &path).await.1] {
            let mut calendars = ical::IcalParser::new(text.as_bytes());
            let calendar = calendars.next().unwrap().unwrap();
            assert!(calendar.events.len() >= 20, "{text}");
            let value = |event: &ical::parser::ical::component::IcalEvent, name: &str| {
                let property = event.properties.iter().find(|property| property.name == name);
                property.and_then(|property| property.value.clone()).unwrap()
            };
            assert_eq!(value(&calendar.events[0], "SUMMARY"), "guide on iriversland2 starts");
            assert!(value(&calendar.events[0], "DTSTART").ends_with('Z'), "{text}");
            ids.push(calendar.events.iter().map(|event| value(event, "UID")).collect::<Vec<_>>());
        }
        assert_eq!(ids[0], ids[1]);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_preview_has_a_picture_of_the_moment(pool: PgPool) {
    let service = Service::real(pool).await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let answer = service.get(&format!("{path}/og.png")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "image/png");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let png = answer.bytes().await.unwrap();
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && png.len() < 200_000, "{}", png.len());
}
