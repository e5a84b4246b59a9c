//! Where a link leads, as whoever asks sees this service.

use http::HeaderMap;
use http::header::HOST;
use store::ShareToken;

/// `https://head.example/s/…`. Behind a router that ends TLS, the router says how it was spoken to.
pub fn address(headers: &HeaderMap, token: &ShareToken) -> String {
    format!("{}/s/{}", origin(headers), token.reveal())
}

/// `https://head.example`
pub fn origin(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST.as_str()).filter(|host| is_host(host)).unwrap_or("localhost");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_here = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let scheme = match text("x-forwarded-proto") {
        Some("https") => "https",
        Some("http") => "http",
        _ if is_here => "http",
        _ => "https",
    };
    format!("{scheme}://{host}")
}

fn is_host(host: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !host.is_empty() && host.len() <= 255 && host.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn told(headers: &[(&'static str, &'static str)]) -> String {
        let pairs =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        origin(&HeaderMap::from_iter(pairs))
    }

    #[test]
    fn a_link_leads_to_where_it_was_asked_for() {
        assert_eq!(told(&[("host", "head.example")]), "https://head.example");
        assert_eq!(told(&[("host", "127.0.0.1:3010")]), "http://127.0.0.1:3010");
        assert_eq!(
            told(&[("host", "head.example:80"), ("x-forwarded-proto", "http")]),
            "http://head.example:80"
        );
        assert_eq!(told(&[("host", "a\"><script>")]), "http://localhost");
    }
}
