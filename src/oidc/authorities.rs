//! All authorities of the process: the registry of the per-profile clients, and the one entry to `oidc`.
//!
//! Owns which profiles have a client. What can be requested of an authority stands in [`crate::oidc::requests`], one
//! file for each request, as methods of [`Authorities`].

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::domain::authority::UserFlowKind;
use crate::domain::clock::Timestamp;
use crate::domain::profile::{Profile, ProfileId};
use crate::http::call::Bulkhead;
use crate::oidc::client_auth::managed_identity::ManagedIdentity;
use crate::oidc::client_deps::ClientDeps;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::OidcError;
use crate::oidc::profile_client::ProfileClient;
use crate::oidc::tokens::verified_tokens::VerifiedTokens;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemClock;
    use crate::domain::profile::AuthorityFingerprint;
    use crate::http::{HttpOptions, OutboundClient};
    use crate::oidc::discovery::tenant_pin::InProcessPins;
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
