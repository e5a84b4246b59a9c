//! Jobs as a table; on a narrow screen each row is a card.

use domain::text;
use leptos::prelude::*;

use super::badge::badge;
use super::sentence::{Sentence, so_far};
use crate::live::Now;
use crate::view::JobRow;

/// The table. `caption` says what is in it.
pub fn job_table(caption: &str, rows: &[JobRow], now: Now) -> impl IntoView + use<> {
    let heads = [("State", ""), ("Job", ""), ("Started", ""), ("Took", "number"), ("By", "")]
        .map(|(words, class)| view! { <th scope="col" role="columnheader" class=class>{words}</th> });
    view! {
        <table class="jobs" role="table">
            <caption class="visually-hidden">{caption.to_owned()}</caption>
            <thead role="rowgroup">
                <tr role="row">{heads.collect_view()}</tr>
            </thead>
            <tbody role="rowgroup">{rows.iter().map(|row| table_row(row, now)).collect_view()}</tbody>
        </table>
    }
}

fn table_row(row: &JobRow, now: Now) -> impl IntoView + use<> {
    let size = row.size.map(|size| format!(" ({size})")).unwrap_or_default();
    let started = match row.started_at {
        Some(at) => Sentence::default().minute(at, now),
        None => Sentence::default().muted("not yet"),
    };
    let cells = [
        ("Started", "", started),
        ("Took", "number", Sentence::new(took(row, now))),
        ("By", "", Sentence::new(row.by.clone())),
    ]
    .map(|(label, class, words)| view! { <td role="cell" class=class data-label=label>{words.draw()}</td> });
    view! {
        <tr role="row">
            <td role="cell">{badge(row.state)}</td>
            <td role="cell" class="job-cell">
                <a href=format!("/jobs/{}", row.number)>{format!("#{} {}{size}", row.number, row.title)}</a>
                <span class="meta">{line(row)}</span>
            </td>
            {cells.collect_view()}
        </tr>
    }
}

/// Where it is at work, and how it ended or how far it is.
fn line(row: &JobRow) -> String {
    let at_step = row.at_step.as_ref().filter(|_| row.started_at.is_some());
    let what = match (at_step, &row.outcome) {
        (Some(at), _) => format!(" · step {} of {}: {}", at.position, at.total, at.title),
        (None, Some(outcome)) => format!(" · {outcome}"),
        (None, None) => String::new(),
    };
    format!("{}{what}", row.cluster)
}

fn took(row: &JobRow, now: Now) -> String {
    match (row.started_at, row.finished_at) {
        (None, _) => String::new(),
        (Some(started), Some(finished)) => text::duration(finished - started),
        (Some(started), None) => so_far(started, now),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::job::JobState;

    use super::*;
    use crate::samples::{at, html, job_row};

    fn page(row: JobRow) -> String {
        html(|| job_table("Jobs", &[row], Now::at(at(28))))
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
