//! Speaking to authorities: OpenID Connect, OAuth 2.0 and what Microsoft adds to them.
//!
//! Owns everything between the gateway and whoever signs people in: metadata, keys, the authorization request, codes,
//! refresh tokens, every check of a token, client authentication, sign-out addresses, groups from Graph, and the
//! meaning of error codes. It knows no web framework, no store and no session. The kind of authority has become a
//! dialect and policies before it comes here.
//!
//! The entry is [`Authorities`]. Metrics: `gatehouse_authority_fetches_total{profile, document, outcome}` counts
//! fetches of metadata and key sets (`ok`, `failed`, `store_failed` where the store could not tell the pinned tenant), `gatehouse_token_requests_total{profile, grant, outcome}` requests at token
//! endpoints.

mod authorities;
mod authority_error;
mod client_auth;
mod client_deps;
mod discovery;
mod error;
mod error_codes;
mod requests;
mod tokens;
mod verified_tokens;
mod www_authenticate;

pub use crate::http::CallError;
pub use authorities::Authorities;
pub use authority_error::AuthorityErrorDetail;
pub use client_auth::certificate::{CertificateExpiry, certificate_ends};
pub use client_deps::{ClientDeps, InProcessPins, PermitsFile, TenantPins, TenantPinsUnavailable};
pub use discovery::metadata::Metadata;
pub use error::{
    CredentialProblem, Invalid, Misconfiguration, OidcError, Outage, RefreshError, ResponseFault,
    SignatureRefusal, UserinfoFault,
};
#[cfg(test)]
pub(crate) use error_codes::known_errors;
pub use error_codes::{AuthorityErrorCode, Meaning, RefreshEffect, Remedy, Topic};
pub use requests::access_token::VerifiedAccessToken;
pub use requests::authorization::{
    Asking, AuthorizationRequest, fresh_nonce, fresh_verifier, text_256,
};
pub use requests::code::Redeemed;
pub use requests::end_session::EndSession;
pub use requests::logout_token::LogoutToken;
pub use requests::parameters::signed_in_api;
pub use requests::probe::{CredentialProbe, KeyCount, Probe};
pub use requests::refresh::Refreshed;
pub use tokens::access_token::AccessTokenFault;
pub use tokens::id_token::IdTokenFault;
pub use tokens::jwt::JwtRefusal;
pub use www_authenticate::claims_challenge;

#[cfg(test)]
mod testing;
