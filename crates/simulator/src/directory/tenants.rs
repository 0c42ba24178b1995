//! The directory tenants: product, GUID, domain, hosts and policies of each.

use std::sync::Arc;

use crate::directory::policy::{Policy, UserFlow};
use crate::kind::Kind;

/// Contoso's staff directory (Entra ID).
pub const CONTOSO: &str = "3aa4b1d2-5c3e-4f6a-8b7c-9d0e1f2a3b4c";
/// Fabrikam's staff directory (Entra ID): the other organisation of multi-tenant applications.
pub const FABRIKAM: &str = "8c5f0f5e-7b7e-4a53-9c0f-2d6f9a1b3c5d";
/// The tenant of personal Microsoft accounts; the GUID is the real one.
pub const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
/// Contoso's customers in External ID; also behind the custom domain.
pub const CONTOSO_CUSTOMERS: &str = "c1a3e0b2-6f4d-4e58-9a7b-0c1d2e3f4a5b";
/// Contoso's customers in Azure AD B2C.
pub const CONTOSO_B2C: &str = "b2c0d5e4-1f3a-4b6c-8d7e-9f0a1b2c3d4e";

/// Which product a tenant belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    EntraId,
    ExternalId,
    B2c,
    OpenId,
}

impl Product {
    /// The product behind a kind of authority.
    pub(crate) const fn of(kind: Kind) -> Self {
        match kind {
            Kind::EntraId => Self::EntraId,
            Kind::ExternalId | Kind::ExternalIdCustomDomain => Self::ExternalId,
            Kind::B2c => Self::B2c,
            Kind::Oidc => Self::OpenId,
        }
    }
}

/// One directory tenant. The plain `OpenID` provider is one as well, without a GUID in its addresses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tenant {
    pub id: String,
    pub product: Product,
    /// What stands before `.onmicrosoft.com`, `.ciamlogin.com` and `.b2clogin.com`.
    pub name: String,
    pub domain: String,
    pub title: String,
    /// Own domains in front of the tenant: each real name and its name under `.localhost`.
    pub custom_hosts: Vec<String>,
    /// Policies, at B2C only.
    pub policies: Vec<Policy>,
}

impl Tenant {
    pub(crate) fn new(product: Product, id: &str, name: &str, title: &str) -> Self {
        let policies = match product {
            Product::B2c => vec![
                Policy::new("B2C_1_susi", UserFlow::SignIn),
                Policy::new("B2C_1_edit_profile", UserFlow::EditProfile),
                Policy::new("B2C_1_reset_password", UserFlow::ResetPassword),
            ],
            _ => Vec::new(),
        };
        Self {
            id: id.to_owned(),
            product,
            name: name.to_owned(),
            domain: format!("{name}.onmicrosoft.com"),
            title: title.to_owned(),
            custom_hosts: Vec::new(),
            policies,
        }
    }

    /// Whether a path segment names this tenant.
    pub(crate) fn is_called(&self, segment: &str) -> bool {
        self.id.eq_ignore_ascii_case(segment) || self.domain.eq_ignore_ascii_case(segment)
    }

    /// The policy of this name, in any case.
    pub(crate) fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies
            .iter()
            .find(|policy| policy.name.eq_ignore_ascii_case(name))
    }

    /// The first policy that does this.
    pub(crate) fn policy_for(&self, flow: UserFlow) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.flow == flow)
    }

    pub(crate) fn is_personal_accounts(&self) -> bool {
        self.id == PERSONAL_ACCOUNTS
    }
}

/// All tenants of one simulator.
#[derive(Clone, Debug)]
pub(crate) struct Tenants(Vec<Arc<Tenant>>);

impl Tenants {
    /// Contoso in every product, Fabrikam, personal accounts, and the plain provider.
    pub(crate) fn built_in() -> Self {
        let personal = Tenant {
            domain: "outlook.com".to_owned(),
            ..Tenant::new(
                Product::EntraId,
                PERSONAL_ACCOUNTS,
                "outlook",
                "Personal accounts",
            )
        };
        let customers = Tenant {
            custom_hosts: hosts(["login.contoso.localhost", "login.contoso.com"]),
            ..Tenant::new(
                Product::ExternalId,
                CONTOSO_CUSTOMERS,
                "contoso",
                "Contoso customers",
            )
        };
        let b2c = Tenant {
            custom_hosts: hosts(["b2c.contoso.localhost", "b2c.contoso.com"]),
            ..Tenant::new(Product::B2c, CONTOSO_B2C, "contoso", "Contoso (B2C)")
        };
        let plain = Tenant {
            domain: "openid.example".to_owned(),
            ..Tenant::new(Product::OpenId, "openid", "openid", "Plain OpenID provider")
        };
        let all = [
            Tenant::new(Product::EntraId, CONTOSO, "contoso", "Contoso"),
            Tenant::new(Product::EntraId, FABRIKAM, "fabrikam", "Fabrikam"),
            personal,
            customers,
            b2c,
            plain,
        ];
        Self(all.into_iter().map(Arc::new).collect())
    }

    /// Puts a tenant before the others, in place of the one of the same id.
    pub(crate) fn put_first(&mut self, tenant: Tenant) {
        self.0.retain(|known| known.id != tenant.id);
        self.0.insert(0, Arc::new(tenant));
    }

    /// Puts a tenant that is known before the others.
    pub(crate) fn prefer(&mut self, tenant: &Arc<Tenant>) {
        self.0.retain(|known| known != tenant);
        self.0.insert(0, Arc::clone(tenant));
    }

    /// The tenants that an id or a name means.
    pub(crate) fn meant(&self, text: &str) -> Vec<Arc<Tenant>> {
        let fits = |tenant: &&Arc<Tenant>| tenant.id == text || tenant.name == text;
        self.0.iter().filter(fits).cloned().collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Tenant>> {
        self.0.iter()
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&Arc<Tenant>> {
        self.0.iter().find(|tenant| tenant.id == id)
    }

    /// The tenants of a product, in the order in which they were added.
    pub(crate) fn of(&self, product: Product) -> Vec<Arc<Tenant>> {
        let fits = |tenant: &&Arc<Tenant>| tenant.product == product;
        self.0.iter().filter(fits).cloned().collect()
    }

    /// The tenant of a product whose sub-domain or GUID this is.
    pub(crate) fn named(&self, product: Product, name: &str) -> Option<&Arc<Tenant>> {
        self.0
            .iter()
            .find(|tenant| tenant.product == product && (tenant.name == name || tenant.id == name))
    }

    /// The tenant behind a domain of its own.
    pub(crate) fn behind(&self, host: &str) -> Option<&Arc<Tenant>> {
        self.0
            .iter()
            .find(|tenant| tenant.custom_hosts.iter().any(|known| known == host))
    }
}

fn hosts(names: [&str; 2]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}
