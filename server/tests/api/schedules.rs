//! Schedules and freezes: over the API and by their pages.

use domain::size::Size;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{API_TOKEN, CLUSTER, Service};

fn weekdays() -> Value {
    json!({
        "name": "weekdays", "routine": "up", "cluster": CLUSTER, "size": "m", "cron": "30 2 * * 1-5",
        "zone": "Europe/Berlin", "lifetime": "8h",
    })
}

async fn send(service: &Service, method: &str, path: &str, body: Value) -> (u16, Value) {
    let request = service.request(method.parse().unwrap(), &format!("/api/v1/{path}")).bearer_auth(API_TOKEN);
    let request = if body.is_null() { request } else { request.json(&body) };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or(Value::Null))
}

async fn added(service: &Service, body: Value) -> Value {
    let (status, schedule) = send(service, "POST", "schedules", body).await;
    assert_eq!(status, 201, "{schedule}");
    schedule
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_schedule_is_written_read_changed_paused_resumed_and_deleted(pool: PgPool) {
    let service = Service::real(pool).await;
    let schedule = added(&service, weekdays()).await;
    assert_eq!((&schedule["state"], &schedule["lifetime_minutes"]), (&json!("on"), &json!(480)));
    assert_eq!((&schedule["missed"], &schedule["overlap"]), (&json!("catch-up"), &json!("skip")));
    let (status, again) = send(&service, "POST", "schedules", weekdays()).await;
    assert_eq!((status, &again["id"]), (200, &schedule["id"]), "a press that comes twice is one schedule");
    let path = format!("schedules/{}", schedule["id"]);

    let change = json!({ "cron": "0 9 * * *", "version": schedule["version"] });
    let (status, changed) = send(&service, "PATCH", &path, change).await;
    assert_eq!(
        (status, &changed["cron"], &changed["zone"]),
        (200, &json!("0 9 * * *"), &json!("Europe/Berlin"))
    );
    let stale = json!({ "cron": "0 10 * * *", "version": schedule["version"] });
    let (status, refused) = send(&service, "PATCH", &path, stale).await;
    assert_eq!((status, &refused["error"]["code"]), (409, &json!("stale")));

    let (_, paused) = send(&service, "POST", &format!("{path}/pause"), Value::Null).await;
    assert_eq!((&paused["state"], &paused["next_run_at"]), (&json!("paused"), &Value::Null));
    let (_, resumed) = send(&service, "POST", &format!("{path}/resume"), Value::Null).await;
    assert_eq!(resumed["state"], "on");
    assert!(resumed["next_run_at"].is_string());

    assert_eq!(send(&service, "DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(send(&service, "GET", &path, Value::Null).await.0, 404);
    assert_eq!(send(&service, "GET", "schedules", Value::Null).await.1["items"], json!([]));
    let what: Vec<String> =
        service.store.acts(CLUSTER, 10).await.unwrap().into_iter().map(|act| act.what).collect();
    let words =
        ["delete", "resume", "pause", "change", "add"].map(|word| format!("{word} schedule weekdays"));
    assert_eq!(what, words, "each act has its line");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_no_schedule_is_refused_with_the_field_that_is_wrong(pool: PgPool) {
    let service = Service::real(pool).await;
    let with = |field: &str, value: Value| {
        let mut body = weekdays();
        body[field] = value;
        body
    };
    for (body, code, words) in [
        (
            with("cron", json!("61 2 * * *")),
            "bad_cron",
            "minute: 61 is not between 0 and 59. Nothing was changed.",
        ),
        (
            with("cron", json!("0 2 30 2 *")),
            "bad_cron",
            "day of month: the pattern names no day that ever comes",
        ),
        (with("cron", json!("0 2 * *")), "bad_cron", "A cron pattern has five fields"),
        (with("zone", json!("Europe/Berln")), "unknown_zone", "There is no time zone \"Europe/Berln\"."),
        (with("routine", json!("nap")), "unknown_routine", "There is no routine \"nap\"."),
        (with("cluster", json!("moon")), "unknown_cluster", "There is no cluster \"moon\"."),
        (with("size", json!("xl")), "unknown_size", "\"xl\" is no size"),
        (with("lifetime", json!("9 weeks")), "bad_lifetime", "whole number and a unit"),
        (with("lifetime", json!("99d")), "bad_lifetime", "can stay from 5 min to"),
        (with("missed", json!("perhaps")), "unknown_rule", "known: catch-up, skip"),
        (with("overlap", json!("perhaps")), "unknown_rule", "known: skip, queue"),
        (with("name", json!("  ")), "bad_name", "needs a name"),
        (with("colour", json!("red")), "bad_field", "\"colour\" means nothing here."),
        (with("cron", json!(5)), "bad_field", "The field \"cron\" has to be a text."),
    ] {
        let (status, answer) = send(&service, "POST", "schedules", body).await;
        assert_eq!((status, &answer["error"]["code"]), (422, &json!(code)), "{answer}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(words), "{answer}");
    }
    let (_, zone) = send(&service, "POST", "schedules", with("zone", json!("berlin"))).await;
    assert_eq!(zone["error"]["known"][0], "Europe/Berlin");
    added(&service, weekdays()).await;
    let (status, taken) = send(&service, "POST", "schedules", with("size", json!("l"))).await;
    assert_eq!((status, &taken["error"]["code"]), (409, &json!("name_taken")));
    for path in ["schedules/99", "schedules/x", "schedules/%00"] {
        assert_eq!(send(&service, "GET", path, Value::Null).await.0, 404, "{path}");
    }
    assert_eq!(service.get("/api/v1/schedules").send().await.unwrap().status(), 401);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_next_runs_are_told_with_what_the_clock_does_to_them(pool: PgPool) {
    let service = Service::real(pool).await;
    let mut body = weekdays();
    body["cron"] = json!("30 2 * * *");
    let id = added(&service, body).await["id"].clone();
    let (_, next) = send(&service, "GET", &format!("schedules/{id}/next?count=3"), Value::Null).await;
    assert_eq!((next["items"].as_array().unwrap().len(), &next["zone"]), (3, &json!("Europe/Berlin")));
    // On one day of the year there is no such time.
    let is_usual = |run: &&Value| run["local"].as_str().unwrap().ends_with("T02:30:00");
    assert!(next["items"].as_array().unwrap().iter().filter(is_usual).count() >= 2, "{next}");
    let effects: Vec<&Value> =
        next["clock_changes"].as_array().unwrap().iter().map(|change| &change["effect"]).collect();
    assert!(effects.contains(&&json!("moved")) && effects.contains(&&json!("once")), "{next}");
    for count in ["0", "101", "x", "3&count=4"] {
        let path = format!("schedules/{id}/next?count={count}");
        assert_eq!(send(&service, "GET", &path, Value::Null).await.0, 422, "{count}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn run_now_starts_one_job_for_one_key_and_leaves_the_next_run(pool: PgPool) {
    let service = Service::real(pool).await;
    let schedule = added(&service, weekdays()).await;
    let path = format!("/api/v1/schedules/{}/run", schedule["id"]);
    let run = async || {
        let request = service.post(&path).bearer_auth(API_TOKEN).header("idempotency-key", "k-1");
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (first, job) = run().await;
    let (second, again) = run().await;
    assert_eq!((first, second, &job["number"]), (201, 200, &again["number"]));
    assert_eq!(job["size"], "m");
    assert_eq!(service.number_of_jobs().await, 1);
    let (_, after) = send(&service, "GET", &format!("schedules/{}", schedule["id"]), Value::Null).await;
    assert_eq!((&after["next_run_at"], &after["last_run"]), (&schedule["next_run_at"], &Value::Null));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_freeze_is_added_once_listed_and_removed(pool: PgPool) {
    let service = Service::real(pool).await;
    let year = chrono::Datelike::year(&service.store.now().await.unwrap()) + 1;
    let body = json!({
        "from": format!("{year}-12-24"), "until": format!("{year}-12-26"), "zone": "Europe/Berlin",
        "because": "Christmas",
    });
    let (status, freeze) = send(&service, "POST", "freezes", body.clone()).await;
    assert_eq!((status, &freeze["from"]), (201, &json!(format!("{year}-12-23T23:00:00Z"))), "{freeze}");
    assert_eq!(
        (&freeze["until"], &freeze["cluster"]),
        (&json!(format!("{year}-12-26T23:00:00Z")), &Value::Null)
    );
    assert_eq!(send(&service, "POST", "freezes", body.clone()).await.0, 200);
    let (_, list) = send(&service, "GET", "freezes", Value::Null).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let with = |field: &str, value: &str| {
        let mut body = body.clone();
        body[field] = json!(value);
        body
    };
    for (body, code) in [
        (with("until", &format!("{year}-12-01")), "out_of_range"),
        (with("until", "soon"), "bad_field"),
        (with("zone", "Berlin"), "unknown_zone"),
        (with("cluster", "moon"), "unknown_cluster"),
        (with("because", ""), "bad_field"),
        (json!({ "from": "2020-01-01", "until": "2020-01-02", "because": "x" }), "out_of_range"),
    ] {
        let (status, answer) = send(&service, "POST", "freezes", body).await;
        assert_eq!((status, &answer["error"]["code"]), (422, &json!(code)), "{answer}");
    }
    let path = format!("freezes/{}", freeze["id"]);
    assert_eq!(send(&service, "DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(send(&service, "DELETE", &path, Value::Null).await.0, 404);
    assert_eq!(send(&service, "DELETE", "freezes/x", Value::Null).await.0, 404);
}

/// What the form sends, with one field changed.
fn form(field: &'static str, value: &'static str) -> Vec<(String, String)> {
    let fields = [
        ("name", "mornings"),
        ("routine", "up"),
        ("cluster", CLUSTER),
        ("size", "s"),
        ("when", "chosen"),
        ("at", "09:00"),
        ("mon", "on"),
        ("fri", "on"),
        ("zone", "Europe/Berlin"),
        ("missed", "skip"),
        ("overlap", "queue"),
    ];
    let changed = fields.into_iter().filter(|(name, _)| *name != field).chain([(field, value)]);
    changed.map(|(name, value)| (format!("schedule[{name}]"), value.to_owned())).collect()
}

async fn save(service: &Service, form: &[(String, String)]) -> String {
    let fields: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    service.press("/actions/save-schedule", &fields).await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_form_saves_without_script_and_comes_back_with_what_is_wrong(pool: PgPool) {
    let service = Service::demo(pool).await;
    assert_eq!(save(&service, &form("size", "s")).await, "/schedules");
    let schedule = service.store.schedules().await.unwrap().remove(0);
    assert_eq!((schedule.cron.as_str(), schedule.ask.size), ("0 9 * * 1,5", Some(Size::S)));
    let (status, page) = service.page("/schedules").await;
    assert_eq!(status, 200);
    for words in ["mornings", "Monday and Friday at 09:00, Europe/Berlin", "queued while a job is at work"] {
        assert!(page.contains(words), "{words} in {page}");
    }

    for (field, value, words) in [
        ("zone", "Berlin", "Near ones: Europe/Berlin"),
        ("at", "nine", "Say at what time of day"),
        ("name", "mornings", "There is a schedule \"mornings\" already."),
    ] {
        let mut form = form(field, value);
        form.push(("schedule[size]".into(), "m".into()));
        form.retain(|(name, value)| name != "schedule[size]" || value == "m");
        let place = save(&service, &form).await;
        let (status, page) = service.page(&place).await;
        assert!((400..500).contains(&status), "{field}: {status}");
        let text = page.replace("&quot;", "\"");
        assert!(text.contains(words) && text.contains("<title>Error: "), "{field}: {words} in {page}");
        assert!(page.contains(r#"value="m" selected"#), "what was entered is still there: {page}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_next_runs_are_shown_before_anything_is_saved(pool: PgPool) {
    let service = Service::demo(pool).await;
    let query = "schedule%5Bname%5D=x&schedule%5Broutine%5D=up&schedule%5Bcluster%5D=iriversland2\
                 &schedule%5Bwhen%5D=cron&schedule%5Bcron%5D=30+2+*+*+*&schedule%5Bzone%5D=Europe%2FBerlin";
    let (status, page) = service.page(&format!("/schedules/new?{query}")).await;
    assert_eq!(status, 200);
    assert_eq!(page.matches(" Europe/Berlin = ").count(), 5, "{page}");
    assert!(page.contains("comes twice: it runs once, the first time."), "{page}");
    assert_eq!(service.store.schedules().await.unwrap(), []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_buttons_of_a_schedule_do_what_they_say(pool: PgPool) {
    let service = Service::demo(pool).await;
    save(&service, &form("size", "s")).await;
    let id = service.store.schedules().await.unwrap()[0].id.to_string();
    let press =
        async |action: &str| service.press(&format!("/actions/{action}-schedule"), &[("id", &id)]).await;
    assert_eq!(press("pause").await, "/schedules");
    assert!(service.page("/schedules").await.1.contains("Paused by "));
    assert_eq!(press("resume").await, "/schedules");
    assert_eq!(press("run").await, "/jobs/1");
    let (_, page) = service.page(&format!("/clusters/{CLUSTER}")).await;
    assert!(page.contains(&format!("href=\"/schedules/{id}\"")), "{page}");
    assert!(
        service.page(&format!("/schedules/{id}/delete")).await.1.contains("Delete the schedule mornings?")
    );
    assert_eq!(press("delete").await, "/schedules");
    assert!(service.page("/schedules").await.1.contains("Nothing starts by the clock yet."));
    for path in [format!("/schedules/{id}"), "/schedules/x".into(), format!("/schedules/{id}/delete")] {
        assert_eq!(service.page(&path).await.0, 404, "{path}");
    }
    assert_eq!(press("run").await, "/schedules", "what is gone is not in the list");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_cannot_be_says_why_and_a_destroy_is_confirmed_first(pool: PgPool) {
    let service = Service::demo(pool.clone()).await;
    save(&service, &form("size", "s")).await;
    let mut down = form("routine", "down");
    down.push(("schedule[name]".into(), "evenings".into()));
    down.retain(|(name, value)| name != "schedule[name]" || value == "evenings");
    save(&service, &down).await;
    sqlx::query("update cluster set state = 'up', size = 's'").execute(&pool).await.unwrap();
    let schedules = service.store.schedules().await.unwrap();
    let id = |name: &str| schedules.iter().find(|schedule| schedule.name == name).unwrap().id.to_string();
    let place = service.press("/actions/run-schedule", &[("id", &id("mornings"))]).await;
    let (status, page) = service.page(&place).await;
    assert_eq!(status, 409);
    assert!(page.contains("iriversland2 is already up in size s. Nothing was started."), "{page}");
    let place = service.press("/actions/run-schedule", &[("id", &id("evenings"))]).await;
    assert_eq!(place, format!("/clusters/{CLUSTER}/destroy"));
    assert_eq!(service.number_of_jobs().await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_freeze_is_added_and_removed_by_its_form(pool: PgPool) {
    let service = Service::demo(pool).await;
    let year = chrono::Datelike::year(&service.store.now().await.unwrap()) + 1;
    let (from, until) = (format!("{year}-12-24"), format!("{year}-12-26"));
    let fields = [
        ("from", from.as_str()),
        ("until", &until),
        ("zone", "UTC"),
        ("cluster", ""),
        ("because", "holidays"),
    ];
    assert_eq!(service.press("/actions/add-freeze", &fields).await, "/schedules");
    let (_, page) = service.page("/schedules").await;
    assert!(
        page.contains(&format!("{year}-12-24 00:00 to {year}-12-27 00:00 UTC, every cluster: holidays")),
        "{page}"
    );
    let id = service.store.freezes(service.store.now().await.unwrap()).await.unwrap()[0].id.to_string();
    assert_eq!(service.press("/actions/remove-freeze", &[("id", &id)]).await, "/schedules");
    assert!(service.page("/schedules").await.1.contains("Nothing is frozen."));

    let wrong = [("from", until.as_str()), ("until", &from), ("zone", "UTC"), ("because", "<b>")];
    let (status, page) = service.page(&service.press("/actions/add-freeze", &wrong).await).await;
    assert_eq!(status, 422);
    assert!(page.contains("A freeze has to end after it begins. Nothing was frozen."), "{page}");
    assert!(!page.contains("<b>\""), "{page}");
}
