//! The directory tenants that exist in the simulator, and who is in them when it starts.
//!
//! Owns GUIDs, domains and sample people. Does not know what people change later: that is `state`.

mod people;
mod tenants;

pub(crate) use people::{Person, residents, stable_guid};
pub(crate) use tenants::{B2C, CUSTOMERS, PARTNER, PERSONAL, PLAIN, STAFF, TENANTS, Tenant};
pub use tenants::{CONTOSO, CONTOSO_B2C, CONTOSO_CUSTOMERS, FABRIKAM, PERSONAL_ACCOUNTS};
