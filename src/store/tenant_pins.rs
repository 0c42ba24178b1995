//! The directory tenant of an authority, pinned when it is first seen.

use crate::domain::issuer::TenantGuid;
use crate::store::error::StoreError;
use crate::store::session_store::SessionStore;

impl SessionStore {
    /// Pins the directory tenant of an authority's address when it is first seen, and returns the pinned tenant: this
    /// one, or the tenant that any replica saw before.
    ///
    /// # Errors
    /// `Unavailable`; `Inconsistent` if what is pinned is not a GUID.
    pub async fn pin_tenant(
        &self,
        authority: &str,
        tenant: &TenantGuid,
    ) -> Result<TenantGuid, StoreError> {
        let shared = &self.shared;
        let pinned = shared.database.pin_tenant(authority, tenant.as_str()).await;
        let pinned = shared.metrics.count_error(pinned)?;
        TenantGuid::canonical(&pinned).ok_or_else(|| StoreError::Inconsistent {
            table: "tenant_pins",
            id: authority.to_owned(),
        })
    }
}
