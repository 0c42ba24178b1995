//! What may be used once, on whichever replica; and the tenant that an authority was first seen with.

use crate::domain::clock::Timestamp;
use crate::domain::issuer::TenantGuid;
use crate::seal::sha256;
use crate::store::error::StoreError;
use crate::store::row::database_trait::Mark;
use crate::store::session_store::SessionStore;

/// What may be used once. The numbers stand in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayScope {
    /// The `state` of an attempt.
    State,
    /// The `jti` of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6).
    LogoutToken,
}

impl ReplayScope {
    fn number(self) -> i16 {
        match self {
            Self::State => 1,
            Self::LogoutToken => 2,
        }
    }
}

/// Whether it was the first use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstUse {
    /// Nobody used it before.
    Yes,
    /// Somebody did.
    No,
}

impl SessionStore {
    /// Records the use of `key`, remembered until `until`. Of many calls on many replicas exactly one is the first.
    ///
    /// # Errors
    /// `Unavailable`: whether it was recorded is unknown, so it must not be used.
    pub async fn record_once(
        &self,
        purpose: ReplayScope,
        key: &[u8],
        until: Timestamp,
    ) -> Result<FirstUse, StoreError> {
        let mark = self.mark(purpose, key, until);
        let recorded = self.shared.rows.record_once(&mark).await;
        Ok(if self.shared.measures.count(recorded)? {
            FirstUse::Yes
        } else {
            FirstUse::No
        })
    }

    pub(in crate::store) fn mark(
        &self,
        purpose: ReplayScope,
        key: &[u8],
        until: Timestamp,
    ) -> Mark {
        let mut by = [0; 16];
        self.shared.opening.random.fill(&mut by);
        Mark {
            purpose: purpose.number(),
            hash: sha256(key),
            by,
            until: until.timestamp_millis(),
        }
    }

    /// Pins the directory tenant of an authority's address at first sight, and says which holds: this one, or the one
    /// that any replica saw before.
    ///
    /// # Errors
    /// `Unavailable`; `Inconsistent` if what is pinned is not a GUID.
    pub async fn pin_tenant(
        &self,
        authority: &str,
        tenant: &TenantGuid,
    ) -> Result<TenantGuid, StoreError> {
        let shared = &self.shared;
        let kept = shared.rows.pin_tenant(authority, tenant.as_str()).await;
        let kept = shared.measures.count(kept)?;
        TenantGuid::canonical(&kept).ok_or_else(|| StoreError::Inconsistent {
            table: "tenant_pins",
            id: authority.to_owned(),
        })
    }
}
