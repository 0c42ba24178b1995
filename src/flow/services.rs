//! Services: what every journey may use.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::runtime::Handle;

use crate::domain::clock::{Clock, Random, Timestamp};
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::session::HandleHash;
use crate::flow::exchanges::Exchanges;
use crate::http::OutboundClient;
use crate::oidc::{Authorities, Outage};
use crate::seal::KeyRing;
use crate::store::SessionStore;

/// Throttled calls remembered at most; beyond it the oldest are forgotten and asked for again.
const MOST_THROTTLED: u64 = 10_000;
/// No `Retry-After` is believed to mean longer.
pub const LONGEST_RETRY: Duration = Duration::from_hours(1);

/// An API has this long for its answer, as in the samples, unless the settings say otherwise.
const API_TIME_OUT: Duration = Duration::from_secs(30);

/// The flows' shared means; made once, in `app`.
#[derive(Debug)]
pub struct Services {
    /// Sessions.
    pub store: SessionStore,
    /// Authorities, with their metadata and keys.
    pub authorities: Authorities,
    /// Seals attempts.
    pub keys: Arc<KeyRing>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Exchanges of refresh tokens in this process.
    pub exchanges: Arc<Exchanges>,
    /// Calls that an API asked to hold back, by its origin, until when (microsoft-identity 6.3).
    pub throttled: Cache<(ProfileId, String, SubjectKey), Timestamp>,
    /// Sends requests to web APIs.
    pub api_client: OutboundClient,
    /// How long a web API has for its whole answer.
    pub api_time_out: Duration,
    /// People for whom a token endpoint asked to hold back, until when and in which words.
    pub resting: Cache<(ProfileId, SubjectKey), (Timestamp, Outage)>,
    /// Sessions whose refresh failed while their token still worked: when they try again.
    pub rests: Cache<HandleHash, Timestamp>,
}

impl Services {
    /// Puts the means together. `home` outlives the servers: exchanges run there.
    pub fn new(
        store: SessionStore,
        authorities: Authorities,
        api_client: OutboundClient,
        keys: Arc<KeyRing>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        home: Handle,
    ) -> Self {
        let exchanges = Arc::new(Exchanges::new(home));
        let throttled = Cache::builder()
            .max_capacity(MOST_THROTTLED)
            .time_to_live(LONGEST_RETRY)
            .build();
        let resting = Cache::builder()
            .max_capacity(MOST_THROTTLED)
            .time_to_live(LONGEST_RETRY)
            .build();
        let rests = Cache::builder()
            .max_capacity(MOST_THROTTLED)
            .time_to_live(LONGEST_RETRY)
            .build();
        Self {
            store,
            authorities,
            keys,
            clock,
            random,
            exchanges,
            throttled,
            api_client,
            api_time_out: API_TIME_OUT,
            resting,
            rests,
        }
    }

    /// The same with another time-out for APIs.
    #[must_use]
    pub fn with_api_time_out(self, api_time_out: Duration) -> Self {
        Self {
            api_time_out,
            ..self
        }
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// The browser and profile that a journey is for.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The profile of the request.
    pub profile: &'a Arc<Profile>,
    /// What the browser says it is, for the list of sessions.
    pub user_agent: Option<&'a str>,
}
