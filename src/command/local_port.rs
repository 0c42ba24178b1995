//! Whether browsers of this machine reach the port that gatehouse listens on.

use std::net::SocketAddr;

use crate::domain::public_url::PublicUrl;

/// The port of a `public_url` on this machine, if the public listener has another one. Browsers reach a loopback address
/// without a proxy, so the two ports are usually the same.
pub(in crate::command) fn port_of_a_browser(
    url: &PublicUrl,
    listen: Option<SocketAddr>,
) -> Option<u16> {
    if url.is_https() {
        return None;
    }
    // Plain http is accepted for loopback hosts only.
    let port = url
        .authority()
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok())
        .unwrap_or(80);
    let listen = listen.map(|listen| listen.port()).filter(|port| *port != 0);
    listen.is_some_and(|listen| listen != port).then_some(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_address_has_the_port_of_the_listener_or_is_told() {
        let of = |url: &str, listen: &str| {
            port_of_a_browser(&PublicUrl::parse(url).unwrap(), listen.parse().ok())
        };
        assert_eq!(of("http://localhost:5000", "127.0.0.1:8080"), Some(5000));
        assert_eq!(of("http://localhost", "127.0.0.1:8080"), Some(80));
        assert_eq!(of("http://[::1]:8080", "127.0.0.1:8080"), None);
        assert_eq!(of("http://localhost:5000", "127.0.0.1:0"), None);
        assert_eq!(of("https://contoso.example", "127.0.0.1:8080"), None);
    }
}
