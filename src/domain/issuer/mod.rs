//! Which issuers are believed.
//!
//! Owns the issuer policy of an authority, and judges by it the issuer of the metadata and, after the signature, the
//! issuer of a token. It does not know which policy a kind of authority has: [`crate::domain::authority`] decides that.

mod form;
mod impossible_tenant;
mod policy;
mod tenant;
#[cfg(test)]
mod tests;

pub use form::IssuerForm;
pub use impossible_tenant::ImpossibleTenant;
pub use policy::{AllowedTenants, IssuerPolicy, IssuerRefusal, TokenOrigin, TrustedIssuer};
pub use tenant::{PERSONAL_ACCOUNTS, TenantGuid};
