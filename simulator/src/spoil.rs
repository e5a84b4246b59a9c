//! Answers that no documentation promises and every client meets one day.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures::stream::{self, StreamExt};

const CHUNK: usize = 1024 * 1024;
const CHUNKS: usize = 50;

/// What a load balancer says when it finds nobody behind it.
pub(crate) fn gateway_page() -> Response {
    let page = "<html><head><title>502 Bad Gateway</title></head>\n<body><center><h1>502 Bad Gateway</h1></center></body></html>\n";
    (StatusCode::BAD_GATEWAY, Html(page)).into_response()
}

/// Well-formed JSON of 50 MB, in place of the body.
pub(crate) fn with_a_huge_body(answer: Response) -> Response {
    let filling = Bytes::from(vec![b'x'; CHUNK]);
    let chunks = stream::once(async { Bytes::from_static(b"{\"filling\":\"") })
        .chain(stream::repeat(filling).take(CHUNKS))
        .chain(stream::once(async { Bytes::from_static(b"\"}") }));
    let body = Body::from_stream(chunks.map(Ok::<_, std::convert::Infallible>));
    (answer.status(), [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The first half of the body, with a matching `Content-Length`, as a proxy with a full disk sends it.
pub(crate) async fn with_half_its_body(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, CHUNK * CHUNKS).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body.slice(..body.len() / 2)))
}

/// A status that no documentation knows.
pub(crate) const UNKNOWN_STATUS: &str = "hibernating";

/// How many reads of its status a run has left to answer with [`UNKNOWN_STATUS`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OddReads(u8);

impl OddReads {
    pub fn arm(&mut self) {
        self.0 = 3;
    }

    /// Counts one read and gives the status to show in it.
    pub fn read(&mut self, status: &'static str) -> &'static str {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                UNKNOWN_STATUS
            }
            None => status,
        }
    }
}
