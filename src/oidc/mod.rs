//! Layer 1: speaking to one authority.
//!
//! Owns everything between the gateway and whoever signs people in: metadata, keys, the authorization request, codes,
//! refresh tokens, every check of a token, client credentials, sign-out addresses, groups from Graph. Knows no web
//! framework and no store; the kind of authority has become a dialect and policies before it comes here.
//!
//! The door is [`Authorities`]. Metrics: `gatehouse_authority_fetches_total{profile, document, outcome}` counts
//! fetched metadata and key sets, `gatehouse_token_requests_total{profile, grant, outcome}` exchanges at token
//! endpoints.

mod authorities;
mod authorize;
mod azure_arc;
mod breaker;
mod certificate;
mod challenge;
mod checks;
mod claims_request;
mod client_auth;
mod end_session;
mod error;
mod graph;
mod http_client;
mod jwt;
mod kept;
mod keys;
mod lane;
mod logout_token;
mod managed_identity;
mod metadata;
mod pins;
mod place;
mod probe;
mod provider;
mod redeem;
mod refresh;
mod revoke;
mod room;
mod scopes;
mod service_fabric;
mod token_endpoint;
mod token_response;
mod userinfo;

pub use authorities::Authorities;
pub use authorize::{Asking, AuthorizationRequest, fresh_nonce, fresh_verifier, text_256};
pub use certificate::{CertificateExpiry, certificate_ends};
pub use challenge::claims_challenge;
pub use checks::IdTokenFault;
pub use end_session::EndSession;
pub use error::{
    CredentialProblem, Invalid, Misconfiguration, OidcError, Outage, RefreshError, ResponseFault,
    SignatureRefusal, UserinfoFault,
};
pub use http_client::{HttpOptions, HttpSetupError, outbound_client, retry_after};
pub use jwt::JwtRefusal;
pub use logout_token::LogoutToken;
pub use managed_identity::Environment;
pub use metadata::Metadata;
pub use pins::{InProcessPins, TenantPins, TenantPinsUnavailable};
pub use probe::{CredentialProbe, KeyCount, Probe};
pub use provider::{AuthorityErrorCode, AuthorityErrorDetail, Remedy};
pub use redeem::Redeemed;
pub use refresh::Refreshed;
pub use scopes::signed_in_api;

use crate::domain::profile::ProfileId;

fn count_fetch(profile: &ProfileId, document: &'static str, good: bool) {
    metrics::counter!(
        "gatehouse_authority_fetches_total",
        "profile" => profile.to_string(),
        "document" => document,
        "outcome" => if good { "ok" } else { "failed" },
    )
    .increment(1);
}

#[cfg(test)]
mod testing;
