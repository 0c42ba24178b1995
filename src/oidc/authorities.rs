//! `Authorities`: the one door to all authorities of the process.
//!
//! Owns the rooms of the profiles. What can be asked stands here and in the modules of the single journeys
//! ([`super::redeem`], [`super::refresh`], [`super::end_session`], [`super::logout_token`], [`super::graph`]).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use reqwest::Client;
use url::Url;

use super::authorize::{AuthorizationRequest, authorization_address};
use super::error::{Invalid, OidcError};
use super::http_client::{HttpOptions, HttpSetupError, Lane, outbound_client};
use super::managed_identity::{Environment, ManagedIdentity};
use super::metadata::Metadata;
use super::pins::Pins;
use super::place::Means;
use super::room::Room;
use crate::domain::authority::Journey;
use crate::domain::clock::{Clock, Random, Timestamp};
use crate::domain::profile::{Profile, ProfileId};

/// All authorities of the process. One exists, shared by all workers.
pub struct Authorities {
    client: Client,
    means: Means,
    pins: Arc<dyn Pins>,
    identities: Arc<ManagedIdentity>,
    rooms: RwLock<HashMap<ProfileId, Arc<Room>>>,
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorities")
    }
}

impl Authorities {
    /// No authority is called before it is needed.
    ///
    /// # Errors
    /// When the CA file cannot be used.
    pub fn new(
        options: &HttpOptions,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        pins: Arc<dyn Pins>,
    ) -> Result<Self, HttpSetupError> {
        let environment: Environment = Arc::new(|name| std::env::var(name).ok());
        Self::with_environment(options, clock, random, pins, environment)
    }

    /// As [`Self::new`], with other variables than the process's for the managed identity.
    ///
    /// # Errors
    /// When the CA file cannot be used.
    pub fn with_environment(
        options: &HttpOptions,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        pins: Arc<dyn Pins>,
        environment: Environment,
    ) -> Result<Self, HttpSetupError> {
        let client = outbound_client(options)?;
        Ok(Self {
            identities: Arc::new(ManagedIdentity::new(client.clone(), environment)),
            client,
            means: Means {
                clock,
                random,
                patience: options.total_timeout,
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

    /// What the authority says about itself, fetched if it must be.
    ///
    /// # Errors
    /// `Unavailable` passes; `Misconfigured` says what does not fit.
    pub async fn discovered(
        &self,
        profile: &Profile,
        journey: Journey,
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
        journey: Journey,
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
        journey: Journey,
        iss: Option<&str>,
    ) -> Result<(), OidcError> {
        let place = self.room(profile).place(profile, journey)?;
        let metadata = place.metadata().await?;
        let policy = &place.issuance.issuer;
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

    /// Forgets what was fetched for a profile: after a reload, and when it is removed.
    pub fn forget(&self, profile: &ProfileId) {
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        rooms.remove(profile);
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
            Lane::new(self.client.clone()),
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
