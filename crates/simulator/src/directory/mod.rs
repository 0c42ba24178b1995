//! The directory tenants that exist in the simulator, and who is in them when it starts.
//!
//! Owns GUIDs, domains, policies and sample people. Does not know what people change later: that is `state`.

mod people;
mod policy;
mod shared;
mod tenants;

pub(crate) use people::{Person, residents, stable_guid};
pub(crate) use policy::{Policy, UserFlow};
pub(crate) use shared::SharedTenants;
pub use tenants::{CONTOSO, CONTOSO_B2C, CONTOSO_CUSTOMERS, FABRIKAM, PERSONAL_ACCOUNTS};
pub(crate) use tenants::{Product, Tenant, Tenants};
