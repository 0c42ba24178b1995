//! What is remembered for one profile at one authority: its lane, its proofs, its places.
//!
//! Nothing in a room is ever shared with another profile (RFC 8725 §3.8), and a profile that moves to another
//! authority gets a new room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::authority::Journey;
use crate::domain::profile::{Binding, Profile};
use crate::oidc::breaker::Breaker;
use crate::oidc::client_auth::ClientAuth;
use crate::oidc::error::{Misconfiguration, OidcError};
use crate::oidc::lane::Lane;
use crate::oidc::managed_identity::ManagedIdentity;
use crate::oidc::metadata::MetadataSource;
use crate::oidc::pins::Pins;
use crate::oidc::place::{Means, Place};

/// The room of one profile.
pub(crate) struct Room {
    pub(crate) binding: Binding,
    pub(crate) lane: Arc<Lane>,
    pub(crate) means: Means,
    pub(crate) client_auth: ClientAuth,
    /// Guards the token endpoints.
    pub(crate) breaker: Breaker,
    pub(crate) identities: Arc<ManagedIdentity>,
    pins: Arc<dyn Pins>,
    places: Mutex<HashMap<Journey, Arc<Place>>>,
}

impl Room {
    pub(crate) fn new(
        binding: Binding,
        lane: Lane,
        means: Means,
        pins: Arc<dyn Pins>,
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
        journey: Journey,
    ) -> Result<Arc<Place>, OidcError> {
        let issuance = profile
            .authority
            .issuance(journey)
            .ok_or(Misconfiguration::NoSuchJourney)?;
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get(&journey)
            && place.issuance.metadata_url == issuance.metadata_url
            && place.issuance.issuer == issuance.issuer
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
            issuance: issuance.clone(),
        };
        let place = Arc::new(Place::new(source, self.means.clone()));
        places.insert(journey, Arc::clone(&place));
        Ok(place)
    }
}
