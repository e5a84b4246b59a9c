//! `/clusters/{name}`: one cluster, what is owed for it, its latest jobs.

use leptos::prelude::*;
use store::JobFilter;

use super::frame::{Frame, Section};
use super::{form, load};
use crate::components::cluster_card::{Place, cluster_card};
use crate::components::job_table::{JobList, Newcomers, job_table};
use crate::view::{ClusterView, JobRow, Look, Sentence};

/// How many jobs stand below the cluster.
const LATEST: usize = 10;

pub fn page() -> impl IntoView {
    let name = form::cluster_in_path();
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?;
        let of_cluster =
            JobFilter { cluster: Some(name.clone()), limit: LATEST as i64, ..JobFilter::default() };
        let rows = JobRow::list(&world.store, &of_cluster).await?;
        let title = format!("{} – {name} – Cluster Head", Look::from(&facts.cluster).word);
        let frame = Frame::new(title, Section::Clusters).live("clusters,jobs").load(&world).await?;
        let list = JobList {
            caption: format!("The latest jobs on {name}, newest first. Times are UTC."),
            group: None,
            cluster: Some(name.clone()),
            limit: LATEST,
            newcomers: Newcomers::GoOnTop,
            path: world.path.clone(),
            when_empty: Sentence::new("No jobs on it yet. ")
                .link(format!("/jobs/new?cluster={name}"), "Start a routine"),
        };
        let card = cluster_card(&ClusterView::new(&facts, world.now), Place::Page);
        let content = view! {
            <div class="sections">
                {card}
                <section aria-labelledby="latest">
                    <div class="section-head">
                        <h2 id="latest">"Latest jobs"</h2>
                        <span>
                            <a href=format!("/receipts?cluster={name}")>"Receipts"</a> " · "
                            <a href=format!("/jobs?cluster={name}")>{format!("All jobs on {name}")}</a>
                        </span>
                    </div>
                    {job_table(&list, &rows)}
                </section>
            </div>
        };
        Ok(frame.around(content))
    })
}
