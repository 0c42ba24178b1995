//! `IssuerPolicy`: how the issuers of an authority's metadata and tokens are judged.

use std::collections::BTreeSet;

use crate::domain::identity::Identity;
use crate::domain::issuer::form::{IssuerForm, TENANT};
use crate::domain::issuer::tenant::{PERSONAL_ACCOUNTS, TenantGuid};

/// Which directory tenants may enter through `organizations` or `common`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedTenants {
    /// Every organisation: the profile has `"any"`.
    Any,
    /// Only these.
    These(BTreeSet<TenantGuid>),
}

impl AllowedTenants {
    /// Whether people of this tenant may enter; `personal` is the word about personal accounts.
    fn admits(&self, tenant: &TenantGuid, personal: bool) -> bool {
        match self {
            _ if tenant.is_personal() => personal,
            Self::Any => true,
            Self::These(tenants) => tenants.contains(tenant),
        }
    }
}

/// How an authority's issuer is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssuerPolicy {
    /// Exactly this text (OIDC Discovery §4.3, OIDC Core §3.1.3.7 (2)).
    Exact(String),
    /// One tenant, whatever the host: the text must have one of the forms and name this tenant. Without a
    /// tenant given, the first one seen is pinned.
    OneTenant {
        /// Accepted forms.
        forms: Vec<IssuerForm>,
        /// The tenant, when known from the profile.
        tenant: Option<TenantGuid>,
        /// Whether `tid` must name the tenant. At B2C the policy decides what `tid` contains, so the issuer alone counts.
        tid_required: bool,
        /// Whether a token may have another of the forms than the metadata has (custom domains).
        any_form: bool,
    },
    /// Many tenants: the metadata issuer is a template which each token's `tid` fills.
    ManyTenants {
        /// Accepted templates.
        forms: Vec<IssuerForm>,
        /// Who may enter.
        allowed: AllowedTenants,
        /// Whether personal Microsoft accounts may enter.
        personal: bool,
    },
}

/// The issuer of an accepted metadata document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// Byte for byte as the document had it; may be a template.
    pub issuer: String,
    /// The tenant it names, if it names one: what is pinned.
    pub tenant: Option<TenantGuid>,
}

/// What a token says about its origin.
#[derive(Debug, Clone, Copy)]
pub struct TokenOrigin<'a> {
    /// The `iss` claim.
    pub iss: &'a str,
    /// The `tid` claim, if there.
    pub tid: Option<&'a str>,
    /// The `issuer` member of the key that signed, if there (Entra ID v2 keys).
    pub key_issuer: Option<&'a str>,
}

/// Why an issuer is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuerRefusal {
    /// The metadata document is of another issuer than the profile's authority has.
    #[error("the metadata names an issuer that does not belong to the configured authority")]
    Metadata,
    /// The tenant behind the authority changed.
    #[error("the authority now names another directory tenant than before")]
    TenantChanged,
    /// The token's `iss` is not the authority's.
    #[error("the token's iss is not the authority's")]
    Token,
    /// The token's `tid` is missing, malformed or of another tenant.
    #[error("the token's tid is missing, malformed or another tenant's")]
    Tid,
    /// The key that signed belongs to another issuer.
    #[error("the signing key belongs to another issuer")]
    Key,
    /// The token is right, but its tenant may not enter here. The only refusal that the person reads.
    #[error("the directory tenant may not enter")]
    TenantNotAllowed,
}

