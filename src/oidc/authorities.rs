//! All authorities of the process: the registry of the per-profile clients, what each knows of its authority, and the one
//! entry to `oidc`.
//!
//! What can be requested of an authority stands in [`crate::oidc::requests`], one file for each request, as methods of
//! [`Authorities`].

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use crate::domain::authority::{IssuerConfig, UserFlowKind};
use crate::domain::clock::Timestamp;
use crate::domain::profile::{AuthorityFingerprint, Profile, ProfileId, SigningAlgorithm};
use crate::http::call::{Bulkhead, CircuitBreaker};
use crate::oidc::client_auth::credentials::ProfileCredentials;
use crate::oidc::client_auth::managed_identity::ManagedIdentity;
use crate::oidc::client_deps::ClientDeps;
use crate::oidc::discovery::cached_document::CachedDocument;
use crate::oidc::discovery::jwks::KeySet;
use crate::oidc::discovery::metadata::{Metadata, MetadataSource};
use crate::oidc::discovery::verification_keys::{Origin, VerificationKeys};
use crate::oidc::error::{Invalid, Misconfiguration, OidcError};
use crate::oidc::tokens::id_token::{Expected, Signed};
use crate::oidc::tokens::jwt::{Jwt, TokenUse};
use crate::oidc::verified_tokens::VerifiedTokens;

/// All authorities of the process. One exists, shared by all workers.
pub struct Authorities {
    deps: Arc<ClientDeps>,
    identities: Arc<ManagedIdentity>,
    clients: RwLock<HashMap<ProfileId, Arc<ProfileClient>>>,
    pub(crate) verified: VerifiedTokens,
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorities")
    }
}

impl Authorities {
    /// Makes the registry. No authority is called before it is needed.
    pub fn new(deps: ClientDeps) -> Self {
        let environment = Arc::clone(&deps.environment);
        Self {
            identities: Arc::new(ManagedIdentity::new(deps.http.clone(), environment)),
            deps: Arc::new(deps),
            clients: RwLock::default(),
            verified: VerifiedTokens::default(),
        }
    }

    /// The longest time that one call to an authority takes, the response's body included.
    pub fn longest_call(&self) -> Duration {
        self.deps.call_timeout
    }

    /// The metadata of a user flow's authority, fetched if it must be.
    ///
    /// # Errors
    /// `Unavailable` passes; `Misconfigured` says what does not fit.
    pub async fn discovered(
        &self,
        profile: &Profile,
        flow: UserFlowKind,
    ) -> Result<Arc<Metadata>, OidcError> {
        let client = self.profile_client(profile);
        client.discovery(profile, flow)?.metadata().await
    }

    /// Drops the clients of profiles that are gone or have moved to another authority, and with them all that was
    /// fetched. A request that began before may bring a client back; the next call drops it.
    pub fn keep_only(&self, profiles: &[Arc<Profile>]) {
        let live: HashMap<_, _> = profiles
            .iter()
            .map(|profile| (&profile.id, profile.fingerprint))
            .collect();
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.retain(|id, client| live.get(id) == Some(&client.fingerprint));
    }

    /// How many profiles have a client, for tests of [`Self::keep_only`].
    pub fn remembered(&self) -> usize {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients.len()
    }

    /// The client of a profile; a new one when the profile moved to another authority.
    pub(crate) fn profile_client(&self, profile: &Profile) -> Arc<ProfileClient> {
        let is_current = |client: &&Arc<ProfileClient>| client.fingerprint == profile.fingerprint;
        {
            let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(client) = clients.get(&profile.id).filter(is_current) {
                return Arc::clone(client);
            }
        }
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&profile.id).filter(is_current) {
            return Arc::clone(client);
        }
        let client = Arc::new(ProfileClient::new(
            profile.fingerprint,
            Bulkhead::new(self.deps.http.clone()),
            Arc::clone(&self.deps),
            Arc::clone(&self.identities),
        ));
        clients.insert(profile.id.clone(), Arc::clone(&client));
        client
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.deps.clock.now()
    }
}

/// The client of one profile: bulkhead, circuit breaker, credentials, and the discovery of each user flow.
///
/// Nothing of it is ever shared with another profile (RFC 8725 §3.8). A profile that moves to another authority gets a new
/// client.
pub(crate) struct ProfileClient {
    pub(crate) fingerprint: AuthorityFingerprint,
    pub(crate) bulkhead: Arc<Bulkhead>,
    pub(crate) deps: Arc<ClientDeps>,
    pub(crate) credentials: ProfileCredentials,
    /// Guards the token endpoints.
    pub(crate) circuit_breaker: CircuitBreaker,
    pub(crate) identities: Arc<ManagedIdentity>,
    discoveries: Mutex<HashMap<UserFlowKind, Arc<Discovery>>>,
}

