//! Warns once per network when a peer that is not in `trusted_proxies` sends X-Forwarded-* headers. If that peer is the
//! operator's own proxy, then without the setting all its users count as one client.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use actix_web::http::header::HeaderMap;
use ipnet::IpNet;

use crate::web::client::address::{TrustedProxies, is_forwarded};

/// Networks that get a warning at most: strangers who send such headers from many networks must fill neither memory nor log.
const MAX_NETWORKS: usize = 100;

/// The networks that a warning has named.
#[derive(Debug, Default)]
pub struct UntrustedProxyWarning(RwLock<HashSet<IpNet>>);

impl UntrustedProxyWarning {
    /// Logs a warning if an untrusted peer sent forwarded headers and no warning has named its network yet.
    pub fn check(&self, peer: Option<IpAddr>, headers: &HeaderMap, proxies: &TrustedProxies) {
        let Some(peer) = peer.filter(|_| is_forwarded(headers)) else {
            return;
        };
        let Some(network) = network_of(peer).filter(|_| !proxies.contain(peer)) else {
            return;
        };
        // Behind an unlisted proxy every request comes here, so the common case takes only the read lock.
        let done = {
            let warned = self.0.read().unwrap_or_else(PoisonError::into_inner);
            warned.len() >= MAX_NETWORKS || warned.contains(&network)
        };
        if done || !self.is_first(network) {
            return;
        }
        tracing::warn!(
            peer.network = %network,
            "forwarded headers (X-Forwarded-For, -Host or -Proto) of a peer that is not trusted are ignored; set trusted_proxies if this is your proxy"
        );
    }

    /// Whether the warning for this network is due; true for only one of many requests at once.
    fn is_first(&self, network: IpNet) -> bool {
        let mut warned = self.0.write().unwrap_or_else(PoisonError::into_inner);
        warned.len() < MAX_NETWORKS && warned.insert(network)
    }
}

/// The network of a peer, wide enough to cover one deployment's proxies; the log names no single address.
pub(in crate::web::client) fn network_of(peer: IpAddr) -> Option<IpNet> {
    let peer = peer.to_canonical();
    let prefix = if peer.is_ipv4() { 24 } else { 64 };
    IpNet::new(peer, prefix).ok().map(|network| network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn warned(warning: &UntrustedProxyWarning) -> usize {
        warning.0.read().unwrap().len()
    }

    fn check(warning: &UntrustedProxyWarning, peer: &str, name: &'static str) {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
        let proxies = TrustedProxies {
            networks: vec!["10.0.0.0/8".parse().unwrap()],
            forwarded_host: false,
        };
        warning.check(peer.parse().ok(), &headers, &proxies);
    }

    #[test]
    fn a_network_is_warned_of_once_and_a_trusted_proxy_or_an_honest_peer_never() {
        let warning = UntrustedProxyWarning::default();
        check(&warning, "10.1.2.3", "x-forwarded-for");
        check(&warning, "192.0.2.1", "accept");
        assert_eq!(warned(&warning), 0);
        for (peer, name, networks) in [
            ("192.0.2.1", "x-forwarded-for", 1),
            ("192.0.2.99", "x-forwarded-host", 1),
            ("::ffff:192.0.2.7", "x-forwarded-proto", 1),
            ("198.51.100.1", "x-forwarded-proto", 2),
            ("2001:db8::1", "x-forwarded-host", 3),
            ("2001:db8::ffff:1", "x-forwarded-host", 3),
        ] {
            check(&warning, peer, name);
            assert_eq!(warned(&warning), networks, "{peer}");
        }
    }

    #[test]
    fn strangers_from_everywhere_fill_neither_memory_nor_log() {
        let warning = UntrustedProxyWarning::default();
        for third in 0..=255 {
            check(&warning, &format!("192.0.{third}.1"), "x-forwarded-for");
        }
        assert_eq!(warned(&warning), MAX_NETWORKS);
    }
}
