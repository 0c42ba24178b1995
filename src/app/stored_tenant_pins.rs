//! Tenant pins in the store: the tenant of each authority, pinned at first sight, for all replicas and across restarts.

use async_trait::async_trait;

use crate::domain::issuer::TenantGuid;
use crate::domain::profile::{AuthorityFingerprint, ProfileId};
use crate::oidc::{TenantPins, TenantPinsUnavailable};
use crate::seal::hex;
use crate::store::SessionStore;

/// Tenant pins kept in the store.
#[derive(Debug)]
pub struct StoredPins {
    store: SessionStore,
}

impl StoredPins {
    /// Tenant pins of this store.
    pub fn new(store: SessionStore) -> Self {
        Self { store }
    }
}

#[async_trait]
impl TenantPins for StoredPins {
    async fn pin(
        &self,
        profile: &ProfileId,
        fingerprint: AuthorityFingerprint,
        seen: &TenantGuid,
    ) -> Result<TenantGuid, TenantPinsUnavailable> {
        let authority = format!("{profile}/{}", hex(&fingerprint.0));
        self.store
            .pin_tenant(&authority, seen)
            .await
            .map_err(|error| {
                tracing::warn!(%error, "a tenant could not be pinned");
                TenantPinsUnavailable
            })
    }
}
