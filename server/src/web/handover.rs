//! An answer that has no end, taken out of HTTP once its head is written.
//!
//! While HTTP is spoken on a connection, it costs buffers to read and to write, the request, and every layer around the
//! answer. Whoever only listens needs none of that. So the bare connection goes to whoever writes the rest, and what
//! HTTP needed is given back.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::Version;
use axum::http::request::Parts;
use futures::stream::poll_fn;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

use super::error::Problem;

/// Starts what writes the rest.
type Start = Box<dyn FnOnce(TcpStream) + Send>;

/// The way out of HTTP of one connection.
#[derive(Clone)]
pub struct Handover {
    /// Set when the layers and the head are done with, and only the rest is asked for.
    start: Arc<Mutex<Option<Start>>>,
    /// What writes, so that the end of the process can wait for it.
    writing: TaskTracker,
}

/// How the rest of an answer is cut into pieces on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Each piece with its length in front. The end is a piece of no length.
    Chunks,
    /// As it is, for those who speak HTTP/1.0. The end is the end of the connection.
    Plain,
}

impl Handover {
    pub fn new(writing: TaskTracker) -> Self {
        Self { start: Arc::default(), writing }
    }

    /// A body whose rest is written by what `write` makes of the bare connection. Whoever asks for the head alone gets
    /// no rest, and `write` is dropped.
    pub fn body<F>(self, write: impl FnOnce(TcpStream) -> F + Send + 'static) -> Body
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let writing = self.writing.clone();
        let start = move |stream| {
            writing.spawn(write(stream));
        };
        let mut start = Some(Box::new(start) as Start);
        Body::from_stream(poll_fn(move |_| {
            if let Some(start) = start.take() {
                *self.start.lock().unwrap_or_else(PoisonError::into_inner) = Some(start);
            }
            Poll::<Option<Result<Bytes, Infallible>>>::Pending
        }))
    }

    fn asked(&self) -> Option<Start> {
        self.start.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<S: Sync> FromRequestParts<S> for Handover {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let handover = parts.extensions.get::<Self>().cloned();
        handover.ok_or_else(|| Problem::internal(&"a request came over no connection of ours"))
    }
}

impl Framing {
    /// What the head of the answer promises to this version of HTTP when it tells no length.
    pub const fn of(version: Version) -> Self {
        match version {
            Version::HTTP_09 | Version::HTTP_10 => Self::Plain,
            _ => Self::Chunks,
        }
    }
}

/// A connection on which HTTP is spoken until it is handed over.
pub struct Wire {
    stream: Option<TokioIo<TcpStream>>,
    handover: Handover,
}

impl Wire {
    pub fn new(stream: TcpStream, handover: Handover) -> Self {
        Self { stream: Some(TokioIo::new(stream)), handover }
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TokioIo<TcpStream>>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::Error::other(HandedOver))
    }
}

/// Tells HTTP that its part is over. It is logged as the end of the connection, for those who look that closely.
#[derive(Debug)]
struct HandedOver;

impl fmt::Display for HandedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was handed over")
    }
}

impl std::error::Error for HandedOver {}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(context, buffer)
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(context, bytes)
    }

    /// HTTP flushes when it has written everything that it had, so nothing of the head is left behind.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(start) = self.handover.asked()
            && let Some(stream) = self.stream.take()
        {
            start(stream.into_inner());
        }
        self.stream()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(Write::is_write_vectored)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(context, bytes)
    }
}
