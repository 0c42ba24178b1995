//! The relying party: `oidc/` through its public door, against an authority over HTTP that misbehaves on order.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod access_tokens;
mod authority;
mod credentials;
mod discovery;
mod groups;
mod logout;
mod refresh;
mod rotation;
mod setup;
mod sign_in;
mod signer;
mod signing_keys;
mod token_endpoint;
mod userinfo;
