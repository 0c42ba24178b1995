//! Forwarded headers that do not count, because their sender is not among `trusted_proxies`. Behind a proxy that nobody
//! has named, every person seems to have the proxy's address: the operator is told, once for each network of peers.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use actix_web::http::header::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::web::client::address::is_trusted;

static HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
];
/// Networks that are told: strangers who send such headers from everywhere fill neither memory nor log.
const MOST: usize = 100;

/// Networks that were told already.
#[derive(Debug, Default)]
pub struct Unheeded(RwLock<HashSet<IpNet>>);

impl Unheeded {
    /// Tells of forwarded headers of an untrusted peer, unless its network was told already.
    pub fn look(&self, peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[IpNet]) {
        let Some(peer) = peer.filter(|_| HEADERS.iter().any(|name| headers.contains_key(name)))
        else {
            return;
        };
        let Some(network) = network_of(peer).filter(|_| !is_trusted(peer, proxies)) else {
            return;
        };
        // Behind a proxy that nobody named this is every request: they read beside each other.
        let known = {
            let told = self.0.read().unwrap_or_else(PoisonError::into_inner);
            told.len() >= MOST || told.contains(&network)
        };
        if known || !self.is_first(network) {
            return;
        }
        tracing::warn!(
            peer.network = %network,
            "forwarded headers (X-Forwarded-For, -Host or -Proto) of a peer that is not trusted are ignored; set trusted_proxies if this is your proxy"
        );
    }

    /// Whether the network is told now; of many requests at once one is the first.
    fn is_first(&self, network: IpNet) -> bool {
        let mut told = self.0.write().unwrap_or_else(PoisonError::into_inner);
        told.len() < MOST && told.insert(network)
    }
}

/// The peers that are likely to be one deployment's; no single person's address stands in the log.
fn network_of(peer: IpAddr) -> Option<IpNet> {
    let peer = peer.to_canonical();
    let prefix = if peer.is_ipv4() { 24 } else { 64 };
    IpNet::new(peer, prefix).ok().map(|network| network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn told(unheeded: &Unheeded) -> usize {
        unheeded.0.read().unwrap().len()
    }

    fn look(unheeded: &Unheeded, peer: &str, name: &'static str) {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        unheeded.look(peer.parse().ok(), &headers, &proxies);
    }

    #[test]
    fn a_network_is_told_once_and_a_trusted_proxy_or_an_honest_peer_never() {
        let unheeded = Unheeded::default();
        look(&unheeded, "10.1.2.3", "x-forwarded-for");
        look(&unheeded, "192.0.2.1", "accept");
        assert_eq!(told(&unheeded), 0);
        for (peer, name, networks) in [
            ("192.0.2.1", "x-forwarded-for", 1),
            ("192.0.2.99", "x-forwarded-host", 1),
            ("::ffff:192.0.2.7", "x-forwarded-proto", 1),
            ("198.51.100.1", "x-forwarded-proto", 2),
            ("2001:db8::1", "x-forwarded-host", 3),
            ("2001:db8::ffff:1", "x-forwarded-host", 3),
        ] {
            look(&unheeded, peer, name);
            assert_eq!(told(&unheeded), networks, "{peer}");
        }
    }

    #[test]
    fn strangers_from_everywhere_fill_neither_memory_nor_log() {
        let unheeded = Unheeded::default();
        for third in 0..=255 {
            look(&unheeded, &format!("192.0.{third}.1"), "x-forwarded-for");
        }
        assert_eq!(told(&unheeded), MOST);
    }
}
