//! Where the server listens.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use domain::text::one_line;

use super::args::ServeArgs;
use super::environment::{Environment, Findings};

/// The port of the seed.
const DEFAULT_PORT: u16 = 3010;

pub(super) fn read(
    args: &ServeArgs,
    environment: &Environment,
    findings: &mut Findings,
) -> Option<SocketAddr> {
    let host = read_host(args, environment, findings);
    let port = read_port(args, environment, findings);
    Some(SocketAddr::new(host?, port?))
}

fn read_host(args: &ServeArgs, environment: &Environment, findings: &mut Findings) -> Option<IpAddr> {
    let given = args.host.as_deref().map(|host| ("--host", host));
    let Some((source, host)) = given.or_else(|| environment.get("HOST").map(|host| ("HOST", host))) else {
        return Some(if args.demo { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED }.into());
    };
    let address = match host.trim() {
        "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
        host => host.parse::<IpAddr>().ok(),
    };
    let Some(address) = address else {
        let host = one_line(host, 60);
        findings.add(format!("{source} is \"{host}\". It says where to listen: set it to an IP address, such as 127.0.0.1 or 0.0.0.0."));
        return None;
    };
    if args.demo && !address.is_loopback() {
        findings.add(format!(
            "{source} is {address}. In demo mode everybody acts as the operator, so it listens on this machine only: \
             set it to 127.0.0.1 or leave it out."
        ));
        return None;
    }
    Some(address)
}

fn read_port(args: &ServeArgs, environment: &Environment, findings: &mut Findings) -> Option<u16> {
    match (args.port, environment.get("PORT")) {
        (Some(port), _) => Some(port),
        (None, None) => Some(DEFAULT_PORT),
        (None, Some(text)) => {
            let port = text.trim().parse().ok();
            if port.is_none() {
                let text = one_line(text, 60);
                findings.add(format!(
                    "PORT is \"{text}\". It says where to listen: set it to a number from 0 to 65535."
                ));
            }
            port
        }
    }
}
