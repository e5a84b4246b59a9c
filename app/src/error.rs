//! What a server function answers when it cannot send the browser on to a page: a small page of its own,
//! because the caller is a plain form. No text from inside the service is ever in it.

use std::convert::Infallible;

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType};
use serde::{Deserialize, Serialize};

/// Why a press led nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    #[error("You are signed out. Nothing was done.")]
    SignedOut,
    #[error("The form could not be read. Nothing was done.")]
    Unreadable,
    #[error(
        "There is a problem with the service. Whether it was done stands on the page of the job or the cluster."
    )]
    Internal,
    #[error(
        "The database does not answer. Whether it was done stands on the page of the job or the cluster. \
         Look there in a moment, then try again."
    )]
    Unavailable,
}

impl AppError {
    #[cfg(feature = "ssr")]
    pub fn signed_out() -> Self {
        Self::SignedOut.with_status()
    }

    /// The cause goes to the log, never to the page.
    #[cfg(feature = "ssr")]
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        if cause.downcast_ref::<store::Error>().is_some_and(store::Error::is_away) {
            tracing::warn!(error = cause, "the database does not answer");
            return Self::Unavailable.with_status();
        }
        tracing::error!(error = cause, "a server function failed");
        Self::Internal.with_status()
    }

    /// The server has not said where the rows and the catalogue are.
    #[cfg(feature = "ssr")]
    pub fn without_context() -> Self {
        tracing::error!("no store or catalogue was provided to the request");
        Self::Internal.with_status()
    }

    /// Server functions answer every error with 500 unless the status is set beside it.
    #[cfg(feature = "ssr")]
    fn with_status(self) -> Self {
        let status = match self {
            Self::SignedOut => http::StatusCode::UNAUTHORIZED,
            Self::Unreadable => http::StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal => http::StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => http::StatusCode::SERVICE_UNAVAILABLE,
        };
        crate::respond::error(status, self.way_on().0);
        self
    }

    const fn way_on(self) -> (&'static str, &'static str) {
        match self {
            Self::SignedOut => ("/login", "Sign in"),
            Self::Unreadable => ("/", "Back to the clusters"),
            Self::Internal | Self::Unavailable => ("/jobs", "Look at the jobs"),
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = ErrorPage;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let error = match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self::Unreadable,
            _ => Self::Internal,
        };
        #[cfg(feature = "ssr")]
        let error = error.with_status();
        error
    }
}

/// Writes an error as a page that says what happened and where to go.
pub struct ErrorPage;

impl ContentType for ErrorPage {
    const CONTENT_TYPE: &'static str = "text/html; charset=utf-8";
}

impl FormatType for ErrorPage {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<AppError> for ErrorPage {
    type Error = Infallible;

    fn encode(error: &AppError) -> Result<server_fn::Bytes, Infallible> {
        let (path, words) = error.way_on();
        let page = format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>There is a problem – Cluster Head</title>\
             <link rel=\"stylesheet\" href=\"/pkg/cluster-head.css\"></head><body><main class=\"page\">\
             <h1>There is a problem</h1><p>{error}</p><p><a href=\"{path}\">{words}</a></p></main></body></html>"
        );
        Ok(page.into())
    }
}

impl Decodes<AppError> for ErrorPage {
    type Error = Infallible;

    /// Only forms call the server functions: nobody reads the page back.
    fn decode(_page: server_fn::Bytes) -> Result<AppError, Infallible> {
        Ok(AppError::Internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_page_that_says_what_happened_and_where_to_go() {
        let page = String::from_utf8(AppError::SignedOut.ser().to_vec()).unwrap();
        assert!(page.contains("You are signed out. Nothing was done."), "{page}");
        assert!(page.contains("href=\"/login\""), "{page}");
    }

    #[test]
    fn a_form_that_cannot_be_read_is_told_so() {
        let error = AppError::from_server_fn_error(ServerFnErrorErr::Args("secret detail".into()));
        assert_eq!(error, AppError::Unreadable);
        assert!(!String::from_utf8(error.ser().to_vec()).unwrap().contains("secret detail"));
    }
}
