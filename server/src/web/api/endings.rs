//! Moving the auto-destroy time of a cluster, and taking that back. It is done with the answer, which is 200 with the
//! cluster.

use app::stay::NO_END;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use domain::Time;
use domain::stay::Stay;
use store::Wish;

use super::accept::idempotency_key;
use super::body::{Body, Form};
use super::clusters::existing;
use super::debts::shown;
use super::shape::ClusterShape;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

static EXTEND: Form = Form {
    fields: &["by", "until", "from"],
    whole: "an object with the field \"by\" (a length such as \"1h\") or \"until\" (a time, or \"none\")",
    nothing: "Nothing was changed.",
};

/// Moves the auto-destroy time. With `from`, only if it is the present one; with an idempotency key, only once.
pub async fn extend(
    Operator { actor, role }: Operator,
    State(web): State<Web>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ClusterShape>, Problem> {
    let idempotency_key = idempotency_key(&headers)?;
    let mut body = EXTEND.read(&headers, &body)?;
    let stay = stay(&mut body)?;
    let seen = body.text("from")?.map(|from| end(&from)).transpose()?;
    let cluster = existing(&web, &name).await?.cluster.name;
    let wish = Wish { stay, seen, idempotency_key, role };
    web.store.extend(&cluster, &wish, &actor).await?;
    shown(&web, &name).await
}

static UNDO: Form = Form {
    fields: &["extension"],
    whole: "an object, with the field \"extension\" (its number) or without one",
    nothing: "Nothing was changed.",
};

/// Takes the last move back, or the one that is named, if it is the last.
pub async fn undo(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ClusterShape>, Problem> {
    let which = UNDO.read_if_any(&headers, &body)?.whole_number("extension")?;
    let cluster = existing(&web, &name).await?.cluster.name;
    web.store.undo_extension(&cluster, which.map(i64::from), &actor).await?;
    shown(&web, &name).await
}

fn stay(body: &mut Body) -> Result<Stay, Problem> {
    let read = match (body.text("by")?, body.text("until")?) {
        (Some(length), None) => Stay::read_length(&length),
        (None, Some(none)) if none.trim() == NO_END => Ok(Stay::Endless),
        (None, Some(time)) => Stay::read_time(&time),
        _ => return Err(EXTEND.misfit("Either \"by\" or \"until\" has to be there.")),
    };
    read.map_err(|error| EXTEND.misfit(&error.to_string()))
}

/// An auto-destroy time as this API tells it.
fn end(text: &str) -> Result<Option<Time>, Problem> {
    if text.trim() == NO_END {
        return Ok(None);
    }
    let time = text.trim().parse::<Time>();
    time.map(Some).map_err(|_| {
        EXTEND.misfit("The field \"from\" has to be a time as `destroys_at` tells it, or \"none\".")
    })
}
