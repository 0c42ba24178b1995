//! The calls that the simulator received: a bounded log and counters, for tests.
//!
//! Counters are atomic; the log takes a lock for as long as a push takes.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::kind::Kind;

/// What was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `OpenID` metadata, of either version.
    Metadata,
    /// Key set.
    Keys,
    /// Authorization endpoint: requests and the forms of its pages.
    Authorize,
    /// Token endpoint, whatever the grant.
    Token,
    /// Token endpoint with `grant_type=refresh_token`; counted in addition to [`Endpoint::Token`].
    Refresh,
    /// Userinfo.
    Userinfo,
    /// End-session endpoint.
    Logout,
    /// Device authorization endpoint.
    DeviceCode,
    /// The page on which a person enters a device's code.
    DevicePage,
    /// Instance discovery: which login hosts belong together.
    InstanceDiscovery,
    /// Home realm discovery of a user name.
    UserRealm,
    /// Graph `/me`.
    GraphMe,
    /// Graph `/me/getMemberObjects`.
    GraphGroups,
    /// The sample API.
    Orders,
    /// Managed identity, of either source.
    ManagedIdentity,
    /// Anything else.
    Other,
}

impl Endpoint {
    /// Every endpoint, in the order of the counters.
    pub const ALL: [Self; 16] = [
        Self::Metadata,
        Self::Keys,
        Self::Authorize,
        Self::Token,
        Self::Refresh,
        Self::Userinfo,
        Self::Logout,
        Self::DeviceCode,
        Self::DevicePage,
        Self::InstanceDiscovery,
        Self::UserRealm,
        Self::GraphMe,
        Self::GraphGroups,
        Self::Orders,
        Self::ManagedIdentity,
        Self::Other,
    ];
}

/// One call as it arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    /// What was called.
    pub endpoint: Endpoint,
    /// At which kind of authority; none for APIs.
    pub kind: Option<Kind>,
    /// Method.
    pub method: String,
    /// `Host` without port.
    pub host: String,
    /// Path without query.
    pub path: String,
    /// Query and form parameters, decoded, in order.
    pub parameters: Vec<(String, String)>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// When, by the simulator's clock.
    pub time: i64,
}

impl Call {
    /// The first parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

/// One row per kind, and one for what belongs to none.
const ROWS: usize = Kind::ALL.len() + 1;
const COLUMNS: usize = Endpoint::ALL.len();

pub(crate) struct Calls {
    counters: [[AtomicU64; COLUMNS]; ROWS],
    log: Mutex<VecDeque<Call>>,
    remembered: usize,
}

impl Calls {
    pub(crate) fn new(remembered: usize) -> Self {
        Self {
            counters: std::array::from_fn(|_| std::array::from_fn(|_| AtomicU64::new(0))),
            log: Mutex::new(VecDeque::new()),
            remembered,
        }
    }

    pub(crate) fn remembers(&self) -> bool {
        self.remembered > 0
    }

    fn counter(&self, endpoint: Endpoint, kind: Option<Kind>) -> Option<&AtomicU64> {
        let row = kind.map_or(Kind::ALL.len(), Kind::index);
        let column = Endpoint::ALL.iter().position(|known| *known == endpoint)?;
        self.counters.get(row)?.get(column)
    }

    pub(crate) fn count(&self, endpoint: Endpoint, kind: Option<Kind>) {
        if let Some(counter) = self.counter(endpoint, kind) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn remember(&self, call: Call) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() >= self.remembered {
            log.pop_front();
        }
        log.push_back(call);
    }

    pub(crate) fn at(&self, endpoint: Endpoint, kind: Option<Kind>) -> u64 {
        self.counter(endpoint, kind)
            .map_or(0, |counter| counter.load(Ordering::Relaxed))
    }

    pub(crate) fn total(&self, endpoint: Endpoint) -> u64 {
        let of_kinds: u64 = Kind::ALL
            .iter()
            .map(|kind| self.at(endpoint, Some(*kind)))
            .sum();
        of_kinds + self.at(endpoint, None)
    }

    pub(crate) fn all(&self) -> Vec<Call> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().cloned().collect()
    }

    pub(crate) fn forget(&self) {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        for counter in self.counters.iter().flatten() {
            counter.store(0, Ordering::Relaxed);
        }
    }
}
