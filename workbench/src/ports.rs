//! Loopback ports.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result, bail};

/// A port that nobody uses right now.
pub fn free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// Fails when somebody listens on this port, and says how to go on.
pub fn must_be_free(port: u16) -> Result<()> {
    if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
        return Ok(());
    }
    let other = free()?;
    bail!("port {port} is taken by another program; choose another one: cargo xtask run --port {other}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_to_choose_another() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let text = must_be_free(port).unwrap_err().to_string();
        assert!(text.starts_with(&format!("port {port} is taken")) && text.contains("--port "), "{text}");
    }

    #[test]
    fn a_free_port_can_be_listened_on() {
        let port = free().unwrap();
        must_be_free(port).unwrap();
    }
}
