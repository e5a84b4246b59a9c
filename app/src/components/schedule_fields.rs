//! The form of a schedule: one form, two buttons. One shows the next runs, the other saves.

use chrono::NaiveTime;
use domain::catalogue::Catalogue;
use domain::schedule::simple::week;
use domain::size::Size;
use leptos::prelude::*;
use server_fn::ServerFn;

use crate::api::SaveSchedule;
use crate::problem::Refusal;
use crate::schedule_form::ScheduleForm;

/// What the form writes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// None for a new one.
    pub id: Option<i64>,
    /// The version that is looked at.
    pub version: Option<i64>,
}

/// How a pattern behaves when the clock changes, as the documentation says it.
const CLOCK_RULE: &str = "Five fields: minute, hour, day of month, month, day of week. A pattern that names its hours runs \
    each time once, whatever the clock does: a time that does not exist at the first instant after the gap, a time that \
    comes twice the first time. With * or a step as its hour it follows the clock.";

pub fn schedule_form(
    entered: &ScheduleForm,
    target: &Target,
    catalogue: &Catalogue,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    let Target { id, version } = *target;
    let here = id.map_or_else(|| "/schedules/new".to_owned(), |id| format!("/schedules/{id}"));
    let hidden = |name: &'static str, value: Option<i64>| {
        value.map(|value| view! { <input type="hidden" name=name value=value.to_string()/> })
    };
    view! {
        <form method="post" action=SaveSchedule::url() class="stack">
            {hidden("id", id)}
            {hidden("expected_version", version)}
            {text_field("name", "Name", "", entered, refusal)}
            {what_fields(entered, catalogue, refusal).into_any()}
            {when_fields(entered, refusal).into_any()}
            {text_field("zone", "Time zone", "Such as Europe/Berlin, America/New_York or UTC.", entered, refusal)}
            {rule_fields(entered).into_any()}
            <div class="form-foot">
                <a class="button" href="/schedules">"Back"</a>
                <button class="button" formmethod="get" formaction=here>"Show next runs"</button>
                <button class="button primary">"Save schedule"</button>
            </div>
        </form>
    }
}

fn what_fields(
    entered: &ScheduleForm,
    catalogue: &Catalogue,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    let routines = catalogue.routines.iter().map(|routine| routine.name.clone()).collect();
    let clusters = catalogue.clusters.iter().map(|cluster| cluster.name.clone()).collect();
    let sizes = Size::ALL.iter().map(ToString::to_string).collect();
    let services: Vec<String> = catalogue.services.iter().map(|service| service.name.clone()).collect();
    view! {
        {select_field("routine", "Routine", routines, None, entered, refusal)}
        {select_field("cluster", "Cluster", clusters, None, entered, refusal)}
        {select_field("size", "Size, if the routine brings the cluster up", sizes, Some("The cluster's usual size"), entered, refusal)}
        {select_field("service", "Service, if the routine deploys one of your choice", services, Some("None"), entered, refusal)}
        {text_field(
            "lifetime",
            "Destroy it after, if the routine brings the cluster up",
            "Such as 90min or 8h. Empty: as the config says.",
            entered,
            refusal,
        )}
    }
}

fn when_fields(entered: &ScheduleForm, refusal: Option<&Refusal>) -> impl IntoView + use<> {
    let chosen = entered.get("when").to_owned();
    let radio = |value: &'static str, words: &'static str| {
        let checked = chosen == value;
        view! {
            <label class="choice">
                <input type="radio" name=ScheduleForm::name_of("when") value=value checked=checked/>
                <span>{words}</span>
            </label>
        }
    };
    let days = week()
        .map(|(day, name)| {
            let field = ScheduleForm::field_of(day);
            let checked = !entered.get(field).is_empty();
            view! {
                <label>
                    <input type="checkbox" name=ScheduleForm::name_of(field) value="on" checked=checked/>
                    {name}
                </label>
            }
        })
        .collect_view();
    let is_wrong = refusal.is_some_and(|refusal| refusal.field == "when");
    view! {
        <fieldset class="choices" id="when" tabindex="-1">
            <legend>"When"</legend>
            {is_wrong.then(|| view! { <p class="trouble">"Choose at least one day."</p> })}
            {radio("every", "Every day")}
            {radio("weekdays", "Monday to Friday")}
            {radio("chosen", "On these days")}
            <div class="days" role="group" aria-label="These days">{days}</div>
            {radio("cron", "By the cron pattern below")}
        </fieldset>
        {field("at", "At", "", refusal, {
            // A browser complains about a value that is no time, and shows nothing of it.
            let value = Some(entered.get("at").to_owned()).filter(|at| NaiveTime::parse_from_str(at, "%H:%M").is_ok());
            move |describedby, invalid| view! {
                <input id="at" name=ScheduleForm::name_of("at") type="time" value=value aria-describedby=describedby aria-invalid=invalid/>
            }.into_any()
        })}
        <details open=chosen == "cron">
            <summary>"Cron pattern"</summary>
            {text_field("cron", "Cron pattern", CLOCK_RULE, entered, refusal)}
        </details>
    }
}

