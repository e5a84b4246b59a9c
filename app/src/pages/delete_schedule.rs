//! `/schedules/{id}/delete`: what goes with it, and what stays.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::edit_schedule::{schedule, schedule_in_path};
use super::frame::{Frame, Section};
use super::load;
use crate::api::DeleteSchedule;
use crate::words::schedule as words;

pub fn page() -> impl IntoView {
    let id = schedule_in_path();
    load(async move |world| {
        let schedule = schedule(&world, id).await?;
        let title = format!("Delete the schedule {}?", schedule.name);
        let frame = Frame::new(format!("{title} – Cluster Head"), Section::Schedules).load(&world).await?;
        let what = words::what(&schedule.ask);
        let when = words::when(&schedule.cron, &schedule.zone);
        let content = view! {
            <div class="stack narrow">
                <h1 tabindex="-1">{title}</h1>
                <section class="notice tone-warn" aria-label="What it means">
                    <p><strong>{format!("It does not start {what} any more ({when}).")}</strong></p>
                    <p>"Jobs that it started go on and stay in the history. A cluster that is up is not touched: it is destroyed at its auto-destroy time."</p>
                </section>
                <form method="post" action=DeleteSchedule::url() class="form-foot">
                    <input type="hidden" name="id" value=schedule.id.to_string()/>
                    <a class="button" href="/schedules">"Keep it"</a>
                    <button class="button danger">"Delete schedule"</button>
                </form>
            </div>
        };
        Ok(frame.around(content))
    })
}
