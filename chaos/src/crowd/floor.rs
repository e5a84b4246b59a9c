//! The floor: a server of a process of its own that writes the same bytes to every connection and does nothing else.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream as Bare};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::viewers::Crowd;

/// Looks like an answer to those who read.
const WELCOME: &[u8] = b"HTTP/1.1 200 OK\r\n\r\nevent: page\n\n";
/// Stands in the beginning of each event.
const MARK: &str = "event: page";
const LIMIT: Duration = Duration::from_secs(20);

/// The server as the one who measures sees it.
pub struct Floor {
    crowd: Crowd,
    /// What is written here is written to everybody.
    orders: Bare,
    process: Child,
}

impl Floor {
    pub fn start(count: usize) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg("floor").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut told = String::new();
        let output = process.stdout.take().context("the floor says nothing")?;
        BufReader::new(output).read_line(&mut told)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, told.trim().parse()?));
        let orders = Bare::connect(address)?;
        orders.set_nodelay(true)?;
        let mut floor = Self { crowd: Crowd::new(0)?, orders, process };
        floor.crowd.gather(address, count, |_| String::new(), LIMIT)?;
        Ok(floor)
    }

    /// Has this event written some times, and says how long after the order each viewer had each.
    pub fn see_events(&mut self, times: usize, event: &[u8], limit: Duration) -> Result<Vec<Duration>> {
        let mut delays = Vec::new();
        let length = u32::try_from(event.len())?.to_be_bytes();
        let order = [&length, event].concat();
        for _ in 0..times {
            self.crowd.expect(MARK.to_owned());
            let ordered_at = SystemTime::now();
            self.orders.write_all(&order)?;
            self.crowd.wait(limit)?;
            delays.extend(self.crowd.arrivals().map(|at| at.duration_since(ordered_at).unwrap_or_default()));
        }
        ensure!(delays.len() == times * self.crowd.len(), "somebody did not get every event of the floor");
        Ok(delays)
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The server itself. The first who connects gives the orders; without him it ends.
///
/// # Errors
/// When it cannot listen, or cannot write.
pub fn serve() -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?.port());
        let (mut orders, _) = listener.accept().await?;
        let mut viewers = Vec::new();
        loop {
            tokio::select! {
                arrived = listener.accept() => viewers.push(welcome(arrived?.0).await?),
                length = orders.read_u32() => {
                    let Ok(length) = length else { return Ok(()) };
                    let mut event = vec![0; length as usize];
                    orders.read_exact(&mut event).await?;
                    let event: Arc<[u8]> = event.into();
                    for viewer in &mut viewers {
                        viewer.write_all(&event).await?;
                    }
                }
            }
        }
    })
}

async fn welcome(mut viewer: TcpStream) -> Result<TcpStream> {
    viewer.set_nodelay(true)?;
    viewer.write_all(WELCOME).await?;
    Ok(viewer)
}
