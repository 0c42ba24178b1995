//! Per-profile state towards one authority: bulkhead, circuit breaker, credentials, and the discovery of each user flow.
//!
//! Nothing of it is ever shared with another profile (RFC 8725 §3.8). A profile that moves to another authority gets a
//! new client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::authority::UserFlowKind;
use crate::domain::profile::{AuthorityFingerprint, Profile};
use crate::http::call::{Bulkhead, CircuitBreaker};
use crate::oidc::client_auth::credentials::ProfileCredentials;
use crate::oidc::client_auth::managed_identity::ManagedIdentity;
use crate::oidc::client_deps::ClientDeps;
use crate::oidc::discovery::endpoints::{DiscoveredAuthority, Discovery};
use crate::oidc::error::{Misconfiguration, OidcError};

/// The client of one profile.
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
    pub(crate) fn new(
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
        let bulkhead = Arc::clone(&self.bulkhead);
        let discovery = Discovery::new(profile, issuer_config, bulkhead, Arc::clone(&self.deps));
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
