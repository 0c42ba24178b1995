//! The directory tenant that an authority named first: it may not become another one later.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::domain::issuer::TenantGuid;
use crate::domain::profile::{AuthorityFingerprint, ProfileId};

/// The pins could not be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the pinned tenant could not be read or written")]
pub struct TenantPinsUnavailable;

/// Remembers the first tenant of each profile and binding, across replicas and restarts.
#[async_trait]
pub trait TenantPins: Send + Sync + std::fmt::Debug {
    /// Pins `seen` if nothing is pinned for this profile and binding, and returns what is pinned then.
    ///
    /// # Errors
    /// When nothing can be said; the metadata is then not accepted.
    async fn pin(
        &self,
        profile: &ProfileId,
        binding: AuthorityFingerprint,
        seen: &TenantGuid,
    ) -> Result<TenantGuid, TenantPinsUnavailable>;
}

/// Tenant pins for the life of a process: for `check` and for tests.
#[derive(Debug, Default)]
pub struct InProcessPins(Mutex<HashMap<(ProfileId, AuthorityFingerprint), TenantGuid>>);

#[async_trait]
impl TenantPins for InProcessPins {
    async fn pin(
        &self,
        profile: &ProfileId,
        binding: AuthorityFingerprint,
        seen: &TenantGuid,
    ) -> Result<TenantGuid, TenantPinsUnavailable> {
        let mut pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pinned = pins
            .entry((profile.clone(), binding))
            .or_insert_with(|| seen.clone());
        Ok(pinned.clone())
    }
}