impl ProfileClient {
    fn new(
        fingerprint: AuthorityFingerprint,
        bulkhead: Bulkhead,
        deps: Arc<ClientDeps>,
        identities: Arc<ManagedIdentity>,
    ) -> Self {
        Self {
            fingerprint,
            bulkhead: Arc::new(bulkhead),
            deps,
            credentials: ProfileCredentials::default(),
            circuit_breaker: CircuitBreaker::default(),
            identities,
            discoveries: Mutex::default(),
        }
    }

    /// The discovery of a user flow; a new one when the profile's issuer policy changed.
    pub(crate) fn discovery(
        &self,
        profile: &Profile,
        flow: UserFlowKind,
    ) -> Result<Arc<Discovery>, OidcError> {
        let issuer_config = profile
            .authority
            .issuer_config(flow)
            .ok_or(Misconfiguration::NoSuchUserFlow)?;
        let mut discoveries = self
            .discoveries
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(discovery) = discoveries.get(&flow)
            && discovery.issuer_config.metadata_url == issuer_config.metadata_url
            && discovery.issuer_config.issuer == issuer_config.issuer
            && discovery.issuer_config.policy_claim == issuer_config.policy_claim
        {
            return Ok(Arc::clone(discovery));
        }
        let discovery = Discovery::new(profile, issuer_config, &self.bulkhead, &self.deps);
        let discovery = Arc::new(discovery);
        discoveries.insert(flow, Arc::clone(&discovery));
        Ok(discovery)
    }

    /// The authority of a user flow with its metadata, fetched if it must be.
    pub(crate) async fn discovered<'a>(
        &self,
        profile: &'a Profile,
        flow: UserFlowKind,
    ) -> Result<DiscoveredAuthority<'a>, OidcError> {
        let discovery = self.discovery(profile, flow)?;
        let metadata = discovery.metadata().await?;
        Ok(DiscoveredAuthority {
            profile,
            discovery,
            metadata,
        })
    }

    /// The authority of a user flow, if its metadata was fetched already.
    pub(crate) fn at_hand<'a>(
        &self,
        profile: &'a Profile,
        flow: UserFlowKind,
    ) -> Option<DiscoveredAuthority<'a>> {
        let discovery = self.discovery(profile, flow).ok()?;
        let metadata = discovery.metadata_at_hand()?;
        Some(DiscoveredAuthority {
            profile,
            discovery,
            metadata,
        })
    }
}

/// Metadata and keys of one user flow of one profile.
pub(crate) struct Discovery {
    pub(crate) issuer_config: IssuerConfig,
    metadata: Arc<CachedDocument<MetadataSource>>,
    keys: VerificationKeys,
}

impl Discovery {
    /// Nothing is fetched before it is needed.
    fn new(
        profile: &Profile,
        issuer_config: &IssuerConfig,
        bulkhead: &Arc<Bulkhead>,
        deps: &Arc<ClientDeps>,
    ) -> Self {
        let source = MetadataSource {
            bulkhead: Arc::clone(bulkhead),
            deps: Arc::clone(deps),
            profile: profile.id.clone(),
            fingerprint: profile.fingerprint,
            client_id: profile.client.id.clone(),
            authority: profile.authority.clone(),
            issuer_config: issuer_config.clone(),
        };
        let (clock, random) = (Arc::clone(&deps.clock), Arc::clone(&deps.random));
        Self {
            issuer_config: issuer_config.clone(),
            metadata: Arc::new(CachedDocument::new(source, clock, random)),
            keys: VerificationKeys::new(&profile.id, Arc::clone(bulkhead), Arc::clone(deps)),
        }
    }

    /// The metadata, fetched if it must be.
    async fn metadata(&self) -> Result<Arc<Metadata>, OidcError> {
        Ok(Arc::clone(&self.metadata.current().await?.document))
    }

    /// The metadata if it was fetched already.
    fn metadata_at_hand(&self) -> Option<Arc<Metadata>> {
        Some(Arc::clone(&self.metadata.at_hand()?.document))
    }
}

/// The authority of one user flow of a profile, with its metadata at the beginning of a request.
pub(crate) struct DiscoveredAuthority<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) discovery: Arc<Discovery>,
    pub(crate) metadata: Arc<Metadata>,
}

