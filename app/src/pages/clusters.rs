//! `/`: every cluster, then the latest jobs.

use leptos::prelude::*;
use store::JobFilter;

use super::frame::{Frame, Section};
use super::load;
use crate::components::seal::Seal;
use crate::islands::cluster::LiveCluster;
use crate::islands::given::Given;
use crate::islands::jobs::{LiveJobs, Newcomers};
use crate::view::{ClusterView, JobRow, JobScope};

/// How many jobs stand below the clusters.
const LATEST: usize = 10;

pub fn page() -> impl IntoView {
    load(async |world| {
        let clusters = ClusterView::all(&world.store, &world.catalogue).await?;
        let newest = JobFilter { limit: LATEST as i64, ..JobFilter::default() };
        let rows = JobRow::list(&world.store, &newest).await?;
        let frame = Frame::new("Clusters – Cluster Head", Section::Clusters)
            .live("clusters,jobs")
            .load(&world)
            .await?;
        let now = world.now.timestamp();
        let cards = clusters
            .into_iter()
            .map(|first| view! { <LiveCluster first=Given(first) on_own_page=false seal=Given(Seal::fresh()) rendered_at=now/> })
            .collect_view();
        let is_empty = world.catalogue.clusters.is_empty();
        let content = view! {
            <div class="sections">
                <h1 tabindex="-1">"Clusters"</h1>
                {is_empty.then(|| view! { <p class="lead">"No clusters yet. Declare one in cluster-head.toml."</p> })}
                <div class="stack wide">{cards}</div>
                <section aria-labelledby="jobs">
                    <div class="section-head">
                        <h2 id="jobs">"Jobs"</h2>
                        <a href="/jobs">"All jobs"</a>
                    </div>
                    <LiveJobs
                        first=Given(rows)
                        caption="The latest jobs, newest first. Times are UTC.".to_owned()
                        scope=Given(JobScope::default())
                        newcomers=Given(Newcomers::GoOnTop)
                        limit=LATEST
                        rendered_at=now
                    />
                </section>
            </div>
        };
        Ok(frame.around(content))
    })
}
