//! `/`: every cluster, then the latest jobs.

use leptos::prelude::*;
use store::JobFilter;

use super::frame::{Frame, Section};
use super::load;
use crate::components::attention::attention;
use crate::components::cluster_card::{Place, cluster_card};
use crate::components::job_table::{JobList, Newcomers, job_table};
use crate::components::month::month;
use crate::view::{ClusterView, JobRow, PulseView, Sentence};

/// How many jobs stand below the clusters.
const LATEST: usize = 10;

pub fn page() -> impl IntoView {
    load(async |world| {
        let clusters = ClusterView::all(&world.store, &world.catalogue).await?;
        let pulse = PulseView::load(&world.store, &world.catalogue).await?;
        let newest = JobFilter { limit: LATEST as i64, ..JobFilter::default() };
        let rows = JobRow::list(&world.store, &newest).await?;
        let frame = Frame::new("Clusters – Cluster Head", Section::Clusters)
            .live("clusters,jobs")
            .load(&world)
            .await?;
        let cards = clusters.iter().map(|cluster| cluster_card(cluster, Place::List)).collect_view();
        let list = JobList {
            caption: "The latest jobs, newest first. Times are UTC.".to_owned(),
            group: None,
            cluster: None,
            routine: None,
            limit: LATEST,
            newcomers: Newcomers::GoOnTop,
            path: world.path.clone(),
            when_empty: Sentence::new("No jobs yet. ").link("/jobs/new".to_owned(), "Start a routine"),
        };
        let is_empty = world.catalogue.clusters.is_empty();
        let content = view! {
            <div class="sections">
                <div class="section-head">
                    <h1 tabindex="-1">"Clusters"</h1>
                    <p class="meta"><a href="/wall">"Wall"</a> " · " <a href="/shares/new?all=on">"Share all…"</a></p>
                </div>
                {attention(&pulse.attention)}
                {month(&pulse.month)}
                {is_empty.then(|| view! { <p class="lead">"No clusters yet. Declare one in cluster-head.toml."</p> })}
                <div class="stack wide">{cards}</div>
                <section aria-labelledby="latest">
                    <div class="section-head">
                        <h2 id="latest">"Jobs"</h2>
                        <a href="/jobs">"All jobs"</a>
                    </div>
                    {job_table(&list, &rows)}
                </section>
            </div>
        };
        Ok(frame.around(content))
    })
}
