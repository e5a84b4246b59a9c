//! Reading clusters.

use app::facts::ClusterFacts;
use axum::Json;
use axum::extract::{Path, State};
use domain::text::one_line;

use super::Page;
use super::shape::ClusterShape;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

/// All of them: there are a handful, so this list never goes on.
pub async fn list(_: Operator, State(web): State<Web>) -> Result<Json<Page<ClusterShape>>, Problem> {
    let clusters = ClusterFacts::all(&web.store, &web.catalogue).await?;
    let now = web.store.now().await?;
    let items = clusters.into_iter().map(|facts| ClusterShape::new(facts, now)).collect();
    Ok(Json(Page { items, next: None }))
}

pub async fn one(
    _: Operator,
    State(web): State<Web>,
    Path(name): Path<String>,
) -> Result<Json<ClusterShape>, Problem> {
    let now = web.store.now().await?;
    Ok(Json(ClusterShape::new(existing(&web, &name).await?, now)))
}

/// The cluster that an address names.
///
/// # Errors
/// When there is none, with those that there are.
pub async fn existing(web: &Web, name: &str) -> Result<ClusterFacts, Problem> {
    if let Some(facts) = ClusterFacts::load(&web.store, &web.catalogue, name).await? {
        return Ok(facts);
    }
    let known = web.store.clusters().await?.into_iter().map(|cluster| cluster.name);
    Err(Problem::not_found(format!("There is no cluster \"{}\".", one_line(name, 80))).with_known(known))
}
