//! Where the server listens, and where people find it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use domain::text::one_line;
use reqwest::Url;

use super::super::variables;
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

/// Where people find the pages, if that is said. They are at the root of their host, since every page links to others so.
pub(super) fn read_public(environment: &Environment, findings: &mut Findings) -> Option<Option<Url>> {
    let variable = variables::public_url();
    let Some(text) = environment.get(&variable.name) else { return Some(None) };
    let is_first_page = |url: &Url| {
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && is_bare
    };
    let url = Url::parse(text.trim()).ok().filter(is_first_page);
    if url.is_none() {
        findings.add_for(&variable, "is no http or https URL of a host alone");
    }
    url.map(Some)
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
