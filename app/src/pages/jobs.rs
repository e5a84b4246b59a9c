//! `/jobs`: the history, by state and cluster, 25 on a page.

use domain::catalogue::Catalogue;
use domain::text::one_line;
use leptos::prelude::*;
use leptos_router::location::Url;
use leptos_router::params::ParamsMap;
use store::{JobCounts, JobFilter, JobGroup};

use super::frame::{Frame, Section};
use super::paging::{Paging, buttons};
use super::{form, load};
use crate::components::history_chart::{CHARTED, history_chart};
use crate::components::job_table::{JobList, Newcomers, job_table};
use crate::view::{JobRow, Sentence};

const PER_PAGE: usize = 25;

pub fn page() -> impl IntoView {
    let place = Place::from_query(&form::query());
    load(async move |world| {
        let counts = world.store.job_counts_of(place.cluster.as_deref(), place.routine.as_deref()).await?;
        let mut rows = JobRow::list(&world.store, &place.filter()).await?;
        let has_older = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let oldest = rows.last().map(|row| row.number).filter(|_| has_older);
        let chart = match &place.routine {
            Some(routine) => {
                let (cluster, routine) = (place.cluster.as_deref(), Some(routine.as_str()));
                let ended = world.store.ended_jobs(cluster, routine, CHARTED).await?;
                Some(history_chart(&ended, cluster, routine))
            }
            None => None,
        };
        let frame = Frame::new(place.title(&counts), Section::Jobs).live("jobs").load(&world).await?;
        let content = view! {
            <div class="stack wide">
                <div class="section-head">
                    <h1 tabindex="-1">"Jobs"</h1>
                    <a class="button primary" href="/jobs/new">"Start routine…"</a>
                </div>
                {tabs(&place, &counts)}
                {filters(&place, &world.catalogue)}
                {chart}
                {job_table(&place.list(&counts), &rows)}
                {paging(&place, oldest)}
            </div>
        };
        Ok(frame.around(content))
    })
}

/// Which page of which list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Place {
    group: Option<JobGroup>,
    cluster: Option<String>,
    routine: Option<String>,
    paging: Paging,
}

impl Place {
    fn from_query(query: &ParamsMap) -> Self {
        Self {
            group: query.get_str("state").and_then(|group| group.parse().ok()),
            cluster: query.get("cluster").filter(|cluster| !cluster.is_empty()),
            routine: query.get("routine").filter(|routine| !routine.is_empty()),
            paging: Paging::from_query(query),
        }
    }

    /// One more than a page, to see whether there is another.
    fn filter(&self) -> JobFilter {
        JobFilter {
            state: self.group,
            cluster: self.cluster.clone(),
            routine: self.routine.clone(),
            before: self.paging.before,
            limit: PER_PAGE as i64 + 1,
        }
    }

    fn list(&self, counts: &JobCounts) -> JobList {
        JobList {
            caption: "Jobs, newest first. Times are UTC.".to_owned(),
            group: self.group.map(|group| group.as_str().to_owned()),
            cluster: self.cluster.clone(),
            routine: self.routine.clone(),
            limit: PER_PAGE,
            newcomers: if self.paging.is_first() { Newcomers::AreAnnounced } else { Newcomers::AreElsewhere },
            path: self.path(),
            when_empty: self.when_empty(counts),
        }
    }

    /// Nothing at all, nothing of this kind, or nothing so old.
    fn when_empty(&self, counts: &JobCounts) -> Sentence {
        if counts.all == 0 && self.cluster.is_none() && self.routine.is_none() {
            return Sentence::new("No jobs yet. ").link("/jobs/new".to_owned(), "Start a routine");
        }
        let kind = match self.group {
            _ if !self.paging.is_first() => "older ".to_owned(),
            Some(group) => format!("{} ", group.as_str()),
            None => String::new(),
        };
        let routine = self.routine.as_ref().map(|routine| format!(" of {}", one_line(routine, 80)));
        let place = self.cluster.as_ref().map(|cluster| format!(" on {}", one_line(cluster, 80)));
        Sentence::new(format!("No {kind}jobs{}{}. ", routine.unwrap_or_default(), place.unwrap_or_default()))
            .link("/jobs".to_owned(), "All jobs")
    }

    fn path(&self) -> String {
        let parts = [
            self.group.map(|group| format!("state={}", group.as_str())),
            self.cluster.as_deref().map(|cluster| format!("cluster={}", Url::escape(cluster))),
            self.routine.as_deref().map(|routine| format!("routine={}", Url::escape(routine))),
        ];
        let query = parts.into_iter().chain(self.paging.parts()).flatten().collect::<Vec<_>>().join("&");
        if query.is_empty() { "/jobs".to_owned() } else { format!("/jobs?{query}") }
    }

    /// The first page of another group.
    fn in_group(&self, group: Option<JobGroup>) -> Self {
        Self { group, paging: Paging::default(), ..self.clone() }
    }

    fn older(&self, oldest: i64) -> Self {
        Self { paging: self.paging.older(oldest), ..self.clone() }
    }

    fn newer(&self) -> Option<Self> {
        self.paging.newer().map(|paging| Self { paging, ..self.clone() })
    }

    fn title(&self, counts: &JobCounts) -> String {
        let running =
            if counts.running > 0 { format!("{} running – ", counts.running) } else { String::new() };
        let page = self.paging.words();
        format!("{running}Jobs{page} – Cluster Head")
    }
}

