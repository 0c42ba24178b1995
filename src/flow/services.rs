//! Services: what every flow may use.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::client_network::ClientNetwork;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::identity::SubjectKey;
use crate::domain::language::LanguageTag;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::random::Random;
use crate::domain::session::HandleHash;
use crate::flow::groups_of_callers::BearerGroups;
use crate::flow::refresh::Throttle;
use crate::flow::refresh::outcome::Refreshes;
use crate::flow::session_watch::SessionWatch;
use crate::http::OutboundClient;
use crate::oidc::{Authorities, Outage};
use crate::seal::{KeyRing, Purpose};
use crate::store::SessionStore;

/// Calls of one person to the APIs at one origin.
pub type ApiOfPerson = (ProfileId, String, SubjectKey);

/// Everything that [`Services`] are made of; `app` constructs the parts.
#[derive(Debug)]
pub struct ServiceDeps {
    /// Sessions, their tokens and replay records.
    pub store: SessionStore,
    /// Authorities, with their cached metadata and keys.
    pub authorities: Arc<Authorities>,
    /// Sends requests to web APIs.
    pub api_client: OutboundClient,
    /// Keys that seal attempts.
    pub keys: Arc<KeyRing>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Refreshes of this process.
    pub refreshes: Arc<Refreshes>,
    /// Calls that an API asked to hold back (microsoft-identity 6.3).
    pub api_throttled: Throttle<ApiOfPerson>,
    /// People for whom a token endpoint asked to wait, and its answer.
    pub token_endpoint_throttled: Throttle<(ProfileId, SubjectKey), Outage>,
    /// Sessions whose refresh failed while their token still worked.
    pub refresh_backoff: Throttle<HandleHash>,
    /// Sessions whose groups could not be read a moment ago.
    pub groups_backoff: Throttle<HandleHash>,
    /// How long a web API has for its whole answer.
    pub api_timeout: Duration,
}

/// What every flow may use. The fields are visible to flows only; whatever else needs one of them calls a flow.
#[derive(Debug)]
pub struct Services {
    pub(super) store: SessionStore,
    pub(super) authorities: Arc<Authorities>,
    pub(super) api_client: OutboundClient,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) refreshes: Arc<Refreshes>,
    pub(super) api_throttled: Throttle<ApiOfPerson>,
    pub(super) token_endpoint_throttled: Throttle<(ProfileId, SubjectKey), Outage>,
    pub(super) refresh_backoff: Throttle<HandleHash>,
    pub(super) groups_backoff: Throttle<HandleHash>,
    pub(super) api_timeout: Duration,
    pub(super) bearer_groups: BearerGroups,
    keys: Arc<KeyRing>,
    /// Sessions that websockets and event streams depend on.
    pub session_watch: SessionWatch,
}

impl Services {
    /// The services made of these parts.
    pub fn new(deps: ServiceDeps) -> Self {
        let ServiceDeps {
            store,
            authorities,
            api_client,
            keys,
            clock,
            random,
            refreshes,
            api_throttled,
            token_endpoint_throttled,
            refresh_backoff,
            groups_backoff,
            api_timeout,
        } = deps;
        Self {
            store,
            authorities,
            api_client,
            clock,
            random,
            refreshes,
            api_throttled,
            token_endpoint_throttled,
            refresh_backoff,
            groups_backoff,
            api_timeout,
            bearer_groups: BearerGroups::default(),
            keys,
            session_watch: SessionWatch::default(),
        }
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Unpredictable bytes.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// Seals `plain` for a browser with the newest key; it opens for the same purpose and associated data only.
    pub fn seal(&self, purpose: Purpose, associated: &[u8], plain: &[u8]) -> Vec<u8> {
        self.keys.seal(purpose, associated, plain, &*self.random)
    }

    /// Opens what was sealed with any of the keys.
    pub fn open(&self, purpose: Purpose, associated: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        self.keys.open(purpose, associated, sealed)
    }
}

/// The browser and profile that a flow is for.
#[derive(Debug, Clone, Copy)]
pub struct BrowserVisit<'a> {
    /// The profile of the request.
    pub profile: &'a Arc<Profile>,
    /// What the browser says it is, for the list of sessions.
    pub user_agent: Option<&'a str>,
    /// About where the browser is, if the profile keeps it for the list of sessions.
    pub network: Option<ClientNetwork>,
    /// The language that the person chose on our pages; every way to the authority tells it.
    pub language: Option<&'a LanguageTag>,
}
