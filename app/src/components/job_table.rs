//! Jobs as a table; on a narrow screen each row is a card.

use leptos::prelude::*;

use super::badge::badge;
use super::sentence::draw;
use crate::moment::UnixSeconds;
use crate::view::{JobRow, Sentence};

/// Which jobs a list shows, and what happens in it when others come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobList {
    /// What is in it, for those who do not see it.
    pub caption: String,
    /// Only of this group of states.
    pub group: Option<String>,
    pub cluster: Option<String>,
    pub routine: Option<String>,
    pub limit: usize,
    pub newcomers: Newcomers,
    /// The page that it stands on.
    pub path: String,
    /// What is said instead while no job is in it.
    pub when_empty: Sentence,
}

/// What happens when a job comes that is not in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Newcomers {
    /// It goes on top, and the last row leaves.
    GoOnTop,
    /// A bar says so: rows do not jump while somebody reads a long list.
    AreAnnounced,
    /// Nothing: an older page of the list.
    AreElsewhere,
}

impl Newcomers {
    const fn as_str(self) -> &'static str {
        match self {
            Self::GoOnTop => "go-on-top",
            Self::AreAnnounced => "are-announced",
            Self::AreElsewhere => "are-elsewhere",
        }
    }
}

pub fn job_table(list: &JobList, rows: &[JobRow]) -> impl IntoView + use<> {
    // Nothing ticks in a sentence about nothing.
    let when_empty =
        rows.is_empty().then(|| view! { <p class="no-jobs muted">{draw(&list.when_empty, 0)}</p> });
    view! {
        <p id="new-jobs" class="notice tone-run" hidden>
            <span id="new-jobs-words"></span>
            " "
            <a href=list.path.clone()>"Show"</a>
        </p>
        <table
            id="jobs"
            hidden=rows.is_empty()
            class="jobs"
            role="table"
            data-newcomers=list.newcomers.as_str()
            data-limit=list.limit.to_string()
            data-group=list.group.clone()
            data-cluster=list.cluster.clone()
            data-routine=list.routine.clone()
        >
            <caption class="visually-hidden">{list.caption.clone()}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"Job"</th>
                    <th scope="col" role="columnheader">"Started"</th>
                    <th scope="col" role="columnheader" class="number">"Took"</th>
                    <th scope="col" role="columnheader">"By"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{rows.iter().map(table_row).collect_view()}</tbody>
        </table>
        {when_empty}
    }
}

/// The id of the piece that shows this job as a row.
pub fn row_id(number: i64) -> String {
    format!("job-row-{number}")
}

pub fn table_row(row: &JobRow) -> impl IntoView + use<> {
    let now = row.made_at;
    view! {
        <tr
            role="row"
            id=row_id(row.number)
            data-version=row.version.to_string()
            data-number=row.number.to_string()
            data-group=row.group.clone()
            data-cluster=row.cluster.clone()
            data-routine=row.routine.clone()
        >
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
fn cell(
    label: &'static str,
    class: &'static str,
    words: &Sentence,
    now: UnixSeconds,
) -> impl IntoView + use<> {
    view! { <td role="cell" class=class data-label=label>{draw(words, now)}</td> }
}

#[cfg(test)]
mod tests {
    use domain::job::JobState;

    use super::*;
    use crate::samples::{html, job_row};

    fn list() -> JobList {
        JobList {
            caption: "Jobs".into(),
            group: Some("failed".into()),
            cluster: None,
            routine: None,
            limit: 25,
            newcomers: Newcomers::AreAnnounced,
            path: "/jobs".into(),
            when_empty: Sentence::new("No failed jobs."),
        }
    }

    fn page(row: JobRow) -> String {
        html(|| job_table(&list(), &[row]))
    }

    #[test]
    fn an_empty_list_shows_its_sentence_and_no_heads() {
        let empty = html(|| job_table(&list(), &[]));
        assert!(empty.contains(">No failed jobs."), "{empty}");
        assert!(empty.contains(r#"<table id="jobs" hidden"#), "{empty}");
        let page = page(job_row(128, JobState::Failed));
        assert!(!page.contains("No failed jobs."), "{page}");
        assert!(!page.contains(r#"<table id="jobs" hidden"#), "{page}");
    }

    #[test]
    fn the_list_says_which_newcomers_it_takes_and_each_row_what_it_is() {
        let page = page(job_row(128, JobState::Running));
        assert!(
            page.contains(r#"data-newcomers="are-announced" data-limit="25" data-group="failed""#),
            "{page}"
        );
        assert!(
            page.contains(r#"data-number="128" data-group="running" data-cluster="iriversland2""#),
            "{page}"
        );
    }

    #[test]
    fn a_running_job_says_at_which_step_it_is() {
        let page = page(job_row(128, JobState::Running));
        assert!(page.contains("#128 guide (m)") && page.contains("href=\"/jobs/128\""), "{page}");
        assert!(page.contains("step 3 of 5: Run the S3 job"), "{page}");
        assert!(page.contains("50 min so far"), "{page}");
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
