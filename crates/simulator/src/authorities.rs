//! The addresses of the authorities, as a relying party is configured with them.

use crate::directory::{Product, Tenants};
use crate::kind::Kind;
use crate::names::Names;

/// Scheme, host and port of an authority. The first tenant of the product counts.
pub(crate) fn base(kind: Kind, names: &Names, tenants: &Tenants) -> String {
    let first = tenants.of(Product::of(kind)).into_iter().next();
    let of_tenant = |tenant: &crate::directory::Tenant| match kind {
        Kind::EntraId => Some(names.entra()),
        Kind::ExternalId => Some(names.external_id(&tenant.name)),
        Kind::ExternalIdCustomDomain => names.custom_domain(tenant),
        Kind::B2c => Some(names.b2c(tenant)),
        Kind::Oidc => Some(names.openid()),
    };
    first
        .and_then(|tenant| of_tenant(&tenant))
        .unwrap_or_default()
}

/// What goes into the key `authority` of a profile.
pub(crate) fn authority(kind: Kind, names: &Names, tenants: &Tenants) -> String {
    let base = base(kind, names, tenants);
    let Some(tenant) = tenants.of(Product::of(kind)).into_iter().next() else {
        return base;
    };
    match kind {
        Kind::EntraId => format!("{base}/{}", tenant.id),
        Kind::ExternalId | Kind::B2c => format!("{base}/{}", tenant.domain),
        Kind::ExternalIdCustomDomain => format!("{base}/{}/v2.0", tenant.id),
        Kind::Oidc => base,
    }
}
