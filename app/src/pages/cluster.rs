//! `/clusters/{name}`: one cluster, what is owed for it, its latest jobs.

use leptos::prelude::*;
use store::JobFilter;

use super::frame::{Frame, Section};
use super::{form, load};
use crate::components::seal::Seal;
use crate::islands::cluster::LiveCluster;
use crate::islands::given::Given;
use crate::islands::jobs::{LiveJobs, Newcomers};
use crate::view::{ClusterView, JobRow, JobScope};

/// How many jobs stand below the cluster.
const LATEST: usize = 10;

pub fn page() -> impl IntoView {
    let name = form::cluster_in_path();
    load(async move |world| {
        let facts = form::cluster(&world, &name).await?;
        let of_cluster =
            JobFilter { cluster: Some(name.clone()), limit: LATEST as i64, ..JobFilter::default() };
        let rows = JobRow::list(&world.store, &of_cluster).await?;
        let title = format!("{} – {name} – Cluster Head", domain::text::cluster_state(facts.cluster.state));
        let frame = Frame::new(title, Section::Clusters).live("clusters,jobs").load(&world).await?;
        let now = world.now.timestamp();
        let content = view! {
            <div class="sections">
                <LiveCluster first=Given(ClusterView::new(&facts, world.now)) on_own_page=true seal=Given(Seal::fresh()) rendered_at=now/>
                <section aria-labelledby="jobs">
                    <div class="section-head">
                        <h2 id="jobs">"Latest jobs"</h2>
                        <a href=format!("/jobs?cluster={name}")>{format!("All jobs on {name}")}</a>
                    </div>
                    <LiveJobs
                        first=Given(rows)
                        caption=format!("The latest jobs on {name}, newest first. Times are UTC.")
                        scope=Given(JobScope { group: None, cluster: Some(name.clone()) })
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
