//! Warns of requests that no profile can serve: one line for each network and minute, with the host and the nearest profile.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use ipnet::IpNet;

use crate::domain::clock::Timestamp;
use crate::domain::nearest_profile::Nearest;
use crate::domain::profile::ProfileId;
use crate::web::client::untrusted_proxy_warning::network_of;

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

#[cfg(test)]
mod tests {
    use super::*;

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
