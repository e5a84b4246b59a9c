//! A problem as a page. Written without the app and its database, so that it can be shown whatever is broken.

use super::Problem;

pub(super) fn html(problem: &Problem) -> String {
    let message = escape(&problem.message);
    let known = match problem.known.as_slice() {
        [] => String::new(),
        known => format!("<p>Known: {}.</p>", escape(&known.join(", "))),
    };
    let id = match &problem.request_id {
        Some(id) if problem.status.is_server_error() => {
            format!("<p>Request <code>{}</code> finds it in the log.</p>", escape(id))
        }
        _ => String::new(),
    };
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>There is a problem – Cluster Head</title>\
         <link rel=\"stylesheet\" href=\"/pkg/cluster-head.css\"></head>\
         <body><main class=\"page\"><h1>There is a problem</h1><p>{message}</p>{known}{id}\
         <p><a href=\"/\">Back to the clusters</a></p></main></body></html>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn what_a_caller_wrote_is_text_and_never_markup() {
        let problem = Problem::not_found("There is no cluster \"<script>alert(1)</script>\".");
        let page = html(&problem);
        assert!(!page.contains("<script>"), "{page}");
        assert!(page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn a_failure_of_ours_names_the_request_and_a_refusal_does_not() {
        let with_id = |status| Problem { request_id: Some("id-1".into()), ..Problem::of_status(status) };
        assert!(html(&with_id(StatusCode::INTERNAL_SERVER_ERROR)).contains("id-1"));
        assert!(!html(&with_id(StatusCode::NOT_FOUND)).contains("id-1"));
    }
}
