//! Tokens and the keys that sign them.
//!
//! Owns the claims of ID tokens, access tokens and logout tokens, their encoding and the signing keys. Does not know when a token
//! is issued: that is the token endpoint's decision.

pub(crate) mod access_token;
pub(crate) mod app_token;
pub(crate) mod id_token;
mod id_token_faults;
pub(crate) mod issuance;
pub(crate) mod jwt;
mod key_set;
pub(crate) mod keys;
pub(crate) mod logout_token;
mod requested_claims;
pub(crate) mod signing_key;
