//! A list of jobs, kept current. Rows that are shown change in place.

use leptos::prelude::*;
use serde::Deserialize;
#[cfg(feature = "ssr")]
use serde::Serialize;

use super::given::Given;
use crate::components::job_table::job_table;
use crate::components::sentence::draw;
use crate::live::{Clock, on_each, voice};
use crate::moment::UnixSeconds;
use crate::view::{JobRow, JobScope, Sentence, Versioned};

/// What happens when a job comes that is not in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub enum Newcomers {
    /// It goes on top, and the last row leaves.
    GoOnTop,
    /// A bar says so: rows do not jump while somebody reads a long list.
    AreAnnounced,
    /// Nothing: an older page of the list.
    AreElsewhere,
}

#[island]
pub fn LiveJobs(
    first: Given<Vec<JobRow>>,
    caption: String,
    scope: Given<JobScope>,
    newcomers: Given<Newcomers>,
    limit: usize,
    rendered_at: UnixSeconds,
) -> impl IntoView {
    let clock = Clock::starting_at(rendered_at);
    let rows = RwSignal::new(first.0);
    let unseen = RwSignal::new(Vec::<i64>::new());
    on_each(move |row: JobRow| {
        if rows.with_untracked(|rows| rows.iter().any(|shown| shown.is_same_as(&row))) {
            rows.update(|rows| replace(rows, row));
        } else if is_newcomer(&row, &scope.0, &rows.read_untracked(), limit) {
            match newcomers.0 {
                Newcomers::GoOnTop => rows.update(|rows| insert(rows, row, limit)),
                Newcomers::AreAnnounced if !unseen.read_untracked().contains(&row.number) => {
                    unseen.update(|unseen| unseen.push(row.number));
                    voice::say(format!("{}.", new_jobs(unseen.read_untracked().len())));
                }
                Newcomers::AreAnnounced | Newcomers::AreElsewhere => {}
            }
        }
    });
    move || {
        let rows = rows.read();
        let unseen = unseen.read().len();
        let now = clock.now();
        let bar =
            (unseen > 0).then(|| Sentence::new(new_jobs(unseen)).then(". ").link(String::new(), "Show"));
        view! {
            {bar.map(|words| view! { <p class="notice tone-run">{draw(&words, now)}</p> })}
            {rows.is_empty().then(|| view! { <p class="muted">"No jobs yet."</p> })}
            {(!rows.is_empty()).then(|| job_table(&caption, &rows, now))}
        }
    }
}

fn new_jobs(count: usize) -> String {
    if count == 1 { "1 new job".to_owned() } else { format!("{count} new jobs") }
}

fn replace(rows: &mut [JobRow], row: JobRow) {
    if let Some(shown) = rows.iter_mut().find(|shown| row.replaces(shown)) {
        *shown = row;
    }
}

/// Whether it belongs on this page: in scope, and not older than the last row of a full page.
fn is_newcomer(row: &JobRow, scope: &JobScope, rows: &[JobRow], limit: usize) -> bool {
    let reaches_page = rows.len() < limit || rows.last().is_some_and(|last| row.number > last.number);
    reaches_page && scope.contains(row)
}

fn insert(rows: &mut Vec<JobRow>, row: JobRow, limit: usize) {
    let place = rows.iter().position(|shown| shown.number < row.number).unwrap_or(rows.len());
    rows.insert(place, row);
    rows.truncate(limit);
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::job::JobState;

    use super::*;
    use crate::samples::job_row;

    fn numbers(rows: &[JobRow]) -> Vec<i64> {
        rows.iter().map(|row| row.number).collect()
    }

    fn rows() -> Vec<JobRow> {
        vec![job_row(12, JobState::Running), job_row(10, JobState::Failed)]
    }

    #[test]
    fn an_older_look_at_a_row_is_ignored() {
        let mut rows = rows();
        replace(&mut rows, JobRow { version: 1, ..job_row(12, JobState::Queued) });
        assert_eq!(rows[0].look.word, "Running");
        replace(&mut rows, JobRow { version: 99, ..job_row(12, JobState::Succeeded) });
        assert_eq!(rows[0].look.word, "Succeeded");
    }

    #[test]
    fn a_job_older_than_a_full_page_is_no_newcomer() {
        assert!(!is_newcomer(&job_row(9, JobState::Failed), &JobScope::default(), &rows(), 2));
        assert!(is_newcomer(&job_row(13, JobState::Failed), &JobScope::default(), &rows(), 2));
    }

    #[test]
    fn a_newcomer_takes_its_place_and_the_last_row_leaves() {
        let mut rows = rows();
        insert(&mut rows, job_row(13, JobState::Queued), 2);
        assert_eq!(numbers(&rows), [13, 12]);
    }

    #[test]
    fn a_job_out_of_scope_is_no_newcomer() {
        let failed = JobScope { group: Some("failed".into()), cluster: None };
        assert!(!is_newcomer(&job_row(13, JobState::Running), &failed, &rows(), 2));
    }
}