impl DiscoveredAuthority<'_> {
    /// The signing keys, fetched if they must be.
    pub(crate) async fn keys(&self) -> Result<Arc<KeySet>, OidcError> {
        self.discovery.keys.current(&self.metadata.jwks_uri).await
    }

    /// Checks the header of a token and verifies its signature; its claims are still to be checked.
    pub(crate) async fn verify(
        &self,
        text: &str,
        kind: TokenUse,
        origin: Origin,
    ) -> Result<Signed, OidcError> {
        let jwt = self.parse(text, kind)?;
        Ok(self.verify_parsed(&jwt, origin).await?.0)
    }

    /// Checks the form and the header of a token; nothing of it is true yet.
    pub(crate) fn parse<'t>(&self, text: &'t str, kind: TokenUse) -> Result<Jwt<'t>, OidcError> {
        let algorithms = algorithms(self.profile, &self.metadata);
        Ok(Jwt::parse(text, kind, &algorithms).map_err(Invalid::Form)?)
    }

    /// Verifies the signature of a token, and returns the keys beside it.
    pub(crate) async fn verify_parsed(
        &self,
        jwt: &Jwt<'_>,
        origin: Origin,
    ) -> Result<(Signed, Arc<KeySet>), OidcError> {
        let keys = &self.discovery.keys;
        keys.verify(&self.metadata.jwks_uri, jwt, origin).await
    }

    /// What the claims of a token are checked against.
    pub(crate) fn expected(&self) -> Expected<'_> {
        let issuer_config = &self.discovery.issuer_config;
        Expected {
            policy: &issuer_config.issuer,
            trusted: &self.metadata.trusted,
            user_flow: issuer_config.user_flow.as_ref(),
            policy_claim: issuer_config.policy_claim,
            client_id: self.profile.client.id.as_str(),
            now: self.discovery.keys.now(),
            skew: self.profile.clock_skew,
            cloud: self.metadata.cloud_instance_name.as_deref(),
        }
    }
}

/// The profile's list; else what the metadata announces; else RS256, which every provider must support (OIDC Core
/// §15.1).
fn algorithms(profile: &Profile, metadata: &Metadata) -> Vec<SigningAlgorithm> {
    if !profile.signing_algorithms.is_empty() {
        profile.signing_algorithms.clone()
    } else if !metadata.signing_algorithms.is_empty() {
        metadata.signing_algorithms.clone()
    } else {
        vec![SigningAlgorithm::Rs256]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemClock;
    use crate::domain::profile::AuthorityFingerprint;
    use crate::http::{HttpOptions, OutboundClient};
    use crate::oidc::client_deps::InProcessPins;
    use crate::oidc::testing::{Zeros, entra};

    fn authorities() -> Authorities {
        Authorities::new(ClientDeps {
            http: OutboundClient::new(&HttpOptions::default()).unwrap(),
            call_timeout: Duration::from_secs(10),
            clock: Arc::new(SystemClock),
            random: Arc::new(Zeros),
            tenant_pins: Arc::new(InProcessPins::default()),
            permits_file: Arc::new(|_, _| true),
            environment: Arc::new(|_| None),
        })
    }

    fn profile(id: &str, fingerprint: u8) -> Arc<Profile> {
        let mut profile = entra();
        profile.id = ProfileId::parse(id).unwrap();
        profile.fingerprint = AuthorityFingerprint([fingerprint; 32]);
        Arc::new(profile)
    }

    #[tokio::test]
    async fn a_thousand_edits_of_profiles_leave_what_serves_and_nothing_else() {
        let authorities = authorities();
        let stays = profile("staff", 0);
        let cached = authorities.profile_client(&stays);
        for number in 0..1_000_u16 {
            // Files come and go, and one moves to another authority each time.
            let added = profile(&format!("t{number}"), 0);
            let moved = profile("moving", number.to_be_bytes()[1]);
            let _ = (
                authorities.profile_client(&added),
                authorities.profile_client(&moved),
            );
            authorities.keep_only(&[Arc::clone(&stays), moved]);
            assert_eq!(authorities.remembered(), 2, "after {number} edits");
        }
        assert!(
            Arc::ptr_eq(&cached, &authorities.profile_client(&stays)),
            "what serves on keeps its metadata and keys"
        );
    }

    #[tokio::test]
    async fn what_was_fetched_at_the_old_authority_is_forgotten_with_the_move() {
        let authorities = authorities();
        let _ = authorities.profile_client(&profile("staff", 1));
        authorities.keep_only(&[profile("staff", 2)]);
        assert_eq!(authorities.remembered(), 0);
    }
}
