//! Keys of a profile that have no effect with its authority.

use crate::domain::authority::entra;
use crate::domain::authority::input::{AuthorityError, AuthorityInput, AuthorityKey};
use crate::domain::authority::kind::Kind;

impl AuthorityInput {
    /// The keys that have no effect with this kind and authority. This is a reason for a warning and not for an error,
    /// so that a change of the kind needs no other edit.
    pub fn keys_without_effect(&self) -> Vec<AuthorityError> {
        let mut keys = Vec::new();
        if self.kind != Kind::B2c && self.user_flows.is_some() {
            let what = format!("only kind = \"b2c\" has user flows, not \"{}\"", self.kind);
            keys.push(AuthorityError::new(AuthorityKey::UserFlows, what));
        }
        if self.kind == Kind::Oidc && self.tenant.is_some() {
            let what = "kind = \"oidc\" has no directory tenant; leave it out";
            keys.push(AuthorityError::new(AuthorityKey::TenantId, what));
        }
        let why = match self.kind {
            Kind::EntraId => entra::only_tenant(self).map(|tenant| {
                format!("has no effect: the authority is {tenant}; use organizations or common")
            }),
            kind => Some(format!(
                "only kind = \"entra-id\" admits several tenants, not \"{kind}\""
            )),
        };
        if let Some(why) = why {
            for (key, is_given) in [
                (AuthorityKey::AllowedTenants, self.allowed_tenants.is_some()),
                (AuthorityKey::AllowPersonalAccounts, self.personal_accounts),
            ] {
                if is_given {
                    keys.push(AuthorityError::new(key, why.clone()));
                }
            }
        }
        keys
    }
}
