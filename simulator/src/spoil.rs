//! Answers that no documentation promises and every client meets one day.

use std::convert::Infallible;
use std::io::Write;
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream::{self, Stream, StreamExt};
use tokio::time::interval;

use crate::faults::FaultKind;

const CHUNK: usize = 1024 * 1024;
const CHUNKS: usize = 50;
const OPENING: &[u8] = b"{\"filling\":\"";
const CLOSING: &[u8] = b"\"}";

/// What a load balancer says when it finds nobody behind it.
pub(crate) fn gateway_page() -> Response {
    let page = "<html><head><title>502 Bad Gateway</title></head>\n<body><center><h1>502 Bad Gateway</h1></center></body></html>\n";
    (StatusCode::BAD_GATEWAY, Html(page)).into_response()
}

/// To the address at which machines in a data centre are told their credentials.
pub(crate) fn redirect() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, "http://169.254.169.254/")]).into_response()
}

/// What a fault makes of an answer, after the call took effect.
pub(crate) async fn spoiled(answer: Response, fault: FaultKind) -> Response {
    let filling = || stream::repeat(Bytes::from(vec![b'x'; CHUNK]));
    let opening = stream::once(async { Bytes::from_static(OPENING) });
    let closing = stream::once(async { Bytes::from_static(CLOSING) });
    match fault {
        FaultKind::HugeBody => {
            with_body(answer, streamed(opening.chain(filling().take(CHUNKS)).chain(closing)))
        }
        FaultKind::EndlessBody => with_body(answer, streamed(opening.chain(filling()))),
        FaultKind::GzipBomb => {
            let mut answer = with_body(answer, Body::from(GZIP_BOMB.clone()));
            answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            answer
        }
        FaultKind::SlowBody => one_byte_a_second(answer).await,
        FaultKind::TruncatedJson => with_half_its_body(answer).await,
        _ => answer,
    }
}

/// Some 50 KB that unpack to more than 50 MB of well-formed JSON. Packed once, for it takes its time.
static GZIP_BOMB: LazyLock<Bytes> = LazyLock::new(|| {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let filling = vec![b'x'; CHUNK];
    let written = packed
        .write_all(OPENING)
        .and_then(|()| (0..CHUNKS).try_for_each(|_| packed.write_all(&filling)))
        .and_then(|()| packed.write_all(CLOSING))
        .and_then(|()| packed.finish());
    // Memory takes all that is written to it.
    written.unwrap_or_default().into()
});

/// In place of what the answer contains.
fn with_body(answer: Response, body: Body) -> Response {
    (answer.status(), [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn streamed(chunks: impl Stream<Item = Bytes> + Send + 'static) -> Body {
    Body::from_stream(chunks.map(Ok::<_, Infallible>))
}

/// The first at once.
async fn one_byte_a_second(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, CHUNK * CHUNKS).await.unwrap_or_default();
    // Whoever knows how much there is to come waits for it.
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let bytes = stream::unfold((body, interval(Duration::from_secs(1))), |(mut body, mut pace)| async {
        if body.is_empty() {
            return None;
        }
        pace.tick().await;
        Some((body.split_to(1), (body, pace)))
    });
    Response::from_parts(parts, streamed(bytes))
}

/// The first half of the body, with a matching `Content-Length`, as a proxy with a full disk sends it.
async fn with_half_its_body(answer: Response) -> Response {
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
