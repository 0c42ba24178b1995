//! Whether the tokens of an authority name a directory tenant.

use crate::domain::authority::derived::Authority;
use crate::domain::authority::dialect::PersonClaims;
use crate::domain::authority::user_flow::UserFlow;

/// Whether tokens have the claim `tid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TidClaim {
    /// Every token of a directory has it.
    Always,
    /// A custom policy of B2C decides.
    ByPolicy,
    /// The user flows of B2C do not issue it.
    NotByUserFlows,
    /// The authority knows no tenants; a claim of that name would have a meaning of its own.
    Never,
}

impl Authority {
    /// Whether tokens name a directory tenant.
    pub fn tid_claim(&self) -> TidClaim {
        let flow = self.sign_in().user_flow.as_ref();
        match self.dialect().person {
            PersonClaims::ObjectInTid => TidClaim::Always,
            PersonClaims::Subject => TidClaim::Never,
            PersonClaims::ObjectInPinnedTenant if flow.is_some_and(UserFlow::is_built_in) => {
                TidClaim::NotByUserFlows
            }
            PersonClaims::ObjectInPinnedTenant => TidClaim::ByPolicy,
        }
    }
}
