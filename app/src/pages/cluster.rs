//! `/clusters/{name}`: one cluster, what is owed for it, its latest jobs.

use domain::Time;
use domain::catalogue::Catalogue;
use domain::schedule::Schedule;
use domain::schedule::due::KeptUp;
use leptos::prelude::*;
use store::JobFilter;

use super::frame::{Frame, Section};
use super::{form, load};
use crate::components::cluster_card::{Place, cluster_card};
use crate::components::history_chart::{CHARTED, history_chart};
use crate::components::job_table::{JobList, Newcomers, job_table};
use crate::components::sentence::draw;
use crate::view::{ClusterView, JobRow, Look, Sentence};
use crate::words::schedule as words;

/// How many jobs stand below the cluster.
const LATEST: usize = 10;

pub fn page() -> impl IntoView {
    let name = form::cluster_in_path();
    load(async move |world| {
        let facts =
            form::cluster(&world, &name).await?.with_starts_on_card(&world.store, &world.catalogue).await?;
        let of_cluster =
            JobFilter { cluster: Some(name.clone()), limit: LATEST as i64, ..JobFilter::default() };
        let rows = JobRow::list(&world.store, &of_cluster).await?;
        let title = format!("{} – {name} – Cluster Head", Look::from(&facts.cluster).word);
        let frame = Frame::new(title, Section::Clusters).live("clusters,jobs").load(&world).await?;
        let list = JobList {
            caption: format!("The latest jobs on {name}, newest first. Times are UTC."),
            group: None,
            cluster: Some(name.clone()),
            routine: None,
            limit: LATEST,
            newcomers: Newcomers::GoOnTop,
            path: world.path.clone(),
            when_empty: Sentence::new("No jobs on it yet. ")
                .link(format!("/jobs/new?cluster={name}"), "Start a routine"),
        };
        let schedules = world.store.schedules().await?;
        let touching: Vec<Schedule> =
            schedules.into_iter().filter(|schedule| schedule.ask.cluster == name).collect();
        let kept = facts.unsettled().and_then(KeptUp::of).map(|kept| (name.clone(), kept));
        let kept = words::Kept::from_iter(kept);
        let ended = world.store.ended_jobs(Some(&name), None, CHARTED).await?;
        let chart = history_chart(&ended, Some(&name), None);
        let card = cluster_card(&ClusterView::new(&facts, world.now), Place::Page);
        let content = view! {
            <div class="sections">
                {card}
                <section aria-labelledby="latest">
                    <div class="section-head">
                        <h2 id="latest">"Latest jobs"</h2>
                        <span>
                            <a href=format!("/shares/new?cluster={name}")>"Share…"</a> " · "
                            <a href=format!("/receipts?cluster={name}")>"Receipts"</a> " · "
                            <a href=format!("/jobs?cluster={name}")>{format!("All jobs on {name}")}</a>
                        </span>
                    </div>
                    {job_table(&list, &rows)}
                </section>
                {schedules_section(&name, &touching, &kept, &world.catalogue, world.now)}
                {chart}
            </div>
        };
        Ok(frame.around(content))
    })
}

/// What the clock does to it. Made with the page: schedules change rarely, and their times tick.
fn schedules_section(
    name: &str,
    schedules: &[Schedule],
    kept: &words::Kept,
    catalogue: &Catalogue,
    now: Time,
) -> impl IntoView + use<> {
    let lines = schedules
        .iter()
        .map(|schedule| {
            let line =
                Sentence::default().link(format!("/schedules/{}", schedule.id), schedule.name.clone()).then(
                    format!(": {}, {}. ", schedule.ask.routine, words::when(&schedule.cron, &schedule.zone)),
                );
            let next = match schedule.broken(catalogue) {
                Some(why) => Sentence::new(format!("Broken: {why}")),
                None => {
                    let rests = schedule.next_run_at.map(|at| words::rests(schedule, catalogue, kept, at));
                    words::next_run(schedule, now).then(rests.unwrap_or_default())
                }
            };
            view! { <li>{draw(&line.and(next), now.timestamp())}</li> }
        })
        .collect_view();
    let body = if schedules.is_empty() {
        view! { <p class="muted">"None."</p> }.into_any()
    } else {
        view! { <ul class="acts">{lines}</ul> }.into_any()
    };
    view! {
        <section class="stack" aria-labelledby="schedules">
            <div class="section-head">
                <h2 id="schedules">"Schedules that touch it"</h2>
                <a href=format!("/schedules/new?cluster={name}")>"New schedule"</a>
            </div>
            {body}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, catalogue, html, schedule};

    #[test]
    fn a_schedule_that_touches_the_cluster_is_told_with_its_next_time() {
        let nobody = words::Kept::new();
        let page = html(|| schedules_section("iriversland2", &[schedule()], &nobody, &catalogue(), at(-60)));
        assert!(
            page.contains("href=\"/schedules/3\"") && page.contains("Monday to Friday at 09:00"),
            "{page}"
        );
        assert!(page.contains("Fri 2027-01-15 09:00 Europe/Berlin = 08:00 UTC"), "{page}");
        let none = html(|| schedules_section("iriversland2", &[], &nobody, &catalogue(), at(0)));
        assert!(none.contains("None."), "{none}");
    }
}
