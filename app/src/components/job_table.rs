//! Jobs as a table; on a narrow screen each row is a card.

use leptos::prelude::*;

use super::badge::badge;
use super::sentence::draw;
use crate::live::Now;
use crate::view::{JobRow, Sentence};

/// The table. `caption` says what is in it.
pub fn job_table(caption: &str, rows: &[JobRow], now: Now) -> impl IntoView + use<> {
    view! {
        <table class="jobs" role="table">
            <caption class="visually-hidden">{caption.to_owned()}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"Job"</th>
                    <th scope="col" role="columnheader">"Started"</th>
                    <th scope="col" role="columnheader" class="number">"Took"</th>
                    <th scope="col" role="columnheader">"By"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows.iter().map(|row| table_row(row, now)).collect_view()}</tbody>
        </table>
    }
}

fn table_row(row: &JobRow, now: Now) -> impl IntoView + use<> {
    view! {
        <tr role="row">
            <td role="cell">{badge(&row.look)}</td>
            <td role="cell" class="job-cell">
                <a href=format!("/jobs/{}", row.number)>{row.title.clone()}</a>
                <span class="meta">{row.line.clone()}</span>
            </td>
            {cell("Started", "", &row.started, now)}
            {cell("Took", "number", &row.took, now)}
            {cell("By", "", &Sentence::new(row.by.clone()), now)}
        </tr>
    }
}

/// On a narrow screen the label stands before the words.
fn cell(label: &'static str, class: &'static str, words: &Sentence, now: Now) -> impl IntoView + use<> {
    view! { <td role="cell" class=class data-label=label>{draw(words, now)}</td> }
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
    fn an_outcome_from_outside_is_only_text() {
        let row = JobRow { line: "Failed <script>".into(), ..job_row(128, JobState::Failed) };
        assert!(page(row).contains("Failed &lt;script&gt;"));
    }

    #[test]
    fn the_table_has_a_caption_and_its_heads_have_a_scope() {
        let page = page(job_row(1, JobState::Queued));
        assert!(page.contains(">Jobs</caption>"), "{page}");
        assert_eq!(page.matches("scope=\"col\"").count(), 5);
    }
}
