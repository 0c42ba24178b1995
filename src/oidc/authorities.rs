//! `Authorities`: the one door to all authorities of the process.
//!
//! Owns the rooms of the profiles. What can be asked stands here and in the modules of the single journeys
//! ([`crate::oidc::requests::code`], [`crate::oidc::requests::refresh`], [`crate::oidc::requests::end_session`], [`crate::oidc::requests::logout_token`], [`crate::oidc::requests::graph_groups`]).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use tokio::runtime::Handle;
use url::Url;

use crate::domain::authority::UserFlowKind;
use crate::domain::clock::{Clock, Random, Timestamp};
use crate::domain::environment::Environment;
use crate::domain::profile::{Profile, ProfileId};
use crate::http::bulkhead::{Lane, at, send};
use crate::http::client::{HttpOptions, HttpSetupError, outbound_client};
use crate::oidc::client_auth::managed_identity::ManagedIdentity;
use crate::oidc::discovery::endpoints::Means;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::discovery::tenant_pin::TenantPins;
use crate::oidc::error::{Invalid, OidcError};
use crate::oidc::profile_client::Room;
use crate::oidc::requests::authorization::{AuthorizationRequest, authorization_address};

/// All authorities of the process. One exists, shared by all workers.
pub struct Authorities {
    client: Client,
    home: Handle,
    means: Means,
    pins: Arc<dyn TenantPins>,
    identities: Arc<ManagedIdentity>,
    rooms: RwLock<HashMap<ProfileId, Arc<Room>>>,
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorities")
    }
}

impl Authorities {
    /// No authority is called before it is needed. The managed identity reads variables of `environment`. Must be called
    /// inside a tokio runtime that outlives the calls: their connections live there, whoever calls.
    ///
    /// # Errors
    /// When the CA file cannot be used.
    pub fn new(
        options: &HttpOptions,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        pins: Arc<dyn TenantPins>,
        environment: Environment,
    ) -> Result<Self, HttpSetupError> {
        let client = outbound_client(options)?;
        let home = Handle::current();
        let identities = ManagedIdentity::new(client.clone(), home.clone(), environment);
        Ok(Self {
            identities: Arc::new(identities),
            client,
            home,
            means: Means {
                clock,
                random,
                patience: options.timeout,
                keys_max_age: options.keys_max_age,
            },
            pins,
            rooms: RwLock::default(),
        })
    }

    /// The client for calls to downstream APIs: the same resolver and certificates, no redirects, no proxy. Time and
    /// size of an answer are the caller's to limit.
    pub fn api_client(&self) -> &Client {
        &self.client
    }

    /// Sends the request of a downstream API: once more if its kept connection broke before any byte of an answer.
    ///
    /// # Errors
    /// What the last try said.
    pub async fn send_to_api(&self, request: RequestBuilder) -> reqwest::Result<Response> {
        at(&self.home, send(request)).await
    }

    /// The time that one call to an authority takes at most, its answer included.
    pub fn longest_call(&self) -> Duration {
        self.means.patience
    }

    /// What the authority says about itself, fetched if it must be.
    ///
    /// # Errors
    /// `Unavailable` passes; `Misconfigured` says what does not fit.
    pub async fn discovered(
        &self,
        profile: &Profile,
        journey: UserFlowKind,
    ) -> Result<Arc<Metadata>, OidcError> {
        self.room(profile).place(profile, journey)?.metadata().await
    }

    /// The address to which a browser is sent for a journey.
    ///
    /// # Errors
    /// As [`Self::discovered`].
    pub async fn authorization_address(
        &self,
        profile: &Profile,
        journey: UserFlowKind,
        request: &AuthorizationRequest<'_>,
    ) -> Result<Url, OidcError> {
        let metadata = self.discovered(profile, journey).await?;
        authorization_address(profile, &metadata, journey, request)
    }

