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
mod authority_error;
mod client_auth;
mod discovery;
pub(crate) mod error;
mod profile_client;
mod requests;
mod tokens;
mod www_authenticate;

pub use crate::http::client::{HttpOptions, HttpSetupError, outbound_client, retry_after};
pub use authorities::Authorities;
pub use authority_error::{AuthorityErrorCode, AuthorityErrorDetail, Remedy};
pub use client_auth::certificate::{CertificateExpiry, certificate_ends};
pub use discovery::metadata::Metadata;
pub use discovery::tenant_pin::{InProcessPins, TenantPins, TenantPinsUnavailable};
pub use error::{
    CredentialProblem, Invalid, Misconfiguration, OidcError, Outage, RefreshError, ResponseFault,
    SignatureRefusal, UserinfoFault,
};
pub use requests::authorization::{
    Asking, AuthorizationRequest, fresh_nonce, fresh_verifier, text_256,
};
pub use requests::code::Redeemed;
pub use requests::end_session::EndSession;
pub use requests::logout_token::LogoutToken;
pub use requests::probe::{CredentialProbe, KeyCount, Probe};
pub use requests::refresh::Refreshed;
pub use requests::scopes::signed_in_api;
pub use tokens::id_token::IdTokenFault;
pub use tokens::jwt::JwtRefusal;
pub use www_authenticate::claims_challenge;

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
