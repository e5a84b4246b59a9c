//! The handshake with a caller: the only place where faults strike before anything has been asked for.

use std::io;

use rustls::server::Acceptor;
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::Tls;
use crate::log::{Answer, LogEntry};
use crate::outside::Outside;
use crate::service::{Endpoint, Service};

/// Lets a caller in who is content with the certificate that is shown. What was struck is logged, with what came of it,
/// and so is what came to nothing: the log of a simulator whose callers are careful holds no other entry of this kind.
pub(crate) async fn shake_hands(
    stream: TcpStream,
    tls: &Tls,
    outside: &Outside,
) -> Option<TlsStream<TcpStream>> {
    let mut entry = LogEntry::arrived(outside.date(outside.now()), Service::Tls, "", "");
    entry.endpoint = Some(Endpoint::TlsHandshake.name());
    let begun = match LazyConfigAcceptor::new(Acceptor::default(), stream).await {
        Ok(begun) => begun,
        Err(error) => {
            if was_no_tls(&error) {
                entry.answer = Answer::NoTls;
                outside.memory().log.push(entry);
            }
            return None;
        }
    };
    entry.struck_by(&outside.memory().faults.strike(Endpoint::TlsHandshake, None));
    let shaken = begun.into_stream(tls.shown(entry.fault)).await;
    entry.answer = if shaken.is_ok() { Answer::Trusted } else { Answer::TurnedAway };
    if entry.fault.is_some() || shaken.is_err() {
        outside.memory().log.push(entry);
    }
    shaken.ok()
}

/// Anything else is a caller who went away before saying a word.
fn was_no_tls(error: &io::Error) -> bool {
    let reason = error.get_ref().and_then(|reason| reason.downcast_ref());
    matches!(reason, Some(rustls::Error::InvalidMessage(_)))
}