impl IssuerPolicy {
    /// Judges the `issuer` of a metadata document; `pinned` is the tenant seen before.
    ///
    /// # Errors
    /// `Metadata` for a stranger's issuer, `TenantChanged` when another tenant was pinned.
    pub fn accept_metadata(
        &self,
        issuer: &str,
        pinned: Option<&TenantGuid>,
    ) -> Result<TrustedIssuer, IssuerRefusal> {
        let trusted = |tenant| TrustedIssuer {
            issuer: issuer.to_owned(),
            tenant,
        };
        match self {
            Self::Exact(expected) if issuer == expected => Ok(trusted(None)),
            Self::Exact(_) => Err(IssuerRefusal::Metadata),
            Self::OneTenant { forms, tenant, .. } => {
                let named = forms
                    .iter()
                    .find_map(|form| form.tenant_in(issuer))
                    .ok_or(IssuerRefusal::Metadata)?;
                if tenant.as_ref().is_some_and(|expected| *expected != named) {
                    return Err(IssuerRefusal::Metadata);
                }
                if pinned.is_some_and(|pinned| *pinned != named) {
                    return Err(IssuerRefusal::TenantChanged);
                }
                Ok(trusted(Some(named)))
            }
            Self::ManyTenants { forms, .. } => forms
                .iter()
                .any(|form| form.is_template(issuer))
                .then(|| trusted(None))
                .ok_or(IssuerRefusal::Metadata),
        }
    }

    /// The issuers that are accepted, for an operator; `pinned` is the tenant seen before.
    pub fn wanted(&self, pinned: Option<&TenantGuid>) -> String {
        let all = |forms: &[IssuerForm], tenant: Option<&TenantGuid>| {
            let forms: Vec<_> = forms.iter().map(|form| form.shown(tenant)).collect();
            forms.join(" or ")
        };
        match self {
            Self::Exact(expected) => expected.clone(),
            Self::OneTenant { forms, tenant, .. } => all(forms, tenant.as_ref().or(pinned)),
            Self::ManyTenants { forms, .. } => all(forms, None),
        }
    }

    /// Judges a token whose signature is already good.
    ///
    /// # Errors
    /// `Token`, `Tid` and `Key` mean a forged or misdirected token; `TenantNotAllowed` a stranger's good one.
    pub fn accept_token(
        &self,
        trusted: &TrustedIssuer,
        token: TokenOrigin<'_>,
    ) -> Result<(), IssuerRefusal> {
        match self {
            // OIDC Core §3.1.3.7 (2)
            Self::Exact(expected) => (token.iss == expected)
                .then_some(())
                .ok_or(IssuerRefusal::Token),
            Self::OneTenant {
                forms,
                tid_required,
                any_form,
                ..
            } => {
                let tenant = trusted.tenant.as_ref().ok_or(IssuerRefusal::Token)?;
                let same = token.iss == trusted.issuer;
                let sibling = || {
                    forms
                        .iter()
                        .any(|form| form.tenant_in(token.iss).as_ref() == Some(tenant))
                };
                let other_form = *any_form && sibling();
                if !(same || other_form) {
                    return Err(IssuerRefusal::Token);
                }
                if *tid_required && token.tid != Some(tenant.as_str()) {
                    return Err(IssuerRefusal::Tid);
                }
                key_belongs(token.key_issuer, token.iss, tenant)
            }
            Self::ManyTenants {
                allowed, personal, ..
            } => {
                let tid = token
                    .tid
                    .and_then(TenantGuid::canonical)
                    .ok_or(IssuerRefusal::Tid)?;
                if trusted.issuer.replace(TENANT, tid.as_str()) != token.iss {
                    return Err(IssuerRefusal::Token);
                }
                key_belongs(token.key_issuer, token.iss, &tid)?;
                allowed
                    .admits(&tid, *personal)
                    .then_some(())
                    .ok_or(IssuerRefusal::TenantNotAllowed)
            }
        }
    }

