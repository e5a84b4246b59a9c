//! What is asked for, as the body of `POST /api/v1/jobs` says it.

use std::str::FromStr;

use app::stay::NO_END;
use axum::http::{HeaderMap, StatusCode};
use domain::order::Ask;
use domain::size::Size;
use domain::stay::Stay;

use super::body::{Body, Form};
use crate::web::error::Problem;

static FORM: Form = Form {
    fields: &["routine", "cluster", "size", "service", "lifetime", "until"],
    whole: "an object with the fields \"routine\" and \"cluster\", and with \"size\", \"service\", \"lifetime\" or \"until\" where the routine takes one",
    nothing: "Nothing was started.",
};

/// # Errors
/// When the body is no JSON, or no object with these fields.
pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Ask, Problem> {
    let mut body = FORM.read(headers, body)?;
    Ok(Ask {
        routine: body.required("routine")?,
        cluster: body.required("cluster")?,
        size: body.text("size")?.map(|size| known_size(&size)).transpose()?,
        service: body.text("service")?,
        lifetime: lifetime(&mut body)?,
    })
}

/// How long the cluster stays up that the routine brings up: "2h", "none", or until a time.
fn lifetime(body: &mut Body) -> Result<Option<Stay>, Problem> {
    let read = match (body.text("lifetime")?, body.text("until")?) {
        (None, None) => return Ok(None),
        (Some(length), None) if length.trim() == NO_END => Ok(Stay::Endless),
        (Some(length), None) => Stay::read_length(&length),
        (None, Some(time)) => Stay::read_time(&time),
        (Some(_), Some(_)) => {
            return Err(FORM.misfit("Either \"lifetime\" or \"until\" may be there, not both."));
        }
    };
    read.map(Some).map_err(|error| FORM.misfit(&error.to_string()))
}

fn known_size(size: &str) -> Result<Size, Problem> {
    Size::from_str(size).map_err(|error| {
        let message = format!("{error}. Nothing was started.");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_size", message).with_known(Size::ALL)
    })
}
