//! A link to Postgres that can be cut without a word.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What stands between a store and Postgres. Whoever is connected when it falls silent hears nothing any more, and whoever
/// connects later is served.
pub struct Link {
    pub address: SocketAddr,
    opened: Arc<AtomicUsize>,
    silence: watch::Sender<usize>,
}

impl Link {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (silence, opened) = (watch::Sender::new(0), Arc::new(AtomicUsize::new(0)));
        let (counted, silenced) = (Arc::clone(&opened), silence.subscribe());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let number = counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(carry(near, port, number, silenced.clone()));
            }
        });
        Self { address, opened, silence }
    }

    pub fn falls_silent(&self) {
        self.silence.send_replace(self.opened.load(Ordering::SeqCst));
    }
}

async fn carry(mut near: TcpStream, port: u16, number: usize, mut silenced: watch::Receiver<usize>) {
    let mut far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let falls_silent = async { silenced.wait_for(|silent| number < *silent).await.is_ok() };
    let is_silent = tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => false,
        is_silent = falls_silent => is_silent,
    };
    if is_silent {
        // Open on both sides.
        std::future::pending::<()>().await;
    }
}
