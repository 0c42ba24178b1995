//! How much one address may do: attempts to sign in, and notices that somebody signed out. Each has a limit of its own,
//! so that a flood of the one costs nobody the other.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::domain::profile::ProfileId;

/// Attempts from one address, each minute: far above what people do, far below a flood.
const ATTEMPTS: NonZeroU32 = NonZeroU32::new(600).expect("six hundred is not zero");
/// In one instant: a restored window of tabs, behind one address of an office.
const ATTEMPTS_AT_ONCE: NonZeroU32 = NonZeroU32::new(300).expect("three hundred is not zero");
/// Notices from one address to one profile, each minute: an authority sends those of all its people from one place.
const FLASHES: NonZeroU32 = NonZeroU32::new(3_000).expect("three thousand is not zero");
/// In one instant: everybody's at the end of a shift.
const NOTICES_AT_ONCE: NonZeroU32 = NonZeroU32::new(600).expect("six hundred is not zero");

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

/// The limits of a process.
pub struct Limits {
    attempts: Keyed<IpAddr>,
    /// By profile, too: whoever floods one customer's address keeps no notice from another's.
    notices: Keyed<(ProfileId, IpAddr)>,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

impl Default for Limits {
    fn default() -> Self {
        let quota = |each_minute, at_once| Quota::per_minute(each_minute).allow_burst(at_once);
        Self {
            attempts: RateLimiter::keyed(quota(ATTEMPTS, ATTEMPTS_AT_ONCE)),
            notices: RateLimiter::keyed(quota(FLASHES, NOTICES_AT_ONCE)),
        }
    }
}

impl Limits {
    /// Whether an address may begin another attempt now.
    ///
    /// # Errors
    /// The time after which the next one is let through.
    pub fn admit_attempt(&self, address: IpAddr) -> Result<(), Duration> {
        counted(address).map_or(Ok(()), |network| check(&self.attempts, &network))
    }

    /// Whether an address may deliver another notice to a profile now.
    ///
    /// # Errors
    /// The time after which the next one is let through.
    pub fn admit_notice(&self, profile: &ProfileId, address: IpAddr) -> Result<(), Duration> {
        counted(address).map_or(Ok(()), |network| {
            check(&self.notices, &(profile.clone(), network))
        })
    }

    /// Forgets addresses that have been quiet.
    pub fn forget_quiet_addresses(&self) {
        self.attempts.retain_recent();
        self.notices.retain_recent();
    }
}

fn check<K: Hash + Eq + Clone>(limiter: &Keyed<K>, key: &K) -> Result<(), Duration> {
    limiter
        .check_key(key)
        .map_err(|wait| wait.wait_time_from(DefaultClock::default().now()))
}

/// Whom a limit counts: an IPv4 address, or the /64 that one IPv6 household has (RFC 6177 §2). Nobody on this machine.
fn counted(address: IpAddr) -> Option<IpAddr> {
    let network = match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    };
    let local = address.to_canonical().is_loopback();
    (!local).then_some(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c162_the_addresses_of_one_household_are_counted_together() {
        let of = |text: &str| counted(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_eq!(of("127.0.0.1").or(of("::1")), None);
    }

    #[test]
    fn a_flood_is_refused_at_its_own_address_and_profile_and_nowhere_else() {
        let limits = Limits::default();
        let profile = |id: &str| ProfileId::parse(id).unwrap();
        let address = |text: &str| -> IpAddr { text.parse().unwrap() };
        let (staff, office, home) = (profile("staff"), address("192.0.2.1"), address("192.0.2.2"));
        let notices = (0..2_000).take_while(|_| limits.admit_notice(&staff, office).is_ok());
        assert!((600..1_000).contains(&notices.count()));
        assert!(limits.admit_notice(&staff, home).is_ok());
        assert!(limits.admit_notice(&profile("customers"), office).is_ok());
        let attempts = (0..2_000).take_while(|_| limits.admit_attempt(office).is_ok());
        assert!(
            (300..600).contains(&attempts.count()),
            "none was spent on notices"
        );
        assert!(limits.admit_attempt(home).is_ok());
        let local = (0..2_000).all(|_| limits.admit_attempt(address("127.0.0.1")).is_ok());
        assert!(local);
    }
}
