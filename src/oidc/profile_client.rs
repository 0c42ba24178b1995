//! What is remembered for one profile at one authority: its lane, its proofs, its places.
//!
//! Nothing in a room is ever shared with another profile (RFC 8725 §3.8), and a profile that moves to another
//! authority gets a new room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::authority::UserFlowKind;
use crate::domain::profile::{AuthorityFingerprint, Profile};
use crate::http::bulkhead::Lane;
use crate::http::circuit_breaker::Breaker;
use crate::oidc::client_auth::authenticator::ClientAuth;
use crate::oidc::client_auth::managed_identity::ManagedIdentity;
use crate::oidc::discovery::endpoints::{Discovery, Means};
use crate::oidc::discovery::metadata::MetadataSource;
use crate::oidc::discovery::tenant_pin::TenantPins;
use crate::oidc::error::{Misconfiguration, OidcError};

/// The room of one profile.
pub(crate) struct Room {
    pub(crate) binding: AuthorityFingerprint,
    pub(crate) lane: Arc<Lane>,
    pub(crate) means: Means,
    pub(crate) client_auth: ClientAuth,
    /// Guards the token endpoints.
    pub(crate) breaker: Breaker,
    pub(crate) identities: Arc<ManagedIdentity>,
    pins: Arc<dyn TenantPins>,
    places: Mutex<HashMap<UserFlowKind, Arc<Discovery>>>,
}

impl Room {
    pub(crate) fn new(
        binding: AuthorityFingerprint,
        lane: Lane,
        means: Means,
        pins: Arc<dyn TenantPins>,
        identities: Arc<ManagedIdentity>,
    ) -> Self {
        Self {
            binding,
            lane: Arc::new(lane),
            means,
            client_auth: ClientAuth::default(),
            breaker: Breaker::default(),
            identities,
            pins,
            places: Mutex::default(),
        }
    }

    /// The place of a journey; a new one when the profile judges issuers differently than before.
    pub(crate) fn place(
        &self,
        profile: &Profile,
        journey: UserFlowKind,
    ) -> Result<Arc<Discovery>, OidcError> {
        let issuer_config = profile
            .authority
            .issuer_config(journey)
            .ok_or(Misconfiguration::NoSuchJourney)?;
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(&journey)
            && place.issuer_config.metadata_url == issuer_config.metadata_url
            && place.issuer_config.issuer == issuer_config.issuer
        {
            return Ok(Arc::clone(place));
        }
        let source = MetadataSource {
            lane: Arc::clone(&self.lane),
            clock: Arc::clone(&self.means.clock),
            pins: Arc::clone(&self.pins),
            patience: self.means.patience,
            profile: profile.id.clone(),
            binding: profile.binding,
            authority: profile.authority.clone(),
            issuer_config: issuer_config.clone(),
        };
        let place = Arc::new(Discovery::new(source, self.means.clone()));
        places.insert(journey, Arc::clone(&place));
        Ok(place)
    }
}
