//! Tenants that no accepted token can be of, as far as that is known without the network.

use crate::domain::issuer::policy::{AllowedTenants, IssuerPolicy};
use crate::domain::issuer::tenant::TenantGuid;

/// Why no token that a policy accepts is of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImpossibleTenant {
    /// Every token is of this other tenant.
    Other(TenantGuid),
    /// The tenant is not among those that may enter.
    NotAllowed,
    /// Personal accounts may not enter.
    Personal,
}

impl IssuerPolicy {
    /// Why no token that this policy accepts has the tenant as its `tid`; `None` if one can have it. The tenant behind a
    /// domain is known only after the metadata, so it counts as any tenant.
    pub fn excludes(&self, tenant: &TenantGuid) -> Option<ImpossibleTenant> {
        let other = |only: TenantGuid| (only != *tenant).then_some(ImpossibleTenant::Other(only));
        match self {
            Self::Exact(issuer) => named_in(issuer).and_then(other),
            Self::OneTenant { tenant: only, .. } => only.clone().and_then(other),
            Self::ManyTenants { personal, .. } if tenant.is_personal() => {
                (!personal).then_some(ImpossibleTenant::Personal)
            }
            Self::ManyTenants { allowed, .. } => match allowed {
                AllowedTenants::Any => None,
                AllowedTenants::These(these) => {
                    (!these.contains(tenant)).then_some(ImpossibleTenant::NotAllowed)
                }
            },
        }
    }
}

/// The tenant that the text of a directory's issuer names, in its host or in its path.
fn named_in(issuer: &str) -> Option<TenantGuid> {
    issuer.split(['/', '.']).find_map(TenantGuid::parse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::issuer::PERSONAL_ACCOUNTS;

    const CONTOSO: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    const FABRIKAM: &str = "0a5d1e5c-0b0e-4d52-9d6c-2f0d1b8f1f11";

    fn guid(text: &str) -> TenantGuid {
        TenantGuid::parse(text).unwrap()
    }

    #[test]
    fn an_authority_of_one_tenant_excludes_every_other_as_far_as_it_is_known() {
        let one = |tenant| IssuerPolicy::OneTenant {
            forms: Vec::new(),
            tenant,
            tid_required: true,
            any_form: false,
        };
        let exact = |text: &str| IssuerPolicy::Exact(text.replace("{G}", CONTOSO));
        for known in [
            one(Some(guid(CONTOSO))),
            exact("https://login.microsoftonline.com/{G}/v2.0"),
            exact("https://{G}.ciamlogin.com/{G}/v2.0"),
            exact("https://sts.windows.net/{G}/"),
        ] {
            assert_eq!(known.excludes(&guid(CONTOSO)), None, "{known:?}");
            let why = Some(ImpossibleTenant::Other(guid(CONTOSO)));
            assert_eq!(known.excludes(&guid(FABRIKAM)), why, "{known:?}");
        }
        for unknown in [one(None), exact("https://login.contoso.example/v2.0")] {
            assert_eq!(unknown.excludes(&guid(FABRIKAM)), None, "{unknown:?}");
        }
    }

    #[test]
    fn an_authority_of_many_excludes_who_may_not_enter() {
        let many = |allowed, personal| IssuerPolicy::ManyTenants {
            forms: Vec::new(),
            allowed,
            personal,
        };
        let these = || AllowedTenants::These([guid(CONTOSO)].into());
        for (allowed, personal, tenant, why) in [
            (AllowedTenants::Any, false, FABRIKAM, None),
            (these(), false, CONTOSO, None),
            (these(), true, FABRIKAM, Some(ImpossibleTenant::NotAllowed)),
            (
                AllowedTenants::Any,
                false,
                PERSONAL_ACCOUNTS,
                Some(ImpossibleTenant::Personal),
            ),
            (these(), true, PERSONAL_ACCOUNTS, None),
        ] {
            let policy = many(allowed, personal);
            assert_eq!(policy.excludes(&guid(tenant)), why, "{policy:?} {tenant}");
        }
    }
}
