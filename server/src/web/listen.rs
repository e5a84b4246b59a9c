//! The accept loop. It is our own because `axum::serve` sets no time limit on headers: whoever sends half a request
//! would hold a connection for ever.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::handover::{Handover, Wire};
use super::peer::Peer;

const HEADERS_WITHIN: Duration = Duration::from_secs(10);

/// How long a reader may leave what we sent untouched.
#[cfg(target_os = "linux")]
const UNREAD_FOR: Duration = Duration::from_secs(30);

/// The pause after a connection could not be taken, as when there are too many open files.
const AFTER_ERROR: Duration = Duration::from_millis(500);

/// Serves until `closing`, then lets the requests under way end, for as long as `grace`.
pub async fn serve(listener: TcpListener, router: Router, closing: CancellationToken, grace: Duration) {
    let (open, handed_over) = (GracefulShutdown::new(), TaskTracker::new());
    loop {
        tokio::select! {
            () = closing.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let handover = Handover::new(handed_over.clone());
                    converse(stream, peer.ip(), handover, router.clone(), &open);
                }
                Err(error) => rest_after(&error).await,
            },
        }
    }
    drop(listener);
    let ended = async {
        open.shutdown().await;
        handed_over.close();
        handed_over.wait().await;
    };
    if timeout(grace, ended).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

fn converse(stream: TcpStream, peer: IpAddr, handover: Handover, router: Router, open: &GracefulShutdown) {
    if let Err(error) = prepare(&stream) {
        tracing::debug!(%error, "a connection could not be set up");
    }
    let wire = Wire::new(stream, handover.clone());
    let service = router.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(handover.clone());
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .serve_connection(wire, TowerToHyperService::new(service));
    let connection = open.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

/// Events are small and wanted at once; whoever does not take them is not waited for without end.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(stream).set_tcp_user_timeout(Some(UNREAD_FOR))?;
    Ok(())
}

async fn rest_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::warn!(%error, "no connection can be taken");
    sleep(AFTER_ERROR).await;
}
