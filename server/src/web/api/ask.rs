//! What is asked for, as the body of `POST /api/v1/jobs` says it.

use std::str::FromStr;

use axum::http::{HeaderMap, StatusCode};
use domain::order::Ask;
use domain::size::Size;

use super::body::Form;
use crate::web::error::Problem;

static FORM: Form = Form {
    fields: &["routine", "cluster", "size", "service"],
    whole: "an object with the fields \"routine\" and \"cluster\", and with \"size\" or \"service\" where the routine takes one",
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
    })
}

fn known_size(size: &str) -> Result<Size, Problem> {
    Size::from_str(size).map_err(|error| {
        let message = format!("{error}. Nothing was started.");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_size", message).with_known(Size::ALL)
    })
}
