//! Feeds, read by parsers that have nothing to do with what wrote them.

use domain::size::Size;
use reqwest::header::AUTHORIZATION;
use serde_json::json;
use sqlx::PgPool;

use crate::money::was_up;
use crate::shares::share;
use crate::support::cctray::{self, Project};
use crate::support::{ADMIN_API_TOKEN, API_TOKEN, CLUSTER, Service};

async fn read(service: &Service, path: &str) -> (String, String) {
    let request = service.get(path).header(AUTHORIZATION, format!("Bearer {API_TOKEN}"));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (kind, answer.text().await.unwrap())
}

async fn set(pool: &PgPool, job: i64, state: &str) {
    let update = "update job set state = $2, outcome = 'x', started_at = case when $2 = 'queued' then null else now() end,
                                 finished_at = case when $2 in ('succeeded', 'failed', 'cancelled') then now() end
                   where job_number = $1";
    sqlx::query(update).bind(job).bind(state).execute(pool).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_build_monitor_reads_one_project_for_each_thing_that_is_done(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let feeds = ["/cctray.xml".to_owned(), format!("{path}/cctray.xml")];
    let up = service.accept("up", Some(Size::M)).await;
    set(&pool, up, "failed").await;
    // Each step: what becomes of which job of the routine, then what a monitor says of it.
    let (first, second) =
        (service.accept("guide", Some(Size::M)).await, service.accept("guide", Some(Size::L)).await);
    let story = [
        (first, "queued", "CheckingModifications", "Unknown", second),
        (first, "running", "Building", "Unknown", second),
        (first, "waiting", "Building", "Unknown", second),
        (first, "succeeded", "CheckingModifications", "Success", first),
        (second, "running", "Building", "Success", first),
        (second, "failed", "Sleeping", "Failure", second),
        (second, "cancelled", "Sleeping", "Exception", second),
    ];
    for (job, state, activity, last_status, label) in story {
        set(&pool, job, state).await;
        for feed in &feeds {
            let (kind, xml) = read(&service, feed).await;
            assert!(kind.starts_with("application/xml"), "{kind}");
            let projects = cctray::projects(&xml);
            let names: Vec<&str> = projects.iter().map(|project| project.name.as_str()).collect();
            assert_eq!(names, ["guide on iriversland2", "up on iriversland2"]);
            let Project { activity: is, last_status: last, last_label, .. } = &projects[0];
            assert_eq!(
                (is.as_str(), last.as_str(), last_label),
                (activity, last_status, &label.to_string()),
                "#{job} {state}: {xml}"
            );
            assert_eq!(projects[1].last_status, "Failure");
            assert!(projects[0].url.starts_with(&service.url), "{xml}");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_build_monitor_goes_on_seeing_a_project_however_many_jobs_of_others_come_after_it(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let rare = service.accept("up", Some(Size::M)).await;
    set(&pool, rare, "succeeded").await;
    for _ in 0..101 {
        let job = service.accept("guide", Some(Size::M)).await;
        set(&pool, job, "failed").await;
    }
    for feed in ["/cctray.xml".to_owned(), format!("{path}/cctray.xml")] {
        let projects = cctray::projects(&read(&service, &feed).await.1);
        let rare = projects.iter().find(|project| project.name == "up on iriversland2").unwrap();
        assert_eq!(rare.last_status, "Success");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_calendar_or_a_monitor_that_knows_only_logins_sends_the_token_as_the_password(pool: PgPool) {
    let service = Service::real(pool).await;
    for feed in ["/cctray.xml", "/feed.atom", "/calendar.ics"] {
        for token in [API_TOKEN, ADMIN_API_TOKEN] {
            let right = service.get(feed).basic_auth("anything", Some(token)).send().await.unwrap();
            assert_eq!(right.status(), 200, "{feed}");
        }
        for (name, password) in [("a", "wrong"), (API_TOKEN, "")] {
            let wrong = service.get(feed).basic_auth(name, Some(password)).send().await.unwrap();
            assert_eq!(wrong.status(), 401, "{feed}");
            let asked = wrong.headers()["www-authenticate"].to_str().unwrap().to_owned();
            assert!(
                asked.starts_with("Basic realm="),
                "a calendar sends a login only when it is asked: {asked}"
            );
        }
    }
    let elsewhere = service.get("/api/v1/jobs").basic_auth("anything", Some(API_TOKEN)).send().await.unwrap();
    assert_eq!(
        (elsewhere.status().as_u16(), &elsewhere.headers()["www-authenticate"]),
        (401, &"Bearer".parse().unwrap())
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_reader_of_atom_gets_the_jobs_and_a_stranger_no_names(pool: PgPool) {
    let service = Service::real(pool).await;
    let job = service.accept("guide", Some(Size::M)).await;
    let (path, id) = share(&service, json!({ "job": job, "label": "<board> & co" })).await;
    let mut ids = Vec::new();
    for (path, title, tells_names) in [
        ("/feed.atom".to_owned(), "Cluster Head", true),
        (format!("{path}/feed.atom"), "<board> & co", false),
    ] {
        let own_address = format!("{}{path}", service.url);
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
        ids.push(text(feed, "id"));
        let links = feed.children().filter(|child| child.has_tag_name((atom, "link")));
        let itself: Vec<_> = links.filter(|link| link.attribute("rel") == Some("self")).collect();
        assert_eq!((itself.len(), itself[0].attribute("href")), (1, Some(own_address.as_str())));
        let entry = feed.children().find(|child| child.has_tag_name((atom, "entry"))).unwrap();
        assert_eq!(text(entry, "id"), format!("urn:cluster-head:job:{job}"));
        assert_eq!(text(entry, "title"), format!("#{job} guide (m) on iriversland2: queued"));
        assert!(text(entry, "updated").parse::<domain::Time>().is_ok());
    }
    assert_eq!(ids, ["urn:cluster-head:jobs".to_owned(), format!("urn:cluster-head:share:{id}")]);
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
async fn a_calendar_tells_when_a_cluster_is_going_to_be_destroyed(pool: PgPool) {
    let service = Service::real(pool.clone()).await;
    was_up(&service, &pool).await;
    let (path, _) = share(&service, json!({ "cluster": CLUSTER })).await;
    let ends: String = sqlx::query_scalar(
        "select to_char(destroys_at at time zone 'utc', 'YYYYMMDD\"T\"HH24MISS\"Z\"') from obligation",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    for path in ["/calendar.ics".to_owned(), format!("{path}/calendar.ics")] {
        let text = read(&service, &path).await.1;
        let calendar = ical::IcalParser::new(text.as_bytes()).next().unwrap().unwrap();
        let value = |name: &str| {
            let mut properties = calendar.events[0].properties.iter();
            properties.find(|property| property.name == name).and_then(|property| property.value.clone())
        };
        assert_eq!(calendar.events.len(), 1, "{text}");
        assert_eq!(value("SUMMARY").as_deref(), Some("iriversland2 is destroyed"));
        assert_eq!(value("DTSTART"), Some(ends.clone()), "{text}");
        assert_eq!(value("UID").as_deref(), Some("end-iriversland2@cluster-head"));
    }
}
