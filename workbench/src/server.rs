//! The one binary of the product: compiling it, and starting it as simulator or as server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use nix::sys::signal::Signal;

use crate::service::Service;
use crate::workspace::Workspace;
use crate::{interrupt, process};

const START_LIMIT: Duration = Duration::from_secs(60);

pub fn build(workspace: &Workspace, release: bool) -> Result<()> {
    let mut cargo = workspace.cargo();
    // The whole workspace decides on features, as it does under `cargo test`: nothing is compiled twice.
    cargo.args(["build", "--quiet", "--workspace", "--bin", "cluster-head"]);
    if release {
        cargo.arg("--release");
    }
    process::run_quietly(&mut cargo, &workspace.target.join("run/build-server.log"))
}

/// The outside world: stands in for every API that the server calls.
pub fn start_simulator(workspace: &Workspace, port: u16, speed: f64, log: &Path) -> Result<Service> {
    let mut command = Command::new(workspace.cluster_head(false));
    command.current_dir(&workspace.root).arg("simulate");
    command.args(["--port", &port.to_string(), "--speed", &speed.to_string()]);
    Service::start(&mut command, log, Signal::SIGTERM)
}

/// The server in demo mode, against a simulator.
pub fn start_demo(
    workspace: &Workspace,
    port: u16,
    simulator: u16,
    database: &str,
    log: &Path,
) -> Result<Service> {
    let mut command = Command::new(workspace.cluster_head(false));
    command.current_dir(&workspace.root).args([
        "serve",
        "--demo",
        "--host",
        "127.0.0.1",
        "--port",
        &port.to_string(),
    ]);
    command.args(["--simulator", &format!("http://127.0.0.1:{simulator}")]);
    command.env("DATABASE_URL", database).env("CLUSTER_HEAD_SITE", workspace.site());
    Service::start(&mut command, log, Signal::SIGTERM)
}

/// Waits until somebody listens on the port of this service.
pub fn wait_until_listening(service: &mut Service, port: u16) -> Result<()> {
    wait_until(service, || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
}

/// Waits until `/healthz` of this service says that it is ready.
pub fn wait_until_healthy(service: &mut Service, port: u16) -> Result<()> {
    wait_until(service, || is_healthy(port))
}

fn wait_until(service: &mut Service, ready: impl Fn() -> bool) -> Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    while !ready() {
        interrupt::check()?;
        if let Some(status) = service.ended()? {
            bail!("it ended while starting ({status}); its last lines:\n\n{}", service.last_lines());
        }
        if Instant::now() > deadline {
            bail!(
                "it did not get ready within {} s; its last lines:\n\n{}",
                START_LIMIT.as_secs(),
                service.last_lines()
            );
        }
        std::thread::sleep(process::LOOK_AGAIN);
    }
    Ok(())
}

/// Whether `/healthz` answers 200 right now.
pub fn is_healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn answering(answer: &'static str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        port
    }

    #[test]
    fn only_a_200_is_healthy() {
        assert!(!is_healthy(answering("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")));
        assert!(is_healthy(answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")));
    }

    #[test]
    fn a_service_that_ends_while_starting_shows_its_last_lines() {
        let log = std::env::temp_dir().join(format!("xtask-{}-ends.log", std::process::id()));
        let mut command = Command::new("sh");
        command.args(["-c", "echo 'cluster-head.toml:3: unknown key'; exit 1"]);
        let mut service = Service::start(&mut command, &log, Signal::SIGTERM).unwrap();
        let text = wait_until_healthy(&mut service, crate::ports::free().unwrap()).unwrap_err().to_string();
        assert!(text.contains("exit status: 1") && text.contains("unknown key"), "{text}");
        std::fs::remove_file(log).unwrap();
    }
}
