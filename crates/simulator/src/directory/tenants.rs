//! The directory tenants: GUID, domain and title of each.

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

/// The domain name that Contoso's directories answer to.
pub(crate) const CONTOSO_DOMAIN: &str = "contoso.onmicrosoft.com";

/// One directory tenant. The plain `OpenID` provider is one as well, without a GUID in its addresses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tenant {
    pub id: &'static str,
    pub domain: &'static str,
    pub title: &'static str,
}

pub(crate) static STAFF: Tenant = Tenant {
    id: CONTOSO,
    domain: CONTOSO_DOMAIN,
    title: "Contoso",
};
pub(crate) static PARTNER: Tenant = Tenant {
    id: FABRIKAM,
    domain: "fabrikam.onmicrosoft.com",
    title: "Fabrikam",
};
pub(crate) static PERSONAL: Tenant = Tenant {
    id: PERSONAL_ACCOUNTS,
    domain: "outlook.com",
    title: "Personal accounts",
};
pub(crate) static CUSTOMERS: Tenant = Tenant {
    id: CONTOSO_CUSTOMERS,
    domain: CONTOSO_DOMAIN,
    title: "Contoso customers",
};
pub(crate) static B2C: Tenant = Tenant {
    id: CONTOSO_B2C,
    domain: CONTOSO_DOMAIN,
    title: "Contoso (B2C)",
};
pub(crate) static PLAIN: Tenant = Tenant {
    id: "openid",
    domain: "openid.example",
    title: "Plain OpenID provider",
};

pub(crate) static TENANTS: [&Tenant; 6] = [&STAFF, &PARTNER, &PERSONAL, &CUSTOMERS, &B2C, &PLAIN];
