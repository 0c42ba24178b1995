//! Rate limits for each client address: attempts to sign in, callbacks, and logout requests from authorities. Each has a
//! limit of its own, so that a flood of one does not block the other.

use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::domain::profile::ProfileId;
use crate::domain::rate_limit::RateLimit;

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// The rate limits of a process.
pub struct RateLimits {
    attempts: Keyed<IpAddr>,
    /// As many as attempts: each attempt has one callback.
    callbacks: Keyed<IpAddr>,
    /// By profile as well: a flood at one profile's address blocks no logout request to another profile.
    logout_requests: Keyed<(ProfileId, IpAddr)>,
}

impl std::fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RateLimits").finish_non_exhaustive()
    }
}

impl RateLimits {
    /// The limits of one address, for attempts to sign in and for logout requests to one profile.
    pub fn new(attempts: RateLimit, logout_requests: RateLimit) -> Self {
        let quota =
            |limit: RateLimit| Quota::per_minute(limit.per_minute).allow_burst(limit.at_once);
        Self {
            attempts: RateLimiter::keyed(quota(attempts)),
            callbacks: RateLimiter::keyed(quota(attempts)),
            logout_requests: RateLimiter::keyed(quota(logout_requests)),
        }
    }

    /// Counts an attempt to sign in from an address.
    ///
    /// # Errors
    /// The time to wait when the address is above its limit.
    pub fn admit_attempt(&self, address: IpAddr) -> Result<(), Duration> {
        check("attempts", &self.attempts, &client_network(address))
    }

    /// Counts a callback from an address: a bad one is logged, and strangers must not fill the log.
    ///
    /// # Errors
    /// The time to wait when the address is above its limit.
    pub fn admit_callback(&self, address: IpAddr) -> Result<(), Duration> {
        check("callbacks", &self.callbacks, &client_network(address))
    }

    /// Counts a logout request from an address to a profile.
    ///
    /// # Errors
    /// The time to wait when the address is above its limit.
    pub fn admit_logout_request(
        &self,
        profile: &ProfileId,
        address: IpAddr,
    ) -> Result<(), Duration> {
        let key = (profile.clone(), client_network(address));
        check("logout_requests", &self.logout_requests, &key)
    }

    /// Forgets addresses that have not been seen for the time of their limit, to free memory.
    pub fn forget_idle_addresses(&self) {
        self.attempts.retain_recent();
        self.callbacks.retain_recent();
        self.logout_requests.retain_recent();
    }
}

fn check<K: Hash + Eq + Clone>(
    limit: &'static str,
    limiter: &Keyed<K>,
    key: &K,
) -> Result<(), Duration> {
    limiter.check_key(key).map_err(|wait| {
        metrics::counter!("gatehouse_rate_limited_total", "limit" => limit).increment(1);
        wait.wait_time_from(DefaultClock::default().now())
    })
}

/// What a limit counts together: one IPv4 address, or the IPv6 /64 of one household (RFC 6177 §2).
fn client_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    // proves: C162
    #[test]
    fn the_addresses_of_one_household_are_counted_together() {
        let of = |text: &str| client_network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }

    #[test]
    fn a_flood_is_refused_at_its_own_address_and_profile_and_nowhere_else() {
        let limit = |per_minute, at_once| RateLimit {
            per_minute: NonZeroU32::new(per_minute).unwrap(),
            at_once: NonZeroU32::new(at_once).unwrap(),
        };
        let limits = RateLimits::new(limit(600, 300), limit(3_000, 600));
        let profile = |id: &str| ProfileId::parse(id).unwrap();
        let address = |text: &str| -> IpAddr { text.parse().unwrap() };
        let (staff, office, home) = (profile("staff"), address("192.0.2.1"), address("192.0.2.2"));
        let logouts =
            (0..2_000).take_while(|_| limits.admit_logout_request(&staff, office).is_ok());
        assert!((600..1_000).contains(&logouts.count()));
        assert!(limits.admit_logout_request(&staff, home).is_ok());
        assert!(
            limits
                .admit_logout_request(&profile("customers"), office)
                .is_ok()
        );
        let attempts = (0..2_000).take_while(|_| limits.admit_attempt(office).is_ok());
        assert!(
            (300..600).contains(&attempts.count()),
            "logout requests do not count as attempts"
        );
        assert!(limits.admit_attempt(home).is_ok());
    }
}
