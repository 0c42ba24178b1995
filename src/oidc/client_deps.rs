//! What the clients of all profiles share.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::Clock;
use crate::domain::environment::Environment;
use crate::domain::profile::ProfileId;
use crate::domain::random::Random;
use crate::http::OutboundClient;
use crate::oidc::discovery::tenant_pin::TenantPins;

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
