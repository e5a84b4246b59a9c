//! A TCP connection that can be made to fail: what stands between a replica and Postgres, or between a replica and the
//! outside.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::traffic::{Ear, Verdict, Wire};

/// What is wrong with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toxic {
    Nothing,
    /// Everything comes later.
    Latency(Duration),
    /// Connections are closed, and new ones too.
    Down,
    /// Connections are reset, and new ones too.
    Reset,
    /// Each connection is closed after so many more bytes, wherever that is.
    Limit(usize),
    /// Nothing arrives and nobody is told, like behind a firewall that forgot the connection. One that was open
    /// meanwhile stays silent for ever.
    Silence,
}

/// One link, listening on this machine, until it is dropped.
pub struct Link {
    pub port: u16,
    toxic: watch::Sender<Toxic>,
    accepting: AbortHandle,
}

impl Link {
    /// Opens a link that leads to `far`. `ear`, where there is one, hears each request that passes.
    pub fn open(runtime: &Handle, far: SocketAddr, ear: Option<Ear>) -> Result<Self> {
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listener = listener.context("cannot open a link on 127.0.0.1")?;
        let port = listener.local_addr()?.port();
        let (toxic, seen) = watch::channel(Toxic::Nothing);
        let accepting = runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(connect(near, far, seen.clone(), ear.clone()));
            }
        });
        Ok(Self { port, toxic, accepting: accepting.abort_handle() })
    }

    pub fn poison(&self, toxic: Toxic) {
        self.toxic.send_replace(toxic);
    }

    pub fn cure(&self) {
        self.poison(Toxic::Nothing);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// One connection through a link, as both of its directions see it.
struct Connection {
    toxic: watch::Receiver<Toxic>,
    /// Bytes that passed while the limit holds.
    passed: AtomicUsize,
    wire: Option<Wire>,
}

async fn connect(mut near: TcpStream, far: SocketAddr, toxic: watch::Receiver<Toxic>, ear: Option<Ear>) {
    let Ok(mut far) = TcpStream::connect(far).await else { return };
    let connection =
        Connection { toxic: toxic.clone(), passed: AtomicUsize::new(0), wire: ear.map(Wire::new) };
    {
        let ((near_read, near_write), (far_read, far_write)) = (near.split(), far.split());
        tokio::select! {
            () = connection.pump(near_read, far_write, Direction::Out) => {}
            () = connection.pump(far_read, near_write, Direction::Back) => {}
            () = cut(toxic.clone()) => {}
        }
    }
    if *toxic.borrow() == Toxic::Reset {
        for socket in [SockRef::from(&near), SockRef::from(&far)] {
            // Closing a socket that must not linger sends RST; if it cannot be said, FIN cuts as well.
            let _ = socket.set_linger(Some(Duration::ZERO));
        }
    }
}

async fn cut(mut toxic: watch::Receiver<Toxic>) {
    // An error says that the link itself is gone, which is the end too.
    let _ = toxic.wait_for(|toxic| matches!(toxic, Toxic::Down | Toxic::Reset)).await;
}

#[derive(Clone, Copy)]
enum Direction {
    Out,
    Back,
}

impl Connection {
    /// Carries bytes in one direction until the connection is to be closed.
    async fn pump(&self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, direction: Direction) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let Ok(count @ 1..) = from.read(&mut buffer).await else { return };
            let bytes = &buffer[..count];
            if let Some(wire) = &self.wire {
                let verdict = match direction {
                    Direction::Out => wire.request(bytes).await,
                    Direction::Back => wire.answer(bytes).await,
                };
                if verdict == Verdict::Lost {
                    return;
                }
            }
            let toxic = *self.toxic.borrow();
            let left = match toxic {
                Toxic::Latency(delay) => {
                    tokio::time::sleep(delay).await;
                    count
                }
                Toxic::Silence => std::future::pending().await,
                Toxic::Limit(limit) => limit.saturating_sub(self.passed.fetch_add(count, Ordering::Relaxed)),
                Toxic::Nothing | Toxic::Down | Toxic::Reset => count,
            };
            if to.write_all(&bytes[..left.min(count)]).await.is_err() || left < count {
                return;
            }
        }
    }
}
