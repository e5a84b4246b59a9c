//! The status line and the way on of an answer. The only place that sets a `Location`.

use http::{HeaderValue, StatusCode, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Answers with this status. Without a response, as when routes are listed or in tests, nothing happens.
pub fn status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}

/// Answers an error with this status. A plain form would else be sent back to where it came from.
pub fn error(status_code: StatusCode, way_on: &'static str) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status_code);
        response.insert_header(header::LOCATION, HeaderValue::from_static(way_on));
    }
}

/// Sends the browser on to a page of ours with a GET.
///
/// The path is always our own: whatever does not begin with one slash, or holds what no header may, leads home.
pub fn see_other(path: &str) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    let location = if is_own_path(path) { HeaderValue::from_str(path).ok() } else { None };
    response.set_status(StatusCode::SEE_OTHER);
    response.insert_header(header::LOCATION, location.unwrap_or(HeaderValue::from_static("/")));
}

/// Whether a browser that is sent there stays with us. `//host` and `/\host` do not.
pub fn is_own_path(path: &str) -> bool {
    let mut chars = path.chars();
    chars.next() == Some('/') && !matches!(chars.next(), Some('/' | '\\')) && !path.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use leptos::prelude::{Owner, provide_context};

    use super::*;

    fn location_of(path: &str) -> String {
        Owner::new().with(|| {
            let response = ResponseOptions::default();
            provide_context(response.clone());
            see_other(path);
            let parts = response.0.read().unwrap();
            assert_eq!(parts.status, Some(StatusCode::SEE_OTHER));
            parts.headers[header::LOCATION].to_str().unwrap().to_owned()
        })
    }

    #[test]
    fn an_address_that_is_not_ours_leads_home() {
        for path in
            ["https://evil.example/", "//evil.example", "/\\evil.example", "jobs", "", "/a\r\nSet-Cookie: x"]
        {
            assert_eq!(location_of(path), "/", "{path:?}");
        }
    }

    #[test]
    fn a_path_of_ours_is_gone_to() {
        assert_eq!(location_of("/jobs/128?a=b"), "/jobs/128?a=b");
    }
}
