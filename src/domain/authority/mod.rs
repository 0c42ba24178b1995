//! Who signs people in: each kind of authority becomes metadata addresses, issuer policies and a dialect.
//!
//! Owns the kinds and everything that a kind implies. Nothing outside of this folder decides by the kind; it asks the
//! [`Authority`] and its [`Dialect`].

mod b2c;
mod derivation;
mod derived;
mod dialect;
mod entra;
mod external;
mod input;
mod issuer_config;
mod kind;
mod microsoft_hosts;
mod openid;
#[cfg(test)]
mod tests;
mod tid_claim;
mod unused_keys;
mod user_flow;

pub use derived::Authority;
pub use dialect::{Dialect, PersonClaims};
pub use input::{AuthorityError, AuthorityInput, AuthorityKey};
pub use issuer_config::IssuerConfig;
pub use kind::Kind;
pub use microsoft_hosts::{is_entra_host, is_graph_host};
pub use tid_claim::TidClaim;
pub use user_flow::{PolicyClaim, UserFlow, UserFlowKind, UserFlows};
