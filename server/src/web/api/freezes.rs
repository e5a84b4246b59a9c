//! `/api/v1/freezes`: times in which no schedule runs.

use app::freeze_form::{self, FreezeTextError};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::text::one_line;

use super::Page;
use super::body::Form;
use super::shape::FreezeShape;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

static FREEZE: Form = Form {
    fields: &["from", "until", "zone", "cluster", "because"],
    whole: "an object with the fields \"from\", \"until\" and \"because\", and with \"zone\" or \"cluster\" where they matter",
    nothing: "Nothing was frozen.",
};

/// Those that are not over, the first one first.
pub async fn list(_: Operator, State(web): State<Web>) -> Result<Json<Page<FreezeShape>>, Problem> {
    let freezes = web.store.freezes(web.store.now().await?).await?;
    Ok(Json(Page { items: freezes.into_iter().map(FreezeShape::from).collect(), next: None }))
}

/// 201 with the freeze; 200 when there was the same one before.
pub async fn add(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut body = FREEZE.read(&headers, &body)?;
    let (from, until) = (body.required("from")?, body.required("until")?);
    let (zone, cluster) = (body.text("zone")?.unwrap_or_default(), body.text("cluster")?);
    let because = app::reason::required(&body.required("because")?);
    let because = because.map_err(|error| FREEZE.misfit(&error.to_string()))?;
    let now = web.store.now().await?;
    let (from, until) = freeze_form::read(&from, &until, &zone, now).map_err(|error| refused(&error))?;
    if let Some(name) = cluster.as_deref().filter(|name| web.catalogue.cluster(name).is_none()) {
        let message = format!("There is no cluster \"{}\". Nothing was frozen.", one_line(name, 80));
        let known = web.catalogue.clusters.iter().map(|cluster| &cluster.name);
        return Err(
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_cluster", message).with_known(known)
        );
    }
    let added = web.store.add_freeze(from, until, cluster.as_deref(), &because, &actor).await?;
    let freezes = web.store.freezes(now).await?;
    let freeze = freezes.into_iter().find(|freeze| freeze.id == added.id);
    let freeze = freeze.ok_or_else(|| Problem::internal(&"a freeze that was added is not there"))?;
    let status = if added.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(FreezeShape::from(freeze))).into_response())
}

/// 204: schedules run again in that time.
pub async fn delete(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let missing = || Problem::not_found(format!("There is no freeze {}.", one_line(&id, 40)));
    let number = id.parse().map_err(|_| missing())?;
    web.store.remove_freeze(number, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: &FreezeTextError) -> Problem {
    let message = format!("{error} Nothing was frozen.");
    let problem = |code| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, message);
    match error {
        FreezeTextError::Zone(zone) => problem("unknown_zone").with_known(&zone.near),
        FreezeTextError::Times => problem("bad_field").with_known(FREEZE.fields),
        FreezeTextError::Freeze(_) => problem("out_of_range"),
    }
}
