//! What is shown instead of a page: nothing of that name, or a fault of ours.

use http::StatusCode;
use leptos::prelude::*;

use super::frame::{Frame, Section};
use crate::respond;
use crate::world::World;

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is no such thing; the text says what there is.
    #[error("{0}")]
    NotFound(String),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("the server provided no store, catalogue or visitor")]
    Incomplete,
}

impl PageError {
    /// Sets the status and shows what people may know.
    pub async fn show(self, world: Option<World>) -> AnyView {
        match (self, world) {
            (Self::NotFound(what), Some(world)) => {
                respond::status(StatusCode::NOT_FOUND);
                let frame = Frame::new("Page not found – Cluster Head", Section::None);
                match frame.load(&world).await {
                    Ok(frame) => frame.around(super::not_found::body(&what)),
                    Err(_) => fault().into_any(),
                }
            }
            (error, _) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a page could not be shown");
                let is_away = matches!(&error, Self::Store(error) if error.is_away());
                let status =
                    if is_away { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
                respond::status(status);
                fault().into_any()
            }
        }
    }
}

/// A fault of ours, without anything that would need the database.
fn fault() -> impl IntoView {
    view! {
        <leptos_meta::Title text="There is a problem – Cluster Head"/>
        <main id="main" class="page narrow">
            <h1>"There is a problem with the service"</h1>
            <p>"Nothing was started by looking at this page. Jobs that were accepted go on."</p>
            <p>
                <a class="button" href="/">"Back to the clusters"</a>
            </p>
        </main>
    }
}

/// The same as a whole document, for faults outside of the pages. `request_id` helps to find it in the log.
pub fn document(request_id: &str) -> String {
    let main = view! {
        <main id="main" class="page narrow">
            <h1>"There is a problem with the service"</h1>
            <p>"Jobs that were accepted go on."</p>
            <p class="meta">{format!("Request {request_id}")}</p>
            <p>
                <a class="button" href="/">"Back to the clusters"</a>
            </p>
        </main>
    };
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>There is a problem – Cluster Head</title>\
         <link rel=\"stylesheet\" href=\"/pkg/cluster-head.css\"></head><body>{}</body></html>",
        Owner::new().with(|| main.to_html())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_the_request_as_text() {
        let page = document("7f3a<script>");
        assert!(page.contains("Request 7f3a&lt;script&gt;"), "{page}");
        assert!(page.contains("href=\"/\""), "{page}");
    }
}
