//! What is done about the debt of a cluster, and about what the cloud shows of it. It is done with the answer, which is
//! 200 with the cluster.

use app::adoption::{AdoptionError, adoption};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use domain::cloud::ResourceKind;
use domain::stay::Stay;

use super::acts::stay;
use super::body::{Body, Form};
use super::clusters::existing;
use super::shape::ClusterShape;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

pub type Done = Result<Json<ClusterShape>, Problem>;

static CLOSE: Form = Form {
    fields: &["because"],
    whole: "an object with the field \"because\"",
    nothing: "Nothing was changed.",
};

/// A person takes the debt to destroy the cluster over.
pub async fn close(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Done {
    let cluster = existing(&web, &name).await?.cluster.name;
    let because = reason(&CLOSE, &mut CLOSE.read(&headers, &body)?)?;
    if !web.store.close_obligation(&cluster, &actor, &because).await? {
        let message = format!("Nothing is owed for {cluster}. Nothing was changed.");
        return Err(Problem::new(StatusCode::CONFLICT, "nothing_owed", message));
    }
    shown(&web, &name).await
}

static ACCEPT: Form = Form {
    fields: &["kind", "id", "because"],
    whole: "an object with the fields \"kind\", \"id\" and \"because\"",
    nothing: "Nothing was changed.",
};

/// A person takes over what a destroyed cluster left behind. To accept twice is no mistake.
pub async fn accept_leftover(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Done {
    let facts = existing(&web, &name).await?;
    let mut body = ACCEPT.read(&headers, &body)?;
    let (kind, id) = (body.required("kind")?, body.required("id")?);
    let because = reason(&ACCEPT, &mut body)?;
    let kind = kind.parse::<ResourceKind>().map_err(|error| {
        let message = format!("{error}. Nothing was changed.");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_kind", message).with_known(ResourceKind::ALL)
    })?;
    if !facts.accepted.iter().any(|taken| taken.kind == kind && taken.resource_id == id) {
        web.store.accept_leftover(&facts.cluster.name, kind, &id, &actor, &because).await?;
    }
    shown(&web, &name).await
}

static ADOPT: Form = Form {
    fields: &["until", "for"],
    whole: "an object, with the field \"until\" (a time) or \"for\" (a length such as \"4h\") or without them",
    nothing: "Nothing was changed.",
};

/// Takes a cluster under the promise that was found in the cloud; for as long as the config says where nothing is said.
pub async fn adopt(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Done {
    let facts = existing(&web, &name).await?;
    let stay = match body.is_empty() {
        true => Stay::For { minutes: i64::from(facts.lifetime_minutes) },
        false => stay(&ADOPT, &mut ADOPT.read(&headers, &body)?)?,
    };
    let now = web.store.now().await?;
    let adoption = adoption(&facts, &web.catalogue, app::stay::end(stay, now), now).map_err(refused)?;
    web.store.adopt_cluster(&adoption, &actor).await?;
    shown(&web, &name).await
}

fn refused(error: AdoptionError) -> Problem {
    let message = error.to_string();
    match error {
        AdoptionError::Time(act) => Problem::from(store::Error::Act(act)),
        AdoptionError::Busy(_) => Problem::new(StatusCode::CONFLICT, "not_idle", message),
        AdoptionError::Owed(_) => Problem::new(StatusCode::CONFLICT, "owed", message),
        AdoptionError::NotFound(_) | AdoptionError::NoTeardown(_) => {
            Problem::new(StatusCode::CONFLICT, "nothing_to_adopt", message)
        }
    }
}

fn reason(form: &Form, body: &mut Body) -> Result<String, Problem> {
    app::reason::required(&body.required("because")?).map_err(|error| form.misfit(&error.to_string()))
}

/// The cluster as it is now.
pub async fn shown(web: &Web, name: &str) -> Done {
    let now = web.store.now().await?;
    Ok(Json(ClusterShape::new(existing(web, name).await?, now)))
}