    /// Judges an access token for an API of ours, whose signature is already good. As for [`Self::accept_token`]; besides,
    /// a directory issues v1 tokens to an API that does not ask for v2, with its v1 issuer.
    ///
    /// # Errors
    /// As [`Self::accept_token`].
    pub fn accept_access_token(
        &self,
        trusted: &TrustedIssuer,
        token: TokenOrigin<'_>,
    ) -> Result<(), IssuerRefusal> {
        let form = |form: &&'static str| IssuerForm::new(*form).tenant_in(token.iss);
        let Some(tenant) = V1_ISSUERS.iter().find_map(form) else {
            return self.accept_token(trusted, token);
        };
        let fits = match self {
            Self::Exact(_) => return self.accept_token(trusted, token),
            // At B2C, where `tid` decides nothing, there are no v1 tokens.
            Self::OneTenant { tid_required, .. } => {
                *tid_required && trusted.tenant.as_ref() == Some(&tenant)
            }
            Self::ManyTenants { .. } => true,
        };
        if !fits {
            return Err(IssuerRefusal::Token);
        }
        if token.tid != Some(tenant.as_str()) {
            return Err(IssuerRefusal::Tid);
        }
        key_belongs(token.key_issuer, token.iss, &tenant)?;
        match self {
            Self::ManyTenants {
                allowed, personal, ..
            } if !allowed.admits(&tenant, *personal) => Err(IssuerRefusal::TenantNotAllowed),
            _ => Ok(()),
        }
    }

    /// Whether somebody who came in by this policy, as it was then, may stay: the lists of tenants are asked again.
    pub fn still_admits(&self, person: &Identity) -> bool {
        match self {
            Self::Exact(_) | Self::OneTenant { .. } => true,
            Self::ManyTenants {
                allowed, personal, ..
            } => person
                .tenant()
                .is_some_and(|tenant| allowed.admits(&tenant, *personal)),
        }
    }

    /// Whether the `iss` of a front-channel logout request can be this authority's: an issuer of its tokens, or the v1 form
    /// of the same tenant's issuer.
    pub fn accept_logout_notice(&self, trusted: &TrustedIssuer, iss: &str) -> bool {
        let tenant = || {
            let form = |form: &&'static str| IssuerForm::new(*form).tenant_in(iss);
            V1_ISSUERS.iter().find_map(form)
        };
        let of_v1 = || match self {
            Self::Exact(_) => false,
            Self::OneTenant { .. } => trusted.tenant.is_some() && trusted.tenant == tenant(),
            Self::ManyTenants { .. } => tenant().is_some(),
        };
        self.accept_parameter(trusted, iss) || of_v1()
    }

    /// Whether an `iss` parameter of an authorization response can be this authority's (RFC 9207 §2.4). A
    /// template is compared later, with the token's tenant.
    pub fn accept_parameter(&self, trusted: &TrustedIssuer, iss: &str) -> bool {
        match self {
            Self::ManyTenants { forms, .. } => {
                iss == trusted.issuer || forms.iter().any(|form| form.tenant_in(iss).is_some())
            }
            Self::Exact(_) | Self::OneTenant { .. } => iss == trusted.issuer,
        }
    }
}

/// The issuers of v1 tokens: of access tokens, and of front-channel logout requests although the sign-in had a v2 token.
const V1_ISSUERS: [&str; 2] = [
    "https://sts.windows.net/{tenantid}/",
    "https://sts.chinacloudapi.cn/{tenantid}/",
];

/// A key that says whose it is signs for nobody else (Microsoft's documented issuer algorithm, step c). Only a
/// key of the issuer's own host is compared: External ID publishes keys under Entra ID's name.
fn key_belongs(
    key_issuer: Option<&str>,
    iss: &str,
    tenant: &TenantGuid,
) -> Result<(), IssuerRefusal> {
    let Some(key_issuer) = key_issuer else {
        return Ok(());
    };
    let filled = key_issuer.replace(TENANT, tenant.as_str());
    let of_tenant = filled.contains(tenant.as_str());
    (filled == iss
        || (of_tenant
            && !key_issuer.contains(PERSONAL_ACCOUNTS)
            && host_of(&filled) != host_of(iss)))
    .then_some(())
    .ok_or(IssuerRefusal::Key)
}

fn host_of(issuer: &str) -> Option<&str> {
    issuer
        .split_once("://")
        .and_then(|(_, rest)| rest.split('/').next())
}
