//! Where a request comes from, as far as that can be told.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::request::Parts;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of the connection: the router in front of us, where there is one.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Whom to count a wrong guess against. Routers write the address that they see last, so only that one is believed; who
/// speaks to us without a router can make one up, and is stopped by what all together may guess.
pub fn client(parts: &Parts) -> IpAddr {
    let last =
        parts.headers.get_all(X_FORWARDED_FOR).iter().next_back().and_then(|value| value.to_str().ok());
    let told = last.and_then(|list| list.rsplit(',').next()).and_then(|address| address.trim().parse().ok());
    let peer = || parts.extensions.get::<Peer>().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.0);
    network(told.unwrap_or_else(peer))
}

/// One household has 2^64 addresses of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => {
            let [a, b, c, d, ..] = long.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        short => short,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn from(forwarded: &[&str]) -> String {
        let mut request = Request::get("/");
        for value in forwarded {
            request = request.header(X_FORWARDED_FOR, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(Peer("10.0.0.1".parse().unwrap()));
        client(&parts).to_string()
    }

    #[test]
    fn only_the_last_address_of_the_router_is_believed() {
        assert_eq!(from(&["6.6.6.6, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(from(&["6.6.6.6", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(from(&[]), "10.0.0.1");
        assert_eq!(from(&["not an address"]), "10.0.0.1");
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        assert_eq!(from(&["2001:db8:1:2:3:4:5:6"]), "2001:db8:1:2::");
        assert_eq!(from(&["::ffff:203.0.113.9"]), "203.0.113.9");
    }
}
