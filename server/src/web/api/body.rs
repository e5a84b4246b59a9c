//! The body of a request that changes something: a JSON object with known fields. Whatever does not fit is said in
//! words of the API, with what did not happen.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use serde_json::error::Category;

use super::fields::{Fields, Object};
use crate::web::error::Problem;

/// What a body may hold.
pub struct Form {
    pub fields: &'static [&'static str],
    /// "an object with the field …", for who sends something else.
    pub whole: &'static str,
    /// What is true when it is refused: "Nothing was started."
    pub nothing: &'static str,
}

/// A body that was read.
pub struct Body {
    form: &'static Form,
    fields: Fields<Value>,
}

impl Form {
    /// # Errors
    /// When the body is no JSON, or no object with these fields.
    pub fn read(&'static self, headers: &HeaderMap, body: &[u8]) -> Result<Body, Problem> {
        if !is_json(headers) {
            let message =
                format!("The body has to be JSON, with \"Content-Type: application/json\". {}", self.nothing);
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", message));
        }
        let Object(entries) = serde_json::from_slice(body).map_err(|error| self.unreadable(&error))?;
        let fields = Fields::new(entries, self.fields).map_err(|error| self.misfit(&error.to_string()))?;
        Ok(Body { form: self, fields })
    }

    /// The same where nothing at all may be said.
    ///
    /// # Errors
    /// When there is a body and it does not fit.
    pub fn read_if_any(&'static self, headers: &HeaderMap, body: &[u8]) -> Result<Body, Problem> {
        if body.is_empty() {
            return Ok(Body { form: self, fields: Fields::default() });
        }
        self.read(headers, body)
    }

    /// One of the fields does not fit.
    pub fn misfit(&self, what: &str) -> Problem {
        let message = format!("{what} {}", self.nothing);
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_field", message).with_known(self.fields)
    }

    fn unreadable(&self, error: &serde_json::Error) -> Problem {
        match error.classify() {
            // Everything else would have been taken as the value of some field.
            Category::Data => self.misfit(&format!("The body has to be {}.", self.whole)),
            Category::Syntax | Category::Eof | Category::Io => {
                let message = format!("The body is no JSON: {error}. {}", self.nothing);
                Problem::new(StatusCode::BAD_REQUEST, "malformed_json", message)
            }
        }
    }
}

impl Body {
    /// A text; null is as good as nothing.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.fields.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.form.misfit(&format!("The field \"{name}\" has to be a text."))),
        }
    }

    /// # Errors
    /// When it is no whole number that could count something.
    pub fn whole_number(&mut self, name: &str) -> Result<Option<i32>, Problem> {
        match self.fields.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64().and_then(|number| i32::try_from(number).ok()) {
                Some(number) => Ok(Some(number)),
                None => Err(self.form.misfit(&format!("The field \"{name}\" has to be a whole number."))),
            },
        }
    }

    /// True or false; null is as good as nothing, and nothing is false.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag(&mut self, name: &str) -> Result<bool, Problem> {
        match self.fields.take(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.form.misfit(&format!("The field \"{name}\" has to be true or false."))),
        }
    }

    /// # Errors
    /// When it is missing or no text.
    pub fn required(&mut self, name: &str) -> Result<String, Problem> {
        self.text(name)?.ok_or_else(|| self.form.misfit(&format!("The field \"{name}\" is missing.")))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
