//! `/schedules/new` and `/schedules/{id}`: write a schedule, and see its next runs before it is saved.

use domain::Time;
use domain::schedule::{LastRun, Schedule, zone::Zone};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use leptos_router::params::ParamsMap;

use super::frame::Section;
use super::problem::PageError;
use super::{form, load};
use crate::components::schedule_fields::{Target, schedule_form};
use crate::components::sentence::draw;
use crate::draft::DraftError;
use crate::problem::Refusal;
use crate::respond;
use crate::schedule_form::ScheduleForm;
use crate::words::schedule as words;
use crate::world::World;

/// How many runs are shown before a schedule is saved.
const NEXT: usize = 5;
/// How many runs of the past are shown.
const NEWEST_RUNS: i64 = 10;

/// The schedule that the address names.
pub fn schedule_in_path() -> Option<i64> {
    use_params_map().read_untracked().get_str("id").and_then(|id| id.parse().ok())
}

pub async fn schedule(world: &World, id: Option<i64>) -> Result<Schedule, PageError> {
    let found = match id {
        Some(id) => world.store.schedule(id).await?,
        None => None,
    };
    found
        .ok_or_else(|| PageError::NotFound("There is no such schedule. It may have been deleted.".to_owned()))
}

pub fn new_page() -> impl IntoView {
    let query = form::query();
    load(async move |world| {
        let entered = ScheduleForm::from_query(&query);
        let first = |names: Vec<String>| names.into_iter().next().unwrap_or_default();
        let clusters = world.catalogue.clusters.iter().map(|cluster| cluster.name.clone()).collect();
        let usual = ScheduleForm::default()
            .with("routine", "up")
            .with("cluster", query.get("cluster").unwrap_or_else(|| first(clusters)))
            .with("when", "weekdays")
            .with("at", "09:00")
            .with("zone", Zone::UTC);
        let target = Target { id: None, version: None };
        show(&world, "New schedule", target, entered.clone().unwrap_or(usual), &query, entered.is_some(), &[])
            .await
    })
}

pub fn page() -> impl IntoView {
    let (id, query) = (schedule_in_path(), form::query());
    load(async move |world| {
        let schedule = schedule(&world, id).await?;
        let entered = ScheduleForm::from_query(&query);
        let own = ScheduleForm::of(&schedule);
        let runs = world.store.schedule_runs(schedule.id, NEWEST_RUNS).await?;
        let seen = query.get_str("expected_version").and_then(|version| version.parse().ok());
        let target = Target { id: Some(schedule.id), version: Some(seen.unwrap_or(schedule.version)) };
        show(&world, &schedule.name, target, entered.unwrap_or(own), &query, true, &runs).await
    })
}

async fn show(
    world: &World,
    title: &str,
    target: Target,
    entered: ScheduleForm,
    query: &ParamsMap,
    shows_next: bool,
    runs: &[LastRun],
) -> Result<AnyView, PageError> {
    let draft = entered.draft(&world.catalogue);
    let refusal = refusal(query, draft.as_ref().err(), &entered);
    let frame = form::frame(title, Section::Schedules, refusal.as_ref()).load(world).await?;
    let next = shows_next.then(|| match &draft {
        Ok(draft) => next_runs(&draft.timing, world.now).into_any(),
        Err(error) => view! { <p class="muted">{error.to_string()}</p> }.into_any(),
    });
    let content = view! {
        <div class="stack">
            {form::problem_summary(refusal.as_ref())}
            <h1 tabindex="-1">{title.to_owned()}</h1>
            <div class="columns wide-side">
                <div id="form">{schedule_form(&entered, &target, &world.catalogue, refusal.as_ref())}</div>
                <div class="stack">
                    <section class="card stack" aria-labelledby="next-runs">
                        <h2 id="next-runs">"Next runs"</h2>
                        {next.unwrap_or_else(|| view! { <p class="muted">"\"Show next runs\" tells when it would run."</p> }.into_any())}
                    </section>
                    {past_runs(runs, world.now)}
                </div>
            </div>
        </div>
    };
    Ok(frame.around(content))
}

