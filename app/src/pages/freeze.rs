//! `/schedules/freeze`: name a time in which no schedule runs.

use domain::schedule::zone::Zone;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use server_fn::ServerFn;

use super::frame::Section;
use super::{form, load};
use crate::api::AddFreeze;
use crate::problem::Refusal;
use crate::world::World;
use crate::{freeze_form, reason, respond};

pub fn page() -> impl IntoView {
    let query = form::query();
    load(async move |world| {
        let refusal = refusal(&query, &world);
        let frame =
            form::frame("Freeze schedules", Section::Schedules, refusal.as_ref()).load(&world).await?;
        let clusters = world.catalogue.clusters.iter().map(|cluster| cluster.name.clone()).collect();
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">"Freeze schedules"</h1>
                <section class="notice tone-run" aria-label="What it means">
                    <p>"In that time no schedule runs, and nothing is made up for afterwards. Auto-destroy times hold: a cluster that is up is destroyed at its time."</p>
                </section>
                {freeze_fields(&query, clusters, refusal.as_ref())}
            </div>
        };
        Ok(frame.around(content))
    })
}

/// Why the form came back. What is wrong is found again from what was entered.
fn refusal(query: &ParamsMap, world: &World) -> Option<Refusal> {
    query.get_str("problem").filter(|problem| *problem == "refused")?;
    let text = |name| query.get(name).unwrap_or_default();
    let cluster = text("cluster");
    let from = freeze_form::joined(&text("from"), &text("from_time"));
    let until = freeze_form::joined(&text("until"), &text("until_time"));
    let (field, message) = match freeze_form::read(&from, &until, &text("zone"), world.now) {
        Err(error) => (error.field(), error.to_string()),
        Ok(_) => match reason::required(&text("because")) {
            Err(error) => ("because", error.to_string()),
            Ok(_) if !cluster.is_empty() && world.catalogue.cluster(&cluster).is_none() => {
                ("cluster", "There is no such cluster.".to_owned())
            }
            Ok(_) => ("form", "It could not be done. It can be now: press again.".to_owned()),
        },
    };
    respond::status(http::StatusCode::UNPROCESSABLE_ENTITY);
    let message = format!("{message} Nothing was frozen.");
    Some(Refusal { status: http::StatusCode::UNPROCESSABLE_ENTITY, message, field })
}

fn freeze_fields(
    query: &ParamsMap,
    clusters: Vec<String>,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    let text = |name| query.get(name).unwrap_or_default();
    let chosen = text("cluster");
    let options = clusters
        .into_iter()
        .map(|name| {
            let selected = name == chosen;
            view! { <option value=name.clone() selected=selected>{name.clone()}</option> }
        })
        .collect_view();
    let zone = Some(text("zone")).filter(|zone| !zone.is_empty()).unwrap_or_else(|| Zone::UTC.to_string());
    let input = |name: &'static str, label: &'static str, kind: &'static str, value: String| {
        let wrong = refusal.filter(|refusal| refusal.field == name).map(|refusal| refusal.message.clone());
        let invalid = wrong.is_some().then_some("true");
        let describedby = wrong.is_some().then(|| format!("{name}-error"));
        let wrong =
            wrong.map(|message| view! { <p id=format!("{name}-error") class="trouble">{message}</p> });
        view! {
            <div class="field">
                <label for=name>{label}</label>
                {wrong}
                <input id=name name=name type=kind value=value autocomplete="off" aria-invalid=invalid aria-describedby=describedby/>
            </div>
        }
    };
    view! {
        <form method="post" action=AddFreeze::url() id="form" class="stack">
            <div class="two">
                {input("from", "First day", "date", text("from"))}
                {input("from_time", "From that time on (optional)", "time", text("from_time"))}
            </div>
            <div class="two">
                {input("until", "Last day", "date", text("until"))}
                {input("until_time", "To that time (optional)", "time", text("until_time"))}
            </div>
            <p class="meta">"Without times the days are frozen as a whole, the last one too. Say both times or none."</p>
            {input("zone", "Time zone of these days and times", "text", zone)}
            <div class="field">
                <label for="cluster">"Cluster"</label>
                <select id="cluster" name="cluster"><option value="">"Every cluster"</option>{options}</select>
            </div>
            {form::reason_field("Why", text("because"), refusal)}
            <div class="form-foot">
                <a class="button" href="/schedules">"Back"</a>
                <button class="button primary">"Freeze schedules"</button>
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::html;

    #[test]
    fn what_was_typed_comes_back_as_text() {
        let mut query = ParamsMap::new();
        query.insert("because", "</form><script>".to_owned());
        query.insert("zone", "\"><script>".to_owned());
        query.insert("from_time", "18:00".to_owned());
        let page = html(|| freeze_fields(&query, vec!["iriversland2".into()], None));
        assert!(page.contains(r#"action="/actions/add-freeze""#) && page.contains("Every cluster"), "{page}");
        assert!(page.contains(r#"name="from_time" type="time" value="18:00""#), "{page}");
        assert!(!page.contains("<script>"), "{page}");
    }
}
