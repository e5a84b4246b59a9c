//! The same for command lines and for programs. The fields of the JSON are a promise, described in docs/operations.md;
//! a new one may come at any time, and one that changes its meaning changes `version`.

use app::shared::{Opened, SharedCluster, Thing};
use app::view::SharedView;
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use domain::Time;
use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::share::{Share, Shared};
use domain::step::StepState;
use domain::text;
use serde::Serialize;

use super::door::Door;
use crate::web::state::Web;

const VERSION: u32 = 1;
/// A terminal is so wide, less what stands after it.
const WIDEST_TITLE: usize = 48;

pub async fn text(door: Door, State(web): State<Web>) -> Result<Response, Response> {
    let opened = door.open(&web).await?;
    let words = lines(&SharedView::new(&opened, Utc::now()), &door.share, Utc::now());
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response())
}

pub async fn json(door: Door, State(web): State<Web>) -> Result<Response, Response> {
    let opened = door.open(&web).await?;
    Ok(Json(Status::new(&opened, &door.share, Utc::now())).into_response())
}

/// At most one screen.
fn lines(view: &SharedView, share: &Share, now: Time) -> String {
    let mut lines = vec![format!("{}: {}", view.heading, view.look.word), view.lead.words(now)];
    lines.extend(view.lines.iter().map(|line| line.words(now)));
    lines.extend(view.progress.iter().map(|progress| progress.words.clone()));
    lines.extend(view.facts.iter().map(|(label, words)| format!("{label}: {words}")));
    if !view.steps.is_empty() {
        lines.push(String::new());
        let title = |title: &str| text::one_line(title, WIDEST_TITLE);
        lines.extend(view.steps.iter().map(|step| {
            let (took, title) = (step.took.words(now), title(&step.title));
            format!("  {:<10} {title:<WIDEST_TITLE$}  {took}", step.look.word).trim_end().to_owned()
        }));
    }
    for rows in [&view.clusters, &view.past].into_iter().filter(|rows| !rows.is_empty()) {
        lines.push(String::new());
        lines.extend(rows.iter().map(|row| format!("  {:<12} {}", row.look.word, row.words.words(now))));
    }
    lines.push(String::new());
    let day = "%Y-%m-%d %H:%M:%S UTC";
    lines.push(format!("As of {}. This link works until {}.", now.format(day), share.expires_at.format(day)));
    lines.join("\n") + "\n"
}

#[derive(Serialize)]
struct Status {
    version: u32,
    label: String,
    /// "clusters", "cluster", "job" or "receipt".
    what: &'static str,
    title: String,
    /// A state of a cluster or a job; of all clusters, that of the one that most wants to be looked at; of a receipt
    /// "settled" or "closed".
    state: &'static str,
    /// The same for people.
    says: String,
    is_over: bool,
    started_at: Option<Time>,
    finished_at: Option<Time>,
    destroys_at: Option<Time>,
    progress_percent: Option<u8>,
    steps: Vec<StepStatus>,
    /// Each one, where all are shared.
    clusters: Vec<ClusterStatus>,
    as_of: Time,
    expires_at: Time,
}

#[derive(Serialize)]
struct ClusterStatus {
    name: String,
    state: &'static str,
    destroys_at: Option<Time>,
}

#[derive(Serialize)]
struct StepStatus {
    title: String,
    state: StepState,
    started_at: Option<Time>,
    finished_at: Option<Time>,
}

impl Status {
    fn new(opened: &Opened, share: &Share, now: Time) -> Self {
        let view = SharedView::new(opened, now);
        let job = opened.job().map(|facts| &facts.job);
        let what = match share.what {
            Shared::AllClusters => "clusters",
            Shared::Cluster(_) => "cluster",
            Shared::Job(_) => "job",
            Shared::Receipt(_) => "receipt",
        };
        let steps = job.filter(|_| opened.shows_steps()).map(|job| job.steps.as_slice()).unwrap_or_default();
        Self {
            version: VERSION,
            label: share.label.clone(),
            what,
            title: view.heading.clone(),
            state: state(opened),
            says: view.lead.words(now),
            is_over: is_over(opened),
            started_at: job.and_then(|job| job.job.started_at),
            finished_at: job.and_then(|job| job.job.finished_at),
            destroys_at: opened.destroys_at(),
            progress_percent: view.progress.map(|progress| progress.percent),
            steps: steps
                .iter()
                .map(|step| StepStatus {
                    title: opened.text(&step.title),
                    state: step.state,
                    started_at: step.started_at,
                    finished_at: step.finished_at,
                })
                .collect(),
            clusters: clusters(opened),
            as_of: now,
            expires_at: share.expires_at,
        }
    }
}

fn clusters(opened: &Opened) -> Vec<ClusterStatus> {
    let Thing::AllClusters(all) = &opened.thing else { return Vec::new() };
    let all = all.iter().map(|shared| &shared.facts.cluster);
    all.map(|cluster| ClusterStatus {
        name: cluster.name.clone(),
        state: cluster.shown_state().as_str(),
        destroys_at: cluster.destroys_at,
    })
    .collect()
}

/// The word that programs know.
pub fn state(opened: &Opened) -> &'static str {
    match &opened.thing {
        Thing::AllClusters(all) => SharedCluster::worst(all).unwrap_or(ClusterState::Down).as_str(),
        Thing::Cluster(cluster) => cluster.facts.cluster.shown_state().as_str(),
        Thing::Job(facts) => facts.job.job.state.as_str(),
        Thing::Receipt(receipt) if receipt.closed.is_some() => "closed",
        Thing::Receipt(_) => "settled",
    }
}

fn is_over(opened: &Opened) -> bool {
    match &opened.thing {
        Thing::AllClusters(_) | Thing::Cluster(_) => false,
        Thing::Job(facts) => JobState::is_final(facts.job.job.state),
        Thing::Receipt(_) => true,
    }
}
