//! Profiles, metadata and randomness for the unit tests of `oidc`.

// Said once more for `tests/layers.rs`, which reads each file by itself: tests may name kinds.
#[cfg(test)]
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::issuer::TrustedIssuer;
use crate::domain::profile::Profile;
pub(crate) use crate::domain::profile::testing::{b2c, entra, oidc};
use crate::domain::random::Random;
use crate::http::{HttpOptions, OutboundClient};
use crate::oidc::client_auth::managed_identity::ManagedIdentity;
use crate::oidc::discovery::metadata::Metadata;
use url::Url;

/// Randomness that is always zero.
#[derive(Debug)]
pub(crate) struct Zeros;

impl Random for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Randomness that never repeats itself.
#[derive(Debug, Default)]
pub(crate) struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let next = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        for (byte, value) in bytes.iter_mut().zip(next.iter().cycle()) {
            *byte = *value;
        }
    }
}

/// A managed identity on a machine that has none.
pub(crate) fn identities() -> ManagedIdentity {
    let client = OutboundClient::new(&HttpOptions::default()).unwrap();
    ManagedIdentity::new(client, Arc::new(|_| None))
}

/// Metadata as the profile's authority would have them.
pub(crate) fn metadata_of(profile: &Profile) -> Metadata {
    let origin = profile.authority.url().origin().ascii_serialization();
    let url = |path: &str| Url::parse(&format!("{origin}{path}")).unwrap();
    Metadata {
        trusted: TrustedIssuer {
            issuer: origin.clone(),
            tenant: None,
        },
        authorization_endpoint: url("/authorize"),
        token_endpoint: url("/token"),
        jwks_uri: url("/keys"),
        userinfo_endpoint: None,
        revocation_endpoint: None,
        end_session_endpoint: Some(url("/logout")),
        token_auth_methods: Vec::new(),
        signing_algorithms: Vec::new(),
        scopes_supported: None,
        iss_parameter: false,
        msgraph_host: None,
        cloud_instance_name: None,
        clock_ahead: None,
    }
}