fn rule_fields(entered: &ScheduleForm) -> impl IntoView + use<> {
    let radio = |name: &'static str, value: &'static str, otherwise: bool, words: &'static str| {
        let now = entered.get(name);
        let checked = if now.is_empty() { otherwise } else { now == value };
        view! {
            <label class="choice">
                <input type="radio" name=ScheduleForm::name_of(name) value=value checked=checked/>
                <span>{words}</span>
            </label>
        }
    };
    view! {
        <fieldset class="choices" id="missed">
            <legend>"When this service was not there at the time"</legend>
            {radio("missed", "catch-up", true, "Make up for it once, for the newest time only")}
            {radio("missed", "skip", false, "Skip it")}
        </fieldset>
        <fieldset class="choices" id="overlap">
            <legend>"When a job is at work on the cluster at the time"</legend>
            {radio("overlap", "skip", true, "Skip it")}
            {radio("overlap", "queue", false, "Queue the job behind it")}
        </fieldset>
    }
}

fn text_field(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    entered: &ScheduleForm,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    let value = entered.get(name).to_owned();
    field(name, label, hint, refusal, move |describedby, invalid| {
        view! {
            <input
                id=name
                name=ScheduleForm::name_of(name)
                type="text"
                value=value
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby=describedby
                aria-invalid=invalid
            />
        }
        .into_any()
    })
}

/// What is chosen already is offered even where the config has forgotten it: nobody changes it unseen.
fn select_field(
    name: &'static str,
    label: &'static str,
    mut known: Vec<String>,
    none: Option<&'static str>,
    entered: &ScheduleForm,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    let chosen = entered.get(name).to_owned();
    if !chosen.is_empty() && !known.contains(&chosen) {
        known.push(chosen.clone());
    }
    let none = none.map(|words| view! { <option value="">{words}</option> });
    let options = known
        .into_iter()
        .map(|value| {
            let selected = value == chosen;
            view! { <option value=value.clone() selected=selected>{value.clone()}</option> }
        })
        .collect_view();
    field(name, label, "", refusal, move |describedby, invalid| {
        view! {
            <select id=name name=ScheduleForm::name_of(name) aria-describedby=describedby aria-invalid=invalid>
                {none}
                {options}
            </select>
        }
        .into_any()
    })
}

fn field(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    refusal: Option<&Refusal>,
    input: impl FnOnce(Option<String>, Option<&'static str>) -> AnyView,
) -> AnyView {
    let wrong = refusal.filter(|refusal| refusal.field == name).map(|refusal| refusal.message.clone());
    let mut described = Vec::new();
    if wrong.is_some() {
        described.push(format!("{name}-error"));
    }
    if !hint.is_empty() {
        described.push(format!("{name}-hint"));
    }
    let describedby = (!described.is_empty()).then(|| described.join(" "));
    let invalid = wrong.is_some().then_some("true");
    let hint = (!hint.is_empty()).then(|| view! { <p id=format!("{name}-hint") class="meta">{hint}</p> });
    let wrong = wrong.map(|message| view! { <p id=format!("{name}-error") class="trouble">{message}</p> });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {hint}
            {wrong}
            {input(describedby, invalid)}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{catalogue, html, schedule};

    fn page(entered: &ScheduleForm) -> String {
        let target = Target { id: Some(3), version: Some(11) };
        html(|| schedule_form(entered, &target, &catalogue(), None))
    }

    #[test]
    fn the_form_holds_what_the_schedule_says_and_works_without_script() {
        let page = page(&ScheduleForm::of(&schedule()));
        for part in [
            r#"action="/actions/save-schedule""#,
            r#"name="expected_version" value="11""#,
            r#"name="schedule[name]" type="text" value="weekdays""#,
            r#"formmethod="get" formaction="/schedules/3""#,
            r#"name="schedule[when]" value="weekdays" checked"#,
            r#"<option value="up" selected"#,
            r#"name="schedule[missed]" value="catch-up" checked"#,
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn what_the_config_has_forgotten_is_still_there() {
        let page = page(&ScheduleForm::of(&schedule()).with("cluster", "gone<b>"));
        assert!(page.contains(r#"<option value="gone&lt;b&gt;" selected"#), "{page}");
    }

    #[test]
    fn a_field_that_is_wrong_says_so_beside_itself() {
        let refusal = Refusal {
            status: http::StatusCode::UNPROCESSABLE_ENTITY,
            message: "There is no time zone \"Berln\".".into(),
            field: "zone",
        };
        let target = Target { id: None, version: None };
        let page = html(|| schedule_form(&ScheduleForm::default(), &target, &catalogue(), Some(&refusal)));
        assert!(page.contains(r#"id="zone-error""#) && page.contains(r#"aria-invalid="true""#), "{page}");
        assert!(page.contains(r#"aria-describedby="zone-error zone-hint""#), "{page}");
    }
}
