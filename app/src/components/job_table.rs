//! Jobs as a table; on a narrow screen each row is a card.

use domain::text;
use leptos::prelude::*;

use super::badge::badge;
use super::time;
use crate::live::Clock;
use crate::view::JobRow;

/// The table. `caption` says what is in it.
pub fn job_table(caption: String, rows: &[JobRow], clock: Clock) -> AnyView {
    view! {
        <table class="jobs" role="table">
            <caption class="visually-hidden">{caption}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"Job"</th>
                    <th scope="col" role="columnheader">"Started"</th>
                    <th scope="col" role="columnheader" class="number">"Took"</th>
                    <th scope="col" role="columnheader">"By"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows.iter().map(|row| table_row(row, clock)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn table_row(row: &JobRow, clock: Clock) -> impl IntoView + use<> {
    let size = row.size.map(|size| format!(" ({size})")).unwrap_or_default();
    let started = match row.started_at {
        Some(at) => time::minute(at, clock).into_any(),
        None => view! { <span class="muted">"not yet"</span> }.into_any(),
    };
    view! {
        <tr role="row">
            <td role="cell">{badge(row.state)}</td>
            <td role="cell" class="job-cell">
                <a href=format!("/jobs/{}", row.number)>{format!("#{} {}{size}", row.number, row.title)}</a>
                <span class="meta">{row.cluster.clone()} {line(row)}</span>
            </td>
            <td role="cell" data-label="Started">{started}</td>
            <td role="cell" class="number" data-label="Took">{took(row, clock)}</td>
            <td role="cell" data-label="By">{row.by.clone()}</td>
        </tr>
    }
}

/// How it ended, or where it is.
fn line(row: &JobRow) -> Option<String> {
    let at_step = row.at_step.as_ref().filter(|_| row.started_at.is_some());
    match (at_step, &row.outcome) {
        (Some(at), _) => Some(format!(" · step {} of {}: {}", at.position, at.total, at.title)),
        (None, Some(outcome)) => Some(format!(" · {outcome}")),
        (None, None) => None,
    }
}

fn took(row: &JobRow, clock: Clock) -> Option<impl IntoView + use<>> {
    Some(match (row.started_at?, row.finished_at) {
        (started, Some(finished)) => text::duration(finished - started).into_any(),
        (started, None) => time::so_far(started, clock).into_any(),
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::job::JobState;

    use super::*;
    use crate::samples::{at, html, job_row};

    fn page(row: JobRow) -> String {
        html(|| job_table("Jobs".into(), &[row], Clock::starting_at(at(28))))
    }

    #[test]
    fn a_running_job_says_at_which_step_it_is() {
        let page = page(job_row(128, JobState::Running));
        assert!(page.contains("#128 guide (m)") && page.contains("href=\"/jobs/128\""), "{page}");
        assert!(page.contains("step 3 of 5: Run the S3 job"), "{page}");
        assert!(page.contains("18 min so far"), "{page}");
    }

    #[test]
    fn an_ended_job_says_how_it_ended_and_how_long_it_took() {
        let mut row = job_row(128, JobState::Failed);
        row.outcome = Some("Failed at step 2 <script>".into());
        let page = page(row);
        assert!(page.contains("Failed at step 2 &lt;script&gt;"), "{page}");
        assert!(page.contains(">44 min<"), "{page}");
    }

    #[test]
    fn the_table_has_a_caption_and_its_heads_have_a_scope() {
        let page = page(job_row(1, JobState::Queued));
        assert!(page.contains(">Jobs</caption>"), "{page}");
        assert_eq!(page.matches("scope=\"col\"").count(), 5);
    }
}
