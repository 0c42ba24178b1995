//! Gateway: what every handler may use.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use ipnet::IpNet;
use std::num::NonZeroU32;

use super::browser::CookieKeys;
use super::pages::Pages;
use crate::domain::profiles::Profiles;
use crate::flow::gate::Gate;

/// Attempts and notices from one address, each minute: far above what people do, far below a flood.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(600).expect("six hundred is not zero");
/// In one instant: a restored window of tabs, behind one address of an office.
const BURST: NonZeroU32 = NonZeroU32::new(300).expect("three hundred is not zero");

type PerAddress = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>;

/// The web's shared means; made once, in `app`.
pub struct Gateway {
    /// The journeys' means.
    pub gate: Arc<Gate>,
    /// The profiles of this moment; a reload swaps them.
    pub profiles: Arc<ArcSwap<Profiles>>,
    /// Pages and their assets.
    pub pages: Pages,
    /// Keys of the session cookie, newest first.
    pub cookie_keys: CookieKeys,
    /// Peers whose forwarded headers count.
    pub trusted_proxies: Vec<IpNet>,
    limiter: PerAddress,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

impl Gateway {
    /// Puts the means together.
    pub fn new(
        gate: Arc<Gate>,
        profiles: Arc<ArcSwap<Profiles>>,
        pages: Pages,
        cookie_keys: CookieKeys,
        trusted_proxies: Vec<IpNet>,
    ) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(PER_MINUTE).allow_burst(BURST));
        Self {
            gate,
            profiles,
            pages,
            cookie_keys,
            trusted_proxies,
            limiter,
        }
    }

    /// Whether an address may begin another attempt or deliver another notice now; else how long to wait.
    ///
    /// # Errors
    /// The time after which the next one is let through.
    pub fn admit(&self, address: IpAddr) -> Result<(), Duration> {
        use governor::clock::Clock as _;
        if address.to_canonical().is_loopback() {
            return Ok(());
        }
        self.limiter
            .check_key(&network_of(address))
            .map_err(|wait| wait.wait_time_from(DefaultClock::default().now()))
    }

    /// Forgets addresses that have been quiet.
    pub fn forget_quiet_addresses(&self) {
        self.limiter.retain_recent();
    }
}

/// Whom a limit counts: an IPv4 address, or the /64 that one IPv6 household has (RFC 6177 §2).
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c162_the_addresses_of_one_household_are_counted_together() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
