//! Every JSON example of the document that the product started from, read by the real client.
//!
//! `fixtures/seed/` holds them as they stand there; only the `...` that shortens the list of pipelines is
//! left out.

use domain::run::{ProviderKind, RunRef, RunStatus};
use server::providers::{CiProvider, Providers};

use crate::canned::{Answer, Canned, on};
use crate::world::{MARKER, PATIENCE, circleci_target, providers_at};

const PIPELINE: &str = "GET /circleci/api/v2/pipeline/5c9ab317-3f41-4851-a3de-e5fb119da8e6";
const WORKFLOWS: &str = "GET /circleci/api/v2/pipeline/5c9ab317-3f41-4851-a3de-e5fb119da8e6/workflow";

macro_rules! seed {
    ($name:literal) => {
        include_str!(concat!("../fixtures/seed/", $name, ".json"))
    };
}

async fn seed(answers: impl IntoIterator<Item = Answer>) -> (Canned, Providers) {
    let canned = Canned::start(answers).await;
    let providers = providers_at(&canned.url, PATIENCE);
    (canned, providers)
}

fn circleci(providers: &Providers) -> &dyn CiProvider {
    providers.ci(ProviderKind::CircleCi).unwrap()
}

fn pipeline_243(canned: &Canned) -> RunRef {
    RunRef {
        provider: ProviderKind::CircleCi,
        id: "5c9ab317-3f41-4851-a3de-e5fb119da8e6".into(),
        number: Some("243".into()),
        url: format!("{}/circleci/app/pipelines/github/rivernews/iriversland2-kubernetes/243", canned.url),
    }
}

#[tokio::test]
async fn the_answer_to_a_trigger_names_the_pipeline() {
    let trigger = "POST /circleci/api/v2/project/github/rivernews/iriversland2-kubernetes/pipeline";
    let (canned, providers) = seed([on(trigger, 201, seed!("circleci_trigger"))]).await;
    let run = circleci(&providers).trigger(&circleci_target("destroy-release"), MARKER).await;
    assert_eq!(run, Ok(pipeline_243(&canned)));
}

#[tokio::test]
async fn the_pipeline_is_found_in_the_list_of_its_project() {
    let list = "GET /circleci/api/v2/project/github/rivernews/iriversland2-kubernetes/pipeline?branch=destroy-release";
    let (canned, providers) = seed([on(list, 200, seed!("circleci_pipelines"))]).await;
    let target = circleci_target("destroy-release");
    let find =
        async |since: &str| circleci(&providers).find(&target, MARKER, since.parse().unwrap()).await.unwrap();

    let found: Vec<RunRef> = find("2020-06-16T17:04:12Z").await.into_iter().map(|found| found.run).collect();
    assert_eq!(found, [pipeline_243(&canned)]);
    assert_eq!(find("2020-06-16T17:07:00Z").await, []);
}

#[tokio::test]
async fn a_pipeline_whose_workflow_succeeded_has_succeeded() {
    let (canned, providers) = seed([
        on(PIPELINE, 200, seed!("circleci_pipeline")),
        on(WORKFLOWS, 200, seed!("circleci_workflows")),
    ])
    .await;
    let run = pipeline_243(&canned);
    let report = circleci(&providers).look(&circleci_target("destroy-release"), &run).await.unwrap();
    assert_eq!((report.status, report.run, report.detail), (RunStatus::Succeeded, run, None));
}

#[tokio::test]
async fn of_two_workflows_of_one_name_the_newest_decides() {
    let (canned, providers) = seed([
        on(PIPELINE, 200, seed!("circleci_pipeline")),
        on(WORKFLOWS, 200, seed!("circleci_workflows_after_rerun")),
    ])
    .await;
    let run = pipeline_243(&canned);
    let report = circleci(&providers).look(&circleci_target("destroy-release"), &run).await.unwrap();
    assert_eq!(report.status, RunStatus::Running);
}
