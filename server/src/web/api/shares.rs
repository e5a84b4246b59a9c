//! `/api/v1/shares`: links that let anyone read one thing.

use app::share_form::{ShareText, ShareTextError};
use app::shared;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::Time;
use domain::share::{Share, ShareDetail, ShareError, ShareState, Shared};
use domain::text::one_line;
use serde::Serialize;

use super::Page;
use super::body::Form;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

static SHARE: Form = Form {
    fields: &[
        "all",
        "cluster",
        "job",
        "receipt",
        "label",
        "detail",
        "expires_in",
        "shows_cost",
        "shows_names",
    ],
    whole: "an object with one of the fields \"cluster\", \"job\", \"receipt\" and \"all\"",
    nothing: "Nothing was shared.",
};

#[derive(Serialize)]
pub struct ShareShape {
    id: i64,
    label: String,
    /// Whether it shows every cluster; then nothing of the next three is said.
    all: bool,
    cluster: Option<String>,
    /// Null unless it shows only that.
    job: Option<i64>,
    receipt: Option<i64>,
    detail: ShareDetail,
    shows_cost: bool,
    shows_names: bool,
    state: ShareState,
    created_by: String,
    created_at: Time,
    expires_at: Time,
    revoked_by: Option<String>,
    revoked_at: Option<Time>,
    last_opened_at: Option<Time>,
    opens: i64,
}

impl ShareShape {
    fn new(share: Share, now: Time) -> Self {
        let state = share.state(now);
        let (revoked_by, revoked_at) = share.revoked.unzip();
        let (job, receipt) = match share.what {
            Shared::AllClusters | Shared::Cluster(_) => (None, None),
            Shared::Job(number) => (Some(number), None),
            Shared::Receipt(number) => (None, Some(number)),
        };
        Self {
            id: share.id,
            label: share.label,
            all: share.cluster.is_none(),
            cluster: share.cluster,
            job,
            receipt,
            detail: share.view.detail,
            shows_cost: share.view.shows_cost,
            shows_names: share.view.shows_names,
            state,
            created_by: share.created_by,
            created_at: share.created_at,
            expires_at: share.expires_at,
            revoked_by,
            revoked_at,
            last_opened_at: share.last_opened_at,
            opens: share.opens,
        }
    }
}

/// With the link, which is told this once.
#[derive(Serialize)]
struct NewShare {
    #[serde(flatten)]
    share: ShareShape,
    url: String,
}

/// The newest first.
pub async fn list(_: Operator, State(web): State<Web>) -> Result<Json<Page<ShareShape>>, Problem> {
    let now = web.store.now().await?;
    let shares = web.store.shares().await?.into_iter();
    Ok(Json(Page { items: shares.map(|share| ShareShape::new(share, now)).collect(), next: None }))
}

pub async fn one(
    _: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Json<ShareShape>, Problem> {
    let number = number(&id)?;
    let share = web.store.share(number).await?;
    Ok(Json(ShareShape::new(share.ok_or_else(|| missing(&id))?, web.store.now().await?)))
}

/// 201 with the link.
pub async fn create(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut body = SHARE.read(&headers, &body)?;
    let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
    let ticked = |flag: bool| if flag { "on".to_owned() } else { String::new() };
    let text = ShareText {
        all: ticked(body.flag("all")?),
        cluster: body.text("cluster")?.unwrap_or_default(),
        job: number(body.whole_number("job")?),
        receipt: number(body.whole_number("receipt")?),
        label: body.text("label")?.unwrap_or_default(),
        detail: body.text("detail")?.unwrap_or_default(),
        expires_in: body.text("expires_in")?.unwrap_or_default(),
        cost: ticked(body.flag("shows_cost")?),
        names: ticked(body.flag("shows_names")?),
    };
    let draft = text.draft(&web.catalogue.share).map_err(|error| refused(&error))?;
    let (share, token) = web.store.create_share(&draft, &actor).await?;
    let location = [(LOCATION, format!("/api/v1/shares/{}", share.id))];
    let url = shared::address(&headers, &token);
    let share = ShareShape::new(share, web.store.now().await?);
    Ok((StatusCode::CREATED, location, Json(NewShare { share, url })).into_response())
}

/// 204: the link stops working now. To ask twice is no mistake.
pub async fn revoke(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    web.store.revoke_share(number(&id)?, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn number(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| missing(id))
}

fn missing(id: &str) -> Problem {
    Problem::not_found(format!("There is no share {}.", one_line(id, 40)))
}

fn refused(error: &ShareTextError) -> Problem {
    let message = format!("{error} Nothing was shared.");
    let (status, code) = match error {
        ShareTextError::What => (StatusCode::UNPROCESSABLE_ENTITY, "bad_field"),
        ShareTextError::Detail(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unknown_detail"),
        ShareTextError::Share(ShareError::SwitchedOff) => (StatusCode::FORBIDDEN, "sharing_is_off"),
        ShareTextError::Share(ShareError::Length { .. }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "out_of_range")
        }
        ShareTextError::Share(ShareError::Label) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_label"),
    };
    let problem = Problem::new(status, code, message);
    match error {
        ShareTextError::Detail(_) => problem.with_known(ShareDetail::ALL),
        _ => problem,
    }
}