    /// Judges the `iss` parameter of an authorization response, before anything is redeemed (RFC 9207 §2.4): a
    /// wrong one is refused even where none is announced.
    ///
    /// # Errors
    /// `Invalid` when it is wrong, or missing where it is announced; else as [`Self::discovered`].
    pub async fn judge_issuer_parameter(
        &self,
        profile: &Profile,
        journey: UserFlowKind,
        iss: Option<&str>,
    ) -> Result<(), OidcError> {
        let place = self.room(profile).place(profile, journey)?;
        let metadata = place.metadata().await?;
        let policy = &place.issuer_config.issuer;
        let accepted = match iss {
            Some(iss) => policy.accept_parameter(&metadata.trusted, iss),
            None => !metadata.iss_parameter,
        };
        if accepted {
            Ok(())
        } else {
            Err(OidcError::Invalid(Invalid::IssuerParameter))
        }
    }

    /// Forgets what was fetched for profiles that are gone or have moved to another authority. A request that began
    /// before may bring one back; the next call takes it.
    pub fn keep_only(&self, profiles: &[Arc<Profile>]) {
        let live: HashMap<_, _> = profiles
            .iter()
            .map(|profile| (&profile.id, profile.binding))
            .collect();
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        rooms.retain(|id, room| live.get(id) == Some(&room.binding));
    }

    /// Profiles of which something is remembered.
    pub fn remembered(&self) -> usize {
        let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
        rooms.len()
    }

    /// The room of a profile; a new one when the profile moved to another authority.
    pub(crate) fn room(&self, profile: &Profile) -> Arc<Room> {
        {
            let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(room) = rooms.get(&profile.id)
                && room.binding == profile.binding
            {
                return Arc::clone(room);
            }
        }
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(room) = rooms.get(&profile.id)
            && room.binding == profile.binding
        {
            return Arc::clone(room);
        }
        let room = Arc::new(Room::new(
            profile.binding,
            Lane::new(self.client.clone(), self.home.clone()),
            self.means.clone(),
            Arc::clone(&self.pins),
            Arc::clone(&self.identities),
        ));
        rooms.insert(profile.id.clone(), Arc::clone(&room));
        room
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.means.clock.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemClock;
    use crate::domain::profile::AuthorityFingerprint;
    use crate::oidc::InProcessPins;
    use crate::oidc::testing::{Zeros, entra};

    fn authorities() -> Authorities {
        Authorities::new(
            &HttpOptions::default(),
            Arc::new(SystemClock),
            Arc::new(Zeros),
            Arc::new(InProcessPins::default()),
            Arc::new(|_| None),
        )
        .unwrap()
    }

    fn profile(id: &str, binding: u8) -> Arc<Profile> {
        let mut profile = entra();
        profile.id = ProfileId::parse(id).unwrap();
        profile.binding = AuthorityFingerprint([binding; 32]);
        Arc::new(profile)
    }

    #[tokio::test]
    async fn a_thousand_edits_of_profiles_leave_what_serves_and_nothing_else() {
        let authorities = authorities();
        let stays = profile("staff", 0);
        let kept = authorities.room(&stays);
        for number in 0..1_000_u16 {
            // Files come and go, and one moves to another authority each time.
            let added = profile(&format!("t{number}"), 0);
            let moved = profile("moving", number.to_be_bytes()[1]);
            let _ = (authorities.room(&added), authorities.room(&moved));
            authorities.keep_only(&[Arc::clone(&stays), moved]);
            assert_eq!(authorities.remembered(), 2, "after {number} edits");
        }
        assert!(
            Arc::ptr_eq(&kept, &authorities.room(&stays)),
            "what serves on keeps its metadata and keys"
        );
    }

    #[tokio::test]
    async fn what_was_fetched_at_the_old_authority_is_forgotten_with_the_move() {
        let authorities = authorities();
        let _ = authorities.room(&profile("staff", 1));
        authorities.keep_only(&[profile("staff", 2)]);
        assert_eq!(authorities.remembered(), 0);
    }
}
