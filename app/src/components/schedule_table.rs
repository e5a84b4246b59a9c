//! Schedules as a table; on a narrow screen each row is a card.

use domain::Time;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::badge::badge;
use super::sentence::draw;
use crate::api::{PauseSchedule, ResumeSchedule, RunSchedule};
use crate::view::ScheduleRow;

pub fn schedule_table(rows: &[ScheduleRow], now: Time) -> impl IntoView + use<> {
    if rows.is_empty() {
        return view! {
            <p class="muted">
                "Nothing starts by the clock yet. A schedule brings a cluster up on working mornings, or destroys it in the evening."
            </p>
        }
        .into_any();
    }
    view! {
        <table class="jobs" role="table">
            <caption class="visually-hidden">
                "Schedules by name. Next runs are told in the zone of the schedule and in UTC, the last ones in UTC."
            </caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"Schedule"</th>
                    <th scope="col" role="columnheader">"Next run"</th>
                    <th scope="col" role="columnheader">"Last run"</th>
                    <th scope="col" role="columnheader">"By"</th>
                    <th scope="col" role="columnheader">"Do"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows.iter().map(|row| table_row(row, now)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn table_row(row: &ScheduleRow, now: Time) -> impl IntoView + use<> {
    let now = now.timestamp();
    let cron =
        (!row.when.starts_with(&row.cron)).then(|| view! { <code class="meta">{row.cron.clone()}</code> });
    let broken = row.broken.clone().map(|why| view! { <span class="trouble">{why}</span> });
    view! {
        <tr role="row">
            <td role="cell">{badge(&row.look)}</td>
            <td role="cell" class="schedule-cell">
                <a href=format!("/schedules/{}", row.id)>{row.name.clone()}</a>
                <span class="meta">{row.what.clone()}</span>
                <span class="meta">{row.when.clone()}</span>
                {cron}
                <span class="meta">{row.rules.clone()}</span>
                {broken}
            </td>
            <td role="cell" data-label="Next run">{draw(&row.next, now)}</td>
            <td role="cell" data-label="Last run">{draw(&row.last, now)}</td>
            <td role="cell" data-label="By">{row.by.clone()}</td>
            <td role="cell"><div class="actions">{doings(row)}</div></td>
        </tr>
    }
}

/// Names of rows are added for those who do not see in which one a button stands.
fn doings(row: &ScheduleRow) -> impl IntoView + use<> {
    let id = row.id.to_string();
    let run = row.broken.is_none().then(|| {
        view! {
            <form method="post" action=RunSchedule::url()>
                <input type="hidden" name="id" value=id.clone()/>
                <input type="hidden" name="idempotency_key" value=row.key.clone()/>
                <button class="button small" aria-label=format!("Run {} now", row.name)>"Run now"</button>
            </form>
        }
    });
    let (action, word) =
        if row.is_paused { (ResumeSchedule::url(), "Resume") } else { (PauseSchedule::url(), "Pause") };
    let label = format!("{word} {}", row.name);
    view! {
        {run}
        <form method="post" action=action>
            <input type="hidden" name="id" value=id.clone()/>
            <button class="button small" aria-label=label>{word}</button>
        </form>
        <a class="button small quiet-danger" href=format!("/schedules/{id}/delete") aria-label=format!("Delete {}…", row.name)>
            "Delete…"
        </a>
    }
}

#[cfg(test)]
mod tests {
    use domain::schedule::{Pause, Schedule};

    use super::*;
    use crate::samples::{at, catalogue, html, schedule};
    use crate::words::schedule::Kept;

    fn page(schedule: &Schedule) -> String {
        let row = ScheduleRow::new(schedule, &Kept::new(), &catalogue(), "k.11".into(), at(-60));
        html(|| schedule_table(&[row], at(-60)))
    }

    #[test]
    fn a_schedule_says_what_it_does_when_and_what_comes_next() {
        let page = page(&schedule());
        for words in [
            "up (m) on iriversland2",
            "Monday to Friday at 09:00, Europe/Berlin",
            "0 9 * * 1-5",
            "Fri 2027-01-15 09:00 Europe/Berlin = 08:00 UTC",
            "(in 1 h)",
            ">On<",
            r#"aria-label="Run weekdays now""#,
            r#"action="/actions/pause-schedule""#,
        ] {
            assert!(page.contains(words), "{words} in {page}");
        }
    }

    #[test]
    fn a_paused_one_names_who_paused_it_and_can_be_resumed() {
        let pause = Some(Pause { by: "ben".into(), at: at(-120) });
        let page = page(&Schedule { paused: pause, next_run_at: None, ..schedule() });
        assert!(page.contains("Paused by ben <time") && page.contains(">06:00<"), "{page}");
        assert!(page.contains(">Resume<"), "{page}");
    }

    #[test]
    fn a_broken_one_says_why_and_is_not_to_be_run() {
        let mut broken = schedule();
        broken.ask.routine = "<nap>".into();
        let page = page(&broken);
        assert!(page.contains(">Broken<") && page.contains("There is no routine \"&lt;nap&gt;\"."), "{page}");
        assert!(!page.contains("Run now"), "{page}");
    }
}