fn tabs(place: &Place, counts: &JobCounts) -> impl IntoView + use<> {
    let entries = [
        (None, "All", counts.all),
        (Some(JobGroup::Running), "Running", counts.running),
        (Some(JobGroup::Failed), "Failed", counts.failed),
        (Some(JobGroup::Succeeded), "Succeeded", counts.succeeded),
        (Some(JobGroup::Cancelled), "Cancelled", counts.cancelled),
    ];
    let links = entries
        .into_iter()
        .map(|(group, words, count)| {
            let is_here = place.group == group;
            let href = place.in_group(group).path();
            view! {
                <li>
                    <a href=href aria-current=is_here.then_some("page")>{words} " " <span class="count">{count}</span></a>
                </li>
            }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label="Jobs by state"><ul>{links}</ul></nav> }
}

fn filters(place: &Place, catalogue: &Catalogue) -> impl IntoView + use<> {
    let clusters = catalogue.clusters.iter().map(|cluster| cluster.name.as_str());
    let routines = catalogue.routines.iter().map(|routine| routine.name.as_str());
    view! {
        <form method="get" action="/jobs" class="filter">
            {place.group.map(|group| view! { <input type="hidden" name="state" value=group.as_str()/> })}
            <label for="cluster">"Cluster"</label>
            <select id="cluster" name="cluster">
                <option value="">"All clusters"</option>
                {options(clusters, place.cluster.as_deref())}
            </select>
            <label for="routine">"Routine"</label>
            <select id="routine" name="routine">
                <option value="">"All routines"</option>
                {options(routines, place.routine.as_deref())}
            </select>
            <button class="button">"Apply"</button>
        </form>
    }
}

/// What the config knows, and what is chosen though the config does not know it any more.
fn options<'a>(known: impl Iterator<Item = &'a str>, chosen: Option<&'a str>) -> Vec<AnyView> {
    let mut names: Vec<&str> = known.collect();
    names.extend(chosen.filter(|chosen| !names.contains(chosen)));
    let option = |name: &str| {
        let is_chosen = chosen == Some(name);
        view! { <option value=name.to_owned() selected=is_chosen>{name.to_owned()}</option> }.into_any()
    };
    names.into_iter().map(option).collect()
}

fn paging(place: &Place, oldest: Option<i64>) -> impl IntoView + use<> {
    buttons(place.newer().map(|newer| newer.path()), oldest.map(|oldest| place.older(oldest).path()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{catalogue, html};

    fn place(query: &[(&'static str, &str)]) -> Place {
        let mut map = ParamsMap::new();
        for (name, value) in query {
            map.insert(*name, (*value).to_owned());
        }
        Place::from_query(&map)
    }

    #[test]
    fn older_and_newer_lead_back_to_where_one_was() {
        let first = place(&[("state", "failed"), ("cluster", "iriversland2")]);
        let third = first.older(103).older(78);
        assert_eq!(third.path(), "/jobs?state=failed&cluster=iriversland2&before=78&trail=103");
        assert_eq!(third.newer().unwrap(), first.older(103));
        assert_eq!(third.newer().unwrap().newer().unwrap(), first);
        assert_eq!(first.newer(), None);
    }

    #[test]
    fn what_means_nothing_in_the_address_is_ignored() {
        assert_eq!(place(&[("state", "<script>"), ("before", "x"), ("trail", "a.b")]), Place::default());
    }

    #[test]
    fn the_tabs_carry_counts_and_mark_the_present_one() {
        let counts = JobCounts { all: 9, running: 1, failed: 2, succeeded: 5, cancelled: 1 };
        let page = html(|| tabs(&place(&[("state", "failed")]), &counts));
        assert_eq!(page.matches("aria-current=\"page\"").count(), 1);
        assert!(page.contains("href=\"/jobs?state=failed\" aria-current=\"page\""), "{page}");
        assert!(page.contains(">5<"), "{page}");
    }

    #[test]
    fn the_filter_keeps_the_state_and_marks_the_choice() {
        let chosen = place(&[("state", "failed"), ("cluster", "iriversland2")]);
        let page = html(|| filters(&chosen, &catalogue()));
        assert!(page.contains(r#"name="state" value="failed""#), "{page}");
        assert!(page.contains(r#"value="iriversland2" selected"#), "{page}");
    }

    fn empty(query: &[(&'static str, &str)], all: i64) -> String {
        let counts = JobCounts { all, ..JobCounts::default() };
        html(|| job_table(&place(query).list(&counts), &[]))
    }

    #[test]
    fn an_empty_history_leads_to_the_first_job() {
        for query in [&[][..], &[("state", "failed")]] {
            let page = empty(query, 0);
            assert!(page.contains(r#"No jobs yet. <a href="/jobs/new">Start a routine</a>"#), "{page}");
        }
    }

    #[test]
    fn an_empty_list_says_what_is_not_in_it_and_leads_back_to_all() {
        for (query, words) in [
            (&[("state", "failed")][..], "No failed jobs."),
            (&[("state", "running"), ("cluster", "iriversland2")], "No running jobs on iriversland2."),
            (&[("cluster", "<b>")], "No jobs on &lt;b&gt;."),
            (&[("before", "1")], "No older jobs."),
        ] {
            let page = empty(query, 3);
            assert!(page.contains(&format!(r#"{words} <a href="/jobs">All jobs</a>"#)), "{words} in {page}");
        }
    }
}
