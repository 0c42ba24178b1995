//! Warnings about requests: from a proxy that is not trusted, to a host or profile that is not served, with a session cookie of
//! another deployment. Each is given once for each cause, so that strangers fill no log.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, Once, PoisonError, RwLock};

use actix_web::http::header::HeaderMap;
use chrono::TimeDelta;
use ipnet::IpNet;

use crate::domain::clock::Timestamp;
use crate::domain::nearest_profile::Nearest;
use crate::domain::profile::ProfileId;
use crate::web::client::address::{TrustedProxies, is_forwarded};

/// Networks that get a warning at most: strangers who send such headers from many networks must fill neither memory nor log.
const MAX_UNTRUSTED: usize = 100;

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
            warned.len() >= MAX_UNTRUSTED || warned.contains(&network)
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
        warned.len() < MAX_UNTRUSTED && warned.insert(network)
    }
}

/// The network of a peer, wide enough to cover one deployment's proxies; the log names no single address.
fn network_of(peer: IpAddr) -> Option<IpNet> {
    let peer = peer.to_canonical();
    let prefix = if peer.is_ipv4() { 24 } else { 64 };
    IpNet::new(peer, prefix).ok().map(|network| network.trunc())
}

/// Networks that are remembered at most. Strangers from more networks at once fill neither memory nor log.
const MAX_NETWORKS: usize = 1000;
/// Letters of a host that a line shows.
const SHOWN: usize = 253;

/// Why a request cannot be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Unserved {
    UnknownHost,
    BrokenProfile,
}

/// The networks that a line has named, and when.
#[derive(Debug, Default)]
pub struct UnservedWarning(Mutex<HashMap<(IpNet, Unserved), Timestamp>>);

impl UnservedWarning {
    /// Logs that there is no profile at `host` and the request's path.
    pub fn unknown_host(
        &self,
        client: Option<IpAddr>,
        now: Timestamp,
        host: &str,
        nearest: impl FnOnce() -> Option<Nearest>,
    ) {
        let Some(network) = self.due(client, Unserved::UnknownHost, now) else {
            return;
        };
        let host: String = host.chars().take(SHOWN).collect();
        let Some(nearest) = nearest() else {
            tracing::warn!(
                host,
                client.network = %network,
                "no profile is at this address, and none is near; `gatehouse check` lists the addresses"
            );
            return;
        };
        tracing::warn!(
            host,
            client.network = %network,
            nearest.profile = %nearest.id,
            nearest.public_url = %nearest.public_url,
            "no profile is at this address; the nearest is {}: {}",
            nearest.public_url,
            nearest.difference.as_str()
        );
    }

    /// Logs that the profile of a request is broken.
    pub fn broken_profile(&self, client: Option<IpAddr>, now: Timestamp, id: &ProfileId) {
        if let Some(network) = self.due(client, Unserved::BrokenProfile, now) {
            tracing::warn!(
                profile.id = %id,
                client.network = %network,
                "a request for a profile whose file is broken: run `gatehouse check`"
            );
        }
    }

    /// The network, if no line has named it for a minute; for only one of many requests at once.
    fn due(&self, client: Option<IpAddr>, reason: Unserved, now: Timestamp) -> Option<IpNet> {
        let key = (network_of(client?)?, reason);
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: &Timestamp| now - *at < TimeDelta::minutes(1);
        if told.get(&key).is_some_and(is_recent) {
            return None;
        }
        if told.len() >= MAX_NETWORKS {
            told.retain(|_, at| is_recent(at));
        }
        if told.len() >= MAX_NETWORKS {
            return None;
        }
        told.insert(key, now);
        Some(key.0)
    }
}

/// Whether the warning was given.
#[derive(Debug)]
pub struct ForeignCookieWarning(Once);

impl Default for ForeignCookieWarning {
    fn default() -> Self {
        Self(Once::new())
    }
}

impl ForeignCookieWarning {
    /// Logs the warning, the first time.
    pub fn warn(&self) {
        self.0.call_once(|| {
            tracing::warn!(
                "a session cookie that none of the keys opens was replaced; if another gatehouse runs on this host, set cookie_suffix at one of the two"
            );
        });
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

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
        assert_eq!(warned(&warning), MAX_UNTRUSTED);
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn each_network_is_told_of_once_a_minute() {
        let warning = UnservedWarning::default();
        let due = |address: &str, second| {
            let client = address.parse().ok();
            warning
                .due(client, Unserved::UnknownHost, at(second))
                .is_some()
        };
        assert!(due("192.0.2.1", 0));
        assert!(!due("192.0.2.77", 59), "the same network");
        assert!(due("198.51.100.1", 59));
        assert!(due("192.0.2.1", 60));
        let broken = warning.due("192.0.2.1".parse().ok(), Unserved::BrokenProfile, at(60));
        assert!(broken.is_some(), "another reason");
    }

    #[test]
    fn hosts_asked_from_everywhere_fill_neither_memory_nor_log() {
        let warning = UnservedWarning::default();
        let told = |second| {
            let addresses = (0..2000).map(|n| format!("10.{}.{}.1", n / 250, n % 250));
            let due = addresses.filter(|address| {
                let client = address.parse().ok();
                warning
                    .due(client, Unserved::UnknownHost, at(second))
                    .is_some()
            });
            due.count()
        };
        assert_eq!(told(0), MAX_NETWORKS);
        assert_eq!(warning.0.lock().unwrap().len(), MAX_NETWORKS);
        assert_eq!(told(60), MAX_NETWORKS, "the next minute");
    }
}