/// Why the form came back. The address carries a code only; what is wrong is found again from what was entered.
fn refusal(query: &ParamsMap, wrong: Option<&DraftError>, entered: &ScheduleForm) -> Option<Refusal> {
    let invalid = |field, message: String| {
        let message = format!("{message} Nothing was saved.");
        Refusal { status: http::StatusCode::UNPROCESSABLE_ENTITY, message, field }
    };
    let conflict = |field, message: String| Refusal { status: http::StatusCode::CONFLICT, message, field };
    let name = entered.get("name");
    let refusal = match (query.get_str("problem")?, wrong) {
        ("refused", Some(error)) => invalid(error.field(), error.to_string()),
        ("refused", None) => {
            conflict("form", "It could not be saved. It can be now: press again.".to_owned())
        }
        ("taken", _) => {
            conflict("name", format!("There is a schedule \"{name}\" already. Nothing was saved."))
        }
        ("stale", _) => {
            let message = "Somebody has changed this schedule since you saw it. Nothing was saved. Look at it again, then decide.";
            conflict("form", message.to_owned())
        }
        _ => return None,
    };
    respond::status(refusal.status);
    Some(refusal)
}

fn next_runs(timing: &domain::schedule::timing::Timing, now: Time) -> impl IntoView + use<> {
    let runs = timing
        .next(now, NEXT)
        .into_iter()
        .map(|run| {
            let sentence =
                crate::view::Sentence::new(words::in_both_zones(run, timing.zone)).then(" ").remaining(run);
            view! { <li>{draw(&sentence, now.timestamp())}</li> }
        })
        .collect_view();
    let touched = timing.touched(now);
    let notes =
        touched.iter().map(|change| view! { <li>{words::touched(change, timing.zone)}</li> }).collect_view();
    let notes = (!touched.is_empty()).then(|| {
        view! {
            <h3>"When the clock changes"</h3>
            <ul class="acts meta">{notes}</ul>
        }
    });
    view! { <ol class="plan">{runs}</ol> {notes} }
}

fn past_runs(runs: &[LastRun], now: Time) -> Option<impl IntoView + use<>> {
    let lines = runs
        .iter()
        .map(|run| view! { <li>{draw(&words::last_run(Some(run), now), now.timestamp())}</li> })
        .collect_view();
    (!runs.is_empty()).then(|| {
        view! {
            <section class="card stack" aria-labelledby="past-runs">
                <h2 id="past-runs">"Past runs, in UTC"</h2>
                <ul class="acts meta">{lines}</ul>
            </section>
        }
    })
}

#[cfg(test)]
mod tests {
    use domain::schedule::timing::Timing;

    use super::*;
    use crate::samples::{at, html};

    fn refused(problem: &str, entered: &ScheduleForm) -> Option<Refusal> {
        let mut query = ParamsMap::new();
        query.insert("problem", problem.to_owned());
        let draft = entered.draft(&crate::samples::catalogue());
        refusal(&query, draft.as_ref().err(), entered)
    }

    #[test]
    fn what_is_wrong_is_found_again_from_what_was_entered() {
        let form = ScheduleForm::of(&crate::samples::schedule()).with("when", "cron");
        let wrong = refused("refused", &form.clone().with("cron", "61 9 * * *")).unwrap();
        assert_eq!(
            (wrong.field, wrong.message.as_str()),
            ("cron", "minute: 61 is not between 0 and 59. Nothing was saved.")
        );
        assert!(refused("refused", &form).unwrap().message.ends_with("press again."));
        assert_eq!(refused("taken", &form).unwrap().field, "name");
        assert_eq!(refused("Call 0900 now", &form), None);
    }

    #[test]
    fn the_next_five_runs_are_told_in_both_zones_with_what_the_clock_does_to_them() {
        let timing = Timing::read("30 2 * * *", "Europe/Berlin").unwrap();
        let page = html(|| next_runs(&timing, at(0)));
        assert_eq!(page.matches("Europe/Berlin = ").count(), 5, "{page}");
        assert!(page.contains("On 2027-10-31 02:30 comes twice"), "{page}");
        let calm = html(|| next_runs(&Timing::read("0 9 * * *", "UTC").unwrap(), at(0)));
        assert!(!calm.contains("When the clock changes"), "{calm}");
    }
}
