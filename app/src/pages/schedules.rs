//! `/schedules`: what starts by the clock, what comes next, and what does not run when.

use domain::Time;
use domain::actor::Role;
use domain::money::may_start;
use domain::order::{Order, conflict};
use domain::schedule::Schedule;
use domain::schedule::due::KeptUp;
use domain::schedule::freeze::Freeze;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use server_fn::ServerFn;
use store::OwedDestroy;

use super::frame::{Frame, Section};
use super::problem::PageError;
use super::{form, load};
use crate::api::RemoveFreeze;
use crate::components::schedule_table::schedule_table;
use crate::components::seal::Seal;
use crate::components::sentence::draw;
use crate::problem::Refusal;
use crate::respond;
use crate::view::{ScheduleRow, Sentence};
use crate::words::{end_of, schedule as words};
use crate::world::World;

pub fn page() -> impl IntoView {
    let query = form::query();
    load(async move |world| {
        let schedules = world.store.schedules().await?;
        let freezes = world.store.freezes(world.now).await?;
        let refusal = refusal(&query, &schedules, &world).await?;
        let frame = Frame::new(title(refusal.as_ref()), Section::Schedules).load(&world).await?;
        let now = world.now;
        let owed = world.store.unsettled_obligations().await?;
        let kept = owed
            .iter()
            .filter_map(|owed| Some((owed.obligation.cluster.clone(), KeptUp::of(&owed.obligation)?)));
        let kept: words::Kept = kept.collect();
        let ends = ends(&owed, &world).await?;
        let seal = Seal::fresh();
        let rows: Vec<ScheduleRow> = schedules
            .iter()
            .map(|schedule| {
                ScheduleRow::new(schedule, &kept, &world.catalogue, seal.key(schedule.version), now)
            })
            .collect();
        let coming = words::coming(&schedules, &freezes, &kept, &world.catalogue, now);
        let content = view! {
            <div class="sections">
                <div class="stack">
                    {form::problem_summary(refusal.as_ref())}
                    <div class="section-head">
                        <h1 tabindex="-1">"Schedules"</h1>
                        <a class="button primary" href="/schedules/new">"New schedule…"</a>
                    </div>
                    <div id="form">{schedule_table(&rows, now)}</div>
                </div>
                {coming_section(&coming, now)}
                {ends_section(&ends, now)}
                {freezes_section(&freezes)}
            </div>
        };
        Ok(frame.around(content))
    })
}

fn title(refusal: Option<&Refusal>) -> String {
    format!("{}Schedules – Cluster Head", if refusal.is_some() { "Error: " } else { "" })
}

/// Why "Run now" led back here. The address names the schedule; the reason is found again from the facts of now.
async fn refusal(
    query: &ParamsMap,
    schedules: &[Schedule],
    world: &World,
) -> Result<Option<Refusal>, PageError> {
    let asked = query.get_str("not_run").and_then(|id| id.parse::<i64>().ok());
    let Some(schedule) = schedules.iter().find(|schedule| Some(schedule.id) == asked) else {
        return Ok(None);
    };
    let why = match schedule.order(&world.catalogue) {
        Err(error) => Some(error.to_string()),
        Ok(order) => why_not(&order, world).await?,
    };
    let message = why.unwrap_or_else(|| "It could not be run. It can be now: press again.".to_owned());
    respond::status(http::StatusCode::CONFLICT);
    Ok(Some(Refusal {
        status: http::StatusCode::CONFLICT,
        message: format!("{}: {message}", schedule.name),
        field: "form",
    }))
}

/// Why the job may not begin now, if it may not.
async fn why_not(order: &Order, world: &World) -> Result<Option<String>, PageError> {
    let cluster = world.store.cluster(&order.cluster).await?;
    let idle = cluster.filter(|cluster| cluster.active_job.is_none());
    if let Some(conflict) = idle.and_then(|idle| conflict(&order.steps, order.size, &idle)) {
        return Ok(Some(conflict.to_string()));
    }
    let owed = world.store.obligation_of(&order.cluster).await?;
    if let Err(error) = order.check_lifetime(owed.as_ref()) {
        return Ok(Some(error.to_string()));
    }
    if !order.steps.iter().any(|step| step.action.creates_cluster()) {
        return Ok(None);
    }
    let role = world.visitor.admitted.as_ref().map_or(Role::Operator, |admitted| admitted.role);
    let month = world.store.this_month().await?;
    let refused = may_start(world.catalogue.limit_of(role), &month.up_times, month.now);
    Ok(refused.err().map(|error| error.to_string()))
}

