//! What the clients of all profiles share, and the tenant pin (trust on first use): the directory tenant that an authority
//! named first may not change later.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::clock::Clock;
use crate::domain::environment::Environment;
use crate::domain::issuer::TenantGuid;
use crate::domain::profile::{AuthorityFingerprint, ProfileId};
use crate::domain::random::Random;
use crate::http::OutboundClient;

/// Whether a file may be read now for the credential of a profile. A path that was good when the profile was loaded may lead
/// elsewhere by now.
pub type PermitsFile = Arc<dyn Fn(&ProfileId, &Path) -> bool + Send + Sync>;

/// What the clients of all profiles share; handed to [`crate::oidc::Authorities::new`].
pub struct ClientDeps {
    /// Sends the requests.
    pub http: OutboundClient,
    /// Time for a whole call to an authority, the response's body included.
    pub call_timeout: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Remembers the first tenant of each profile at each authority.
    pub tenant_pins: Arc<dyn TenantPins>,
    /// Whether a file may be read now for a profile's credential.
    pub permits_file: PermitsFile,
    /// The variables by which a platform announces its managed identity.
    pub environment: Environment,
}

impl fmt::Debug for ClientDeps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientDeps")
    }
}

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
