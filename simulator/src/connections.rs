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
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tower::ServiceExt;

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
                connections.spawn(converse(stream, router.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, router: Router) {
    // A second handle on the socket, because hyper owns the first one until the connection is over.
    let socket = match SockRef::from(&stream).try_clone() {
        Ok(socket) => socket,
        Err(error) => return tracing::warn!(%error, "cannot keep a handle on a connection"),
    };
    let connection = Connection::default();
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(connection.clone());
        router.clone().oneshot(request.map(Body::new))
    });
    tokio::select! {
        ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service) => {
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
