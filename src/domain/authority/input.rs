//! What a profile says about its authority, and what can be wrong with it whatever the kind.

use std::fmt;

use url::Url;

use crate::domain::authority::kind::Kind;
use crate::domain::authority::user_flow::UserFlows;
use crate::domain::issuer::{AllowedTenants, TenantGuid};
use crate::domain::public_url::is_secure_enough;

/// What a profile says about its authority; each value is well formed by itself.
#[derive(Debug, Clone)]
pub struct AuthorityInput {
    /// The key `kind`.
    pub kind: Kind,
    /// The key `authority`.
    pub url: String,
    /// The key `tenant_id`.
    pub tenant: Option<TenantGuid>,
    /// The key `issuer`: only exactly this text is accepted.
    pub issuer: Option<String>,
    /// The key `allowed_tenants`.
    pub allowed_tenants: Option<AllowedTenants>,
    /// The key `allow_personal_accounts`.
    pub personal_accounts: bool,
    /// The table `[user_flows]`.
    pub user_flows: Option<UserFlows>,
}

/// A key of a profile that describes its authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorityKey {
    /// `authority`
    Authority,
    /// `tenant_id`
    TenantId,
    /// `allowed_tenants`
    AllowedTenants,
    /// `allow_personal_accounts`
    AllowPersonalAccounts,
    /// `user_flows`
    UserFlows,
}

impl AuthorityKey {
    /// The key as a profile file spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::TenantId => "tenant_id",
            Self::AllowedTenants => "allowed_tenants",
            Self::AllowPersonalAccounts => "allow_personal_accounts",
            Self::UserFlows => "user_flows",
        }
    }
}

impl fmt::Display for AuthorityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with a key that describes an authority, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct AuthorityError {
    /// The key.
    pub key: AuthorityKey,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl AuthorityError {
    pub(super) fn new(key: AuthorityKey, what: impl Into<String>) -> Self {
        Self {
            key,
            what: what.into(),
        }
    }
}

impl AuthorityInput {
    /// The address of the authority, parsed.
    pub(super) fn parsed_url(&self) -> Result<Url, AuthorityError> {
        let error = |what: &str| AuthorityError::new(AuthorityKey::Authority, what);
        let text = &self.url;
        let url = Url::parse(text)
            .map_err(|_| error(&format!("{text:?} is not an absolute https address")))?;
        if !is_secure_enough(&url) {
            return Err(error(
                "must be https; plain http is accepted only for loopback hosts such as localhost",
            ));
        }
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || url.query().is_some() || url.fragment().is_some() {
            return Err(error("must have nothing but scheme, host, port and path"));
        }
        if url.path().ends_with("/.well-known/openid-configuration") {
            return Err(error(
                "is the address of the metadata; leave out /.well-known/openid-configuration",
            ));
        }
        Ok(url)
    }
}