/// How each cluster that may be up ends, by name.
async fn ends(owed: &[OwedDestroy], world: &World) -> Result<Vec<(String, Sentence)>, PageError> {
    let mut ends = Vec::new();
    for OwedDestroy { obligation, is_busy, .. } in owed {
        let words = if obligation.is_open() {
            let planned = world.store.planned_destroy(obligation, &world.catalogue).await?;
            end_of(obligation, planned.as_ref(), *is_busy, world.now)
        } else {
            Sentence::new("It is being destroyed.")
        };
        ends.push((obligation.cluster.clone(), words));
    }
    ends.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(ends)
}

fn coming_section(coming: &[words::ComingRun], now: Time) -> impl IntoView + use<> {
    let lines = coming
        .iter()
        .map(|run| {
            let time = Sentence::default().minute(run.at, now);
            view! { <li>{draw(&time, now.timestamp())} ": " {run.words.clone()}</li> }
        })
        .collect_view();
    let body = if coming.is_empty() {
        view! { <p class="muted">"Nothing runs in the next seven days."</p> }.into_any()
    } else {
        view! { <ul class="acts">{lines}</ul> }.into_any()
    };
    view! {
        <section class="stack" aria-labelledby="coming">
            <h2 id="coming">"The next seven days, in UTC"</h2>
            {body}
        </section>
    }
}

fn ends_section(ends: &[(String, Sentence)], now: Time) -> impl IntoView + use<> {
    let rows = ends
        .iter()
        .map(|(cluster, words)| {
            view! {
                <tr role="row">
                    <td role="cell" class="job-cell"><a href=format!("/clusters/{cluster}")>{cluster.clone()}</a></td>
                    <td role="cell" data-label="End">{draw(words, now.timestamp())}</td>
                </tr>
            }
        })
        .collect_view();
    let body = if ends.is_empty() {
        view! { <p class="muted">"No cluster is up."</p> }.into_any()
    } else {
        view! {
            <table class="jobs" role="table">
                <caption class="visually-hidden">"How each cluster ends by itself, if it does. Times are UTC."</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Cluster"</th>
                        <th scope="col" role="columnheader">"End"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="stack" aria-labelledby="ends">
            <h2 id="ends">"Auto-destroy times"</h2>
            <p class="meta">"They hold whatever the schedules say, in a freeze too. Where a person chose the time, no schedule destroys before it."</p>
            {body}
        </section>
    }
}

fn freezes_section(freezes: &[Freeze]) -> impl IntoView + use<> {
    let lines = freezes
        .iter()
        .map(|freeze| {
            let label = format!("Remove the freeze: {}", freeze.because);
            view! {
                <li class="section-head">
                    <span>{words::freeze(freeze)}</span>
                    <form method="post" action=RemoveFreeze::url()>
                        <input type="hidden" name="id" value=freeze.id.to_string()/>
                        <button class="button small" aria-label=label>"Remove"</button>
                    </form>
                </li>
            }
        })
        .collect_view();
    let body = if freezes.is_empty() {
        view! { <p class="muted">"Nothing is frozen."</p> }.into_any()
    } else {
        view! { <ul class="acts">{lines}</ul> }.into_any()
    };
    view! {
        <section class="stack" aria-labelledby="freezes">
            <div class="section-head">
                <h2 id="freezes">"Freezes"</h2>
                <a class="button" href="/schedules/freeze">"Freeze schedules…"</a>
            </div>
            <p class="meta">"No schedule runs in a freeze, and nothing is made up for afterwards. Auto-destroy times hold."</p>
            {body}
        </section>
    }
}
