//! What a profile says about its authority, and what can be wrong with it whatever the kind.

use url::Url;

use crate::domain::authority::{Kind, UserFlows};
use crate::domain::issuer::{AllowedTenants, TenantGuid};
use crate::domain::public_url::is_secure_enough;

/// What a profile says about its authority, each part already well formed.
#[derive(Debug, Clone)]
pub struct AuthorityInput {
    /// The kind.
    pub kind: Kind,
    /// The `authority` key.
    pub url: String,
    /// The `tenant_id` key.
    pub tenant: Option<TenantGuid>,
    /// The `issuer` key: then exactly this text is accepted.
    pub issuer: Option<String>,
    /// The `allowed_tenants` key.
    pub allowed_tenants: Option<AllowedTenants>,
    /// The `allow_personal_accounts` key.
    pub personal_accounts: bool,
    /// The `[user_flows]` table: sign-in, edit-profile, reset-password.
    pub user_flows: Option<UserFlows>,
}

/// What is wrong with the keys that describe an authority. The text says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct AuthorityError {
    /// The key it is about.
    pub key: &'static str,
    /// What is wrong and what would be right.
    pub what: String,
    /// The key only means nothing here, such as a list of tenants where there is one: it may stay when a profile
    /// moves from one kind to another.
    pub idle: bool,
}

pub(in crate::domain::authority) fn wrong(
    key: &'static str,
    what: impl Into<String>,
) -> AuthorityError {
    AuthorityError {
        key,
        what: what.into(),
        idle: false,
    }
}

/// A key that means nothing here.
pub(in crate::domain::authority) fn idle(
    key: &'static str,
    what: impl Into<String>,
) -> AuthorityError {
    AuthorityError {
        idle: true,
        ..wrong(key, what)
    }
}

pub(in crate::domain::authority) fn parse_address(text: &str) -> Result<Url, AuthorityError> {
    let url = Url::parse(text).map_err(|_| {
        wrong(
            "authority",
            format!("{text:?} is not an absolute https address"),
        )
    })?;
    if !is_secure_enough(&url) {
        return Err(wrong(
            "authority",
            "must be https; plain http is accepted only for loopback hosts such as localhost",
        ));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(wrong(
            "authority",
            "must hold nothing but scheme, host, port and path",
        ));
    }
    if url.path().ends_with("/.well-known/openid-configuration") {
        return Err(wrong(
            "authority",
            "is the address of the metadata; leave out /.well-known/openid-configuration",
        ));
    }
    Ok(url)
}

/// Keys that mean nothing for the kind are mistakes worth telling.
pub(in crate::domain::authority) fn foreign_keys(
    parts: &AuthorityInput,
) -> Result<(), AuthorityError> {
    let kind = parts.kind;
    if kind != Kind::B2c && parts.user_flows.is_some() {
        return Err(idle(
            "user_flows",
            format!(
                "only kind = \"b2c\" has user flows, not {kind:?}",
                kind = kind.as_str()
            ),
        ));
    }
    if kind != Kind::EntraId && (parts.allowed_tenants.is_some() || parts.personal_accounts) {
        let key = if parts.allowed_tenants.is_some() {
            "allowed_tenants"
        } else {
            "allow_personal_accounts"
        };
        return Err(idle(
            key,
            format!("only kind = \"entra-id\" lets several tenants in, not \"{kind}\""),
        ));
    }
    if kind == Kind::Oidc && parts.tenant.is_some() {
        return Err(idle(
            "tenant_id",
            "kind = \"oidc\" has no directory tenant; leave it out",
        ));
    }
    Ok(())
}
