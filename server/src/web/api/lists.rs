//! How a list is cut down: the parameters of its address, and what is wrong with them.

use axum::http::StatusCode;
use domain::text::one_line;

use super::fields::Fields;
use crate::web::error::Problem;
use crate::web::state::Web;

pub fn parameters(query: &str, known: &'static [&'static str]) -> Result<Fields<String>, Problem> {
    let given = form_urlencoded::parse(query.as_bytes()).into_owned();
    Fields::new(given, known).map_err(|error| unprocessable("bad_query", error.to_string()).with_known(known))
}

/// A whole number from 1 on.
pub fn whole(parameters: &mut Fields<String>, name: &str, most: i64) -> Result<Option<i64>, Problem> {
    let Some(text) = parameters.take(name) else { return Ok(None) };
    match text.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
        _ => {
            Err(unprocessable("bad_query", format!("\"{name}\" has to be a whole number from 1 to {most}.")))
        }
    }
}

/// The name of a cluster that there is.
pub async fn existing_cluster(web: &Web, name: Option<String>) -> Result<Option<String>, Problem> {
    if let Some(name) = &name
        && web.store.cluster(name).await?.is_none()
    {
        let known = web.store.clusters().await?.into_iter().map(|cluster| cluster.name);
        let message = format!("There is no cluster \"{}\".", one_line(name, 80));
        return Err(unprocessable("unknown_cluster", message).with_known(known));
    }
    Ok(name)
}

pub fn unprocessable(code: &'static str, message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
}
