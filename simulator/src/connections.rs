//! The accept loop. It is our own and not `axum::serve`, because a fault has to reset a connection in the middle of an
//! exchange, and only the owner of the socket can do that.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::{SockRef, Socket};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::outside::Outside;
use crate::tls::shake_hands;

/// The connection that a request came in on; every request carries it as an extension.
#[derive(Clone, Default)]
pub(crate) struct Connection {
    reset: Arc<Notify>,
}

impl Connection {
    /// Resets the connection, which ends the caller too: whoever awaits this is dropped with it.
    pub async fn reset(self) -> Infallible {
        self.reset.notify_one();
        pending().await
    }
}

/// Serves until `shutdown`, then drops all connections: a provider that goes away does not say goodbye either.
pub(crate) async fn accept(
    listener: TcpListener,
    outside: &Outside,
    router: Router,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return Ok(()),
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                connections.spawn(converse(stream, outside.clone(), router.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, outside: Outside, router: Router) {
    // A second handle on the socket, because hyper owns the first one until the connection is over.
    let socket = match SockRef::from(&stream).try_clone() {
        Ok(socket) => socket,
        Err(error) => return tracing::warn!(%error, "cannot keep a handle on a connection"),
    };
    match outside.tls() {
        None => serve(stream, &socket, &http1::Builder::new(), router).await,
        Some(tls) => {
            if let Some(stream) = shake_hands(stream, tls, &outside).await {
                // One exchange for each handshake, so that a caller who keeps connections knows which one is the nth.
                serve(stream, &socket, http1::Builder::new().keep_alive(false), router).await;
            }
        }
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    socket: &Socket,
    http: &http1::Builder,
    router: Router,
) {
    let connection = Connection::default();
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(connection.clone());
        router.clone().oneshot(request.map(Body::new))
    });
    tokio::select! {
        ended = http.serve_connection(TokioIo::new(stream), service) => {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
        }
        () = connection.reset.notified() => {
            // Closing a socket that must not linger sends RST where FIN would be sent.
            if let Err(error) = socket.set_linger(Some(Duration::ZERO)) {
                tracing::warn!(%error, "cannot reset a connection");
            }
        }
    }
}
