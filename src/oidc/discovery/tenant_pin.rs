//! Tenant pin (trust on first use): the directory tenant that an authority named first may not change later.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::domain::issuer::TenantGuid;
use crate::domain::profile::{AuthorityFingerprint, ProfileId};

/// The tenant pin could not be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the pinned tenant could not be read or written")]
pub struct TenantPinsUnavailable;

/// Remembers the first tenant of each profile at each authority, across replicas and restarts.
#[async_trait]
pub trait TenantPins: Send + Sync + std::fmt::Debug {
    /// Pins `seen` if nothing is pinned for this profile and authority, and returns the pinned tenant.
    ///
    /// # Errors
    /// When the store gives no answer; the metadata is then not accepted.
    async fn pin(
        &self,
        profile: &ProfileId,
        fingerprint: AuthorityFingerprint,
        seen: &TenantGuid,
    ) -> Result<TenantGuid, TenantPinsUnavailable>;
}

/// Tenant pins in memory: for `check` and for tests.
#[derive(Debug, Default)]
pub struct InProcessPins(Mutex<HashMap<(ProfileId, AuthorityFingerprint), TenantGuid>>);

#[async_trait]
impl TenantPins for InProcessPins {
    async fn pin(
        &self,
        profile: &ProfileId,
        fingerprint: AuthorityFingerprint,
        seen: &TenantGuid,
    ) -> Result<TenantGuid, TenantPinsUnavailable> {
        let mut pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pinned = pins
            .entry((profile.clone(), fingerprint))
            .or_insert_with(|| seen.clone());
        Ok(pinned.clone())
    }
}
