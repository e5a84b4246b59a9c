//! How long the last jobs took, as bars: each a link to its job, one that failed with a cross on top, and a line at the
//! median. The same is in the table, to which a link leads.

use domain::history::Usual;
use domain::job::JobState;
use domain::text;
use leptos::prelude::*;
use leptos_router::location::Url;
use store::EndedJob;

/// How many jobs it shows.
pub const CHARTED: i64 = 30;

const BAR: i64 = 14;
const STEP: i64 = 20;
const HEIGHT: i64 = 96;
/// For the cross of the tallest bar.
const HEADROOM: i64 = 16;

/// `jobs` come newest first: those of this cluster and this routine, where these are given.
pub fn history_chart(
    jobs: &[EndedJob],
    cluster: Option<&str>,
    routine: Option<&str>,
) -> impl IntoView + use<> {
    let bars: Vec<EndedJob> = jobs.iter().rev().copied().collect();
    let longest = bars.iter().map(|bar| bar.seconds).max();
    let successes: Vec<i64> =
        bars.iter().filter(|bar| bar.state == JobState::Succeeded).map(|bar| bar.seconds).collect();
    let median = Usual::of(&successes).map(|usual| usual.median);
    let body = match longest {
        None => view! { <p class="muted">"No job has ended yet."</p> }.into_any(),
        Some(longest) => drawn(&bars, longest.max(1), median).into_any(),
    };
    view! {
        <section class="stack" aria-labelledby="history">
            <div class="section-head">
                <h2 id="history">{heading(bars.len())}</h2>
                <a href=table_path(cluster, routine)>"Show as table"</a>
            </div>
            {body}
        </section>
    }
}

fn heading(bars: usize) -> String {
    match bars {
        0 | 1 => "How long the last job took".to_owned(),
        many => format!("How long the last {many} jobs took"),
    }
}

/// "Job 128, succeeded, 6 min 3 s"
fn title(bar: &EndedJob) -> String {
    let state = text::job_state(bar.state).to_lowercase();
    format!("Job {}, {state}, {}", bar.number, said(bar.seconds))
}

const fn tone(state: JobState) -> &'static str {
    match state {
        JobState::Failed => "chart-bar tone-bad",
        JobState::Succeeded => "chart-bar tone-good",
        _ => "chart-bar tone-rest",
    }
}

fn said(seconds: i64) -> String {
    text::duration(chrono::Duration::seconds(seconds))
}

fn drawn(bars: &[EndedJob], longest: i64, median: Option<i64>) -> impl IntoView + use<> {
    let width = STEP * i64::try_from(bars.len()).unwrap_or_default();
    let top_of = |seconds: i64| HEADROOM + HEIGHT - (HEIGHT * seconds / longest).max(2);
    let links =
        (0..).zip(bars).map(|(place, bar)| link(place * STEP, top_of(bar.seconds), bar)).collect_view();
    let line = median.map(|median| {
        let y = top_of(median).to_string();
        view! { <line class="chart-median" x1="0" x2=width.to_string() y1=y.clone() y2=y></line> }
    });
    let words = match median {
        Some(median) => {
            format!("Median of those that succeeded: {}. Longest: {}.", said(median), said(longest))
        }
        None => format!("Longest: {}.", said(longest)),
    };
    view! {
        <svg
            class="chart"
            viewBox=format!("0 0 {width} {}", HEADROOM + HEIGHT)
            width=width.to_string()
            height=(HEADROOM + HEIGHT).to_string()
            role="group"
            aria-labelledby="history"
        >
            {links}
            {line}
        </svg>
        <p class="meta">{words}" The newest job is on the right; a cross marks one that failed."</p>
    }
}

fn link(left: i64, top: i64, bar: &EndedJob) -> impl IntoView + use<> {
    let cross = (bar.state == JobState::Failed).then(|| {
        let (left, top) = (left + 3, top - 12);
        let (right, bottom) = (left + 8, top + 8);
        let path = format!("M{left} {top}L{right} {bottom}M{right} {top}L{left} {bottom}");
        view! { <path class="chart-cross" d=path></path> }
    });
    view! {
        <a class=tone(bar.state) href=format!("/jobs/{}", bar.number) aria-label=title(bar)>
            <title>{title(bar)}</title>
            <rect
                x=left.to_string()
                y=top.to_string()
                width=BAR.to_string()
                height=(HEADROOM + HEIGHT - top).to_string()
            ></rect>
            {cross}
        </a>
    }
}

fn table_path(cluster: Option<&str>, routine: Option<&str>) -> String {
    let parts = [
        cluster.map(|cluster| format!("cluster={}", Url::escape(cluster))),
        routine.map(|routine| format!("routine={}", Url::escape(routine))),
    ];
    format!("/jobs?{}#jobs", parts.into_iter().flatten().collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::html;

    fn job(number: i64, state: JobState, minutes: i64) -> EndedJob {
        EndedJob { number, state, seconds: minutes * 60 }
    }

    fn page(jobs: &[EndedJob]) -> String {
        html(|| history_chart(jobs, Some("iriversland2"), None))
    }

    #[test]
    fn each_job_is_a_link_that_says_what_it_was_and_how_long_it_took() {
        let page = page(&[job(128, JobState::Succeeded, 6), job(127, JobState::Cancelled, 3)]);
        assert!(
            page.contains(r#"href="/jobs/128""#) && page.contains("Job 128, succeeded, 6 min<"),
            "{page}"
        );
        assert!(
            page.find("/jobs/127").unwrap() < page.find("/jobs/128").unwrap(),
            "the newest is on the right"
        );
        assert!(page.contains(r#"href="/jobs?cluster=iriversland2#jobs""#), "{page}");
        assert!(!page.contains("style="), "{page}");
    }

    #[test]
    fn a_job_that_failed_is_marked_by_more_than_its_colour() {
        let page = page(&[job(2, JobState::Failed, 6), job(1, JobState::Succeeded, 3)]);
        assert_eq!(page.matches("chart-cross").count(), 1);
    }

    #[test]
    fn the_median_is_drawn_when_enough_have_succeeded() {
        let jobs: Vec<EndedJob> = (1..=5).map(|nth| job(nth, JobState::Succeeded, nth)).collect();
        let all = page(&jobs);
        assert!(
            all.contains("chart-median") && all.contains("Median of those that succeeded: 3 min."),
            "{all}"
        );
        assert!(!page(&jobs[..4]).contains("chart-median"));
    }

    #[test]
    fn without_a_job_that_ended_there_is_no_chart() {
        assert!(page(&[]).contains("No job has ended yet."));
    }
}
