//! Whose statements are believed: the issuer policy of each kind of authority.
//!
//! The metadata issuer and the token issuer are judged here, after the signature. What a kind's policy *is* is
//! decided in [`super::authority`]; this module only applies it.

use std::collections::BTreeSet;
use std::fmt;

/// The GUID of a Microsoft directory tenant, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantGuid(String);

/// The directory tenant of personal Microsoft accounts.
pub const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Stands for the tenant's GUID in a template issuer, as Microsoft's metadata writes it.
const TENANT: &str = "{tenantid}";
/// Stands for a loopback host with port in a form of ours.
const LOOPBACK: &str = "{loopback}";
/// Stands for the user flow's name, compared without regard to case.
const POLICY: &str = "{policy}";

impl TenantGuid {
    /// Accepts a GUID in any case, as people write it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::canonical(&text.to_ascii_lowercase())
    }

    /// Accepts only the canonical lower-case form, as tokens must have it.
    pub fn canonical(text: &str) -> Option<Self> {
        let hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
        let fits = |(at, byte): (usize, u8)| {
            if hyphen(at) {
                byte == b'-'
            } else {
                byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
            }
        };
        (text.len() == 36 && text.bytes().enumerate().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The GUID as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the tenant of personal Microsoft accounts.
    pub fn is_personal(&self) -> bool {
        self.0 == PERSONAL_ACCOUNTS
    }
}

impl fmt::Display for TenantGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A shape of issuer text: literal but for `{tenantid}`, `{loopback}` and `{policy}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerForm {
    pattern: String,
    policy: String,
}

impl IssuerForm {
    /// A form without a user flow in it.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self {
            pattern: pattern.into(),
            policy: String::new(),
        }
    }

    /// A form whose `{policy}` is this user flow.
    pub fn with_policy(pattern: impl Into<String>, policy: &str) -> Self {
        Self {
            pattern: pattern.into(),
            policy: policy.to_owned(),
        }
    }

    /// The tenant that `issuer` names when it has this form. Every `{tenantid}` must be the same GUID.
    fn tenant_in(&self, issuer: &str) -> Option<TenantGuid> {
        let mut tenant = None;
        let (mut pattern, mut text) = (self.pattern.as_str(), issuer);
        while !pattern.is_empty() {
            if let Some(rest) = pattern.strip_prefix(TENANT) {
                let (guid, after) = text.split_at_checked(36)?;
                let guid = TenantGuid::canonical(guid)?;
                if tenant.get_or_insert_with(|| guid.clone()) != &guid {
                    return None;
                }
                (pattern, text) = (rest, after);
            } else if let Some(rest) = pattern.strip_prefix(LOOPBACK) {
                let end = text.find('/')?;
                let (host, after) = text.split_at_checked(end)?;
                is_loopback_authority(host, &mut tenant).then_some(())?;
                (pattern, text) = (rest, after);
            } else if let Some(rest) = pattern.strip_prefix(POLICY) {
                let (policy, after) = text.split_at_checked(self.policy.len())?;
                policy.eq_ignore_ascii_case(&self.policy).then_some(())?;
                (pattern, text) = (rest, after);
            } else {
                let literal = pattern.chars().next()?;
                text = text.strip_prefix(literal)?;
                pattern = pattern.strip_prefix(literal)?;
            }
        }
        text.is_empty().then_some(tenant).flatten()
    }

    /// Whether `issuer` is this form's template itself, with `{tenantid}` unfilled.
    fn is_template(&self, issuer: &str) -> bool {
        // A GUID no tenant has fills the template; then the ordinary comparison applies.
        const STAND_IN: &str = "00000000-0000-0000-0000-000000000000";
        issuer.contains(TENANT)
            && self
                .tenant_in(&issuer.replace(TENANT, STAND_IN))
                .is_some_and(|guid| guid.0 == STAND_IN)
    }
}

/// Whether `host` (with port) is loopback; a GUID as its first label must be the tenant.
fn is_loopback_authority(host: &str, tenant: &mut Option<TenantGuid>) -> bool {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    if let Some(guid) = name.split('.').next().and_then(TenantGuid::canonical)
        && tenant.get_or_insert_with(|| guid.clone()) != &guid
    {
        return false;
    }
    url::Host::parse(name).is_ok_and(|host| {
        let host = match &host {
            url::Host::Domain(name) => url::Host::Domain(name.as_str()),
            url::Host::Ipv4(address) => url::Host::Ipv4(*address),
            url::Host::Ipv6(address) => url::Host::Ipv6(*address),
        };
        super::public_url::is_loopback(&host)
    })
}

/// Which directory tenants may enter through `organizations` or `common`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedTenants {
    /// Every organisation, said in so many words: `"any"`.
    Any,
    /// Only these.
    These(BTreeSet<TenantGuid>),
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
        /// Whether the token must carry `tid` (B2C user flows do not send it).
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
    /// The token is right, but its tenant may not enter here: the one refusal that the person is told.
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
                if !same && !(*any_form && sibling()) {
                    return Err(IssuerRefusal::Token);
                }
                match token.tid {
                    Some(tid) if tid == tenant.as_str() => {}
                    None if !tid_required => {}
                    _ => return Err(IssuerRefusal::Tid),
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
                let may_enter = if tid.is_personal() {
                    *personal
                } else {
                    match allowed {
                        AllowedTenants::Any => true,
                        AllowedTenants::These(tenants) => tenants.contains(&tid),
                    }
                };
                may_enter
                    .then_some(())
                    .ok_or(IssuerRefusal::TenantNotAllowed)
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    const G: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    const OTHER: &str = "11111111-2222-4333-8444-555555555555";

    fn one(form: &str, tenant: Option<&str>) -> IssuerPolicy {
        IssuerPolicy::OneTenant {
            forms: vec![IssuerForm::new(form)],
            tenant: tenant.and_then(TenantGuid::parse),
            tid_required: true,
            any_form: false,
        }
    }

    fn many(allowed: AllowedTenants, personal: bool) -> IssuerPolicy {
        IssuerPolicy::ManyTenants {
            forms: vec![IssuerForm::new(
                "https://login.microsoftonline.com/{tenantid}/v2.0",
            )],
            allowed,
            personal,
        }
    }

    fn origin<'a>(iss: &'a str, tid: Option<&'a str>) -> TokenOrigin<'a> {
        TokenOrigin {
            iss,
            tid,
            key_issuer: None,
        }
    }

    #[test]
    fn the_tenant_of_a_domain_named_authority_is_pinned_and_a_changed_one_refused() {
        let policy = one("https://login.microsoftonline.com/{tenantid}/v2.0", None);
        let issuer = format!("https://login.microsoftonline.com/{G}/v2.0");
        let first = policy.accept_metadata(&issuer, None).unwrap();
        assert_eq!(first.tenant.as_ref().map(TenantGuid::as_str), Some(G));
        let changed = format!("https://login.microsoftonline.com/{OTHER}/v2.0");
        assert_eq!(
            policy.accept_metadata(&changed, first.tenant.as_ref()),
            Err(IssuerRefusal::TenantChanged)
        );
    }

    #[test]
    fn both_guids_of_an_external_id_issuer_must_be_the_same() {
        let policy = one("https://{tenantid}.ciamlogin.com/{tenantid}/v2.0", None);
        assert!(
            policy
                .accept_metadata(&format!("https://{G}.ciamlogin.com/{G}/v2.0"), None)
                .is_ok()
        );
        let mixed = format!("https://{G}.ciamlogin.com/{OTHER}/v2.0");
        assert_eq!(
            policy.accept_metadata(&mixed, None),
            Err(IssuerRefusal::Metadata)
        );
    }

    #[test]
    fn b39_an_issuer_that_differs_by_slash_case_scheme_or_tenant_is_refused() {
        let policy = one("https://login.microsoftonline.com/{tenantid}/v2.0", Some(G));
        let trusted = policy
            .accept_metadata(&format!("https://login.microsoftonline.com/{G}/v2.0"), None)
            .unwrap();
        for iss in [
            format!("https://login.microsoftonline.com/{G}/v2.0/"),
            format!("https://LOGIN.microsoftonline.com/{G}/v2.0"),
            format!("http://login.microsoftonline.com/{G}/v2.0"),
            format!("https://login.microsoftonline.com/{OTHER}/v2.0"),
            format!("https://login.microsoftonline.us/{G}/v2.0"),
            "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0".to_owned(),
        ] {
            assert_eq!(
                policy.accept_token(&trusted, origin(&iss, Some(G))),
                Err(IssuerRefusal::Token),
                "{iss}"
            );
        }
    }

    #[test]
    fn b194_a_tid_that_is_missing_malformed_or_anothers_is_refused() {
        let policy = many(AllowedTenants::Any, false);
        let trusted = policy
            .accept_metadata("https://login.microsoftonline.com/{tenantid}/v2.0", None)
            .unwrap();
        let iss = format!("https://login.microsoftonline.com/{G}/v2.0");
        assert_eq!(policy.accept_token(&trusted, origin(&iss, Some(G))), Ok(()));
        assert_eq!(
            policy.accept_token(&trusted, origin(&iss, None)),
            Err(IssuerRefusal::Tid)
        );
        for tid in ["{tenantid}", "contoso.onmicrosoft.com", &G.to_uppercase()] {
            assert_eq!(
                policy.accept_token(&trusted, origin(&iss, Some(tid))),
                Err(IssuerRefusal::Tid),
                "{tid}"
            );
        }
        assert_eq!(
            policy.accept_token(&trusted, origin(&iss, Some(OTHER))),
            Err(IssuerRefusal::Token)
        );
    }

    #[test]
    fn b193_a_stranger_tenant_and_personal_accounts_may_not_enter() {
        let policy = many(
            AllowedTenants::These([TenantGuid::parse(G).unwrap()].into()),
            false,
        );
        let trusted = policy
            .accept_metadata("https://login.microsoftonline.com/{tenantid}/v2.0", None)
            .unwrap();
        for tid in [OTHER, PERSONAL_ACCOUNTS] {
            let iss = format!("https://login.microsoftonline.com/{tid}/v2.0");
            let refusal = policy.accept_token(&trusted, origin(&iss, Some(tid)));
            assert_eq!(refusal, Err(IssuerRefusal::TenantNotAllowed), "{tid}");
        }
    }

    #[test]
    fn b195_a_personal_account_key_cannot_sign_for_a_company_tenant() {
        let policy = many(AllowedTenants::Any, true);
        let trusted = policy
            .accept_metadata("https://login.microsoftonline.com/{tenantid}/v2.0", None)
            .unwrap();
        let iss = format!("https://login.microsoftonline.com/{G}/v2.0");
        let key = format!("https://login.microsoftonline.com/{PERSONAL_ACCOUNTS}/v2.0");
        let token = TokenOrigin {
            iss: &iss,
            tid: Some(G),
            key_issuer: Some(&key),
        };
        assert_eq!(
            policy.accept_token(&trusted, token),
            Err(IssuerRefusal::Key)
        );
        let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
        assert_eq!(
            policy.accept_token(
                &trusted,
                TokenOrigin {
                    key_issuer: Some(template),
                    ..token
                }
            ),
            Ok(())
        );
    }

    #[test]
    fn b201_the_last_slash_and_the_policy_of_a_b2c_issuer_count() {
        let policy = IssuerPolicy::OneTenant {
            forms: vec![
                IssuerForm::new("https://contoso.b2clogin.com/{tenantid}/v2.0/"),
                IssuerForm::with_policy(
                    "https://contoso.b2clogin.com/tfp/{tenantid}/{policy}/v2.0/",
                    "B2C_1_susi",
                ),
            ],
            tenant: None,
            tid_required: false,
            any_form: false,
        };
        for good in [
            format!("https://contoso.b2clogin.com/{G}/v2.0/"),
            format!("https://contoso.b2clogin.com/tfp/{G}/b2c_1_SUSI/v2.0/"),
        ] {
            let trusted = policy.accept_metadata(&good, None).unwrap();
            assert_eq!(policy.accept_token(&trusted, origin(&good, None)), Ok(()));
            assert_eq!(
                policy.accept_token(&trusted, origin(&good, Some(OTHER))),
                Err(IssuerRefusal::Tid)
            );
        }
        for bad in [
            format!("https://contoso.b2clogin.com/{G}/v2.0"),
            format!("https://contoso.b2clogin.com/tfp/{G}/b2c_1_edit/v2.0/"),
        ] {
            assert_eq!(
                policy.accept_metadata(&bad, None),
                Err(IssuerRefusal::Metadata),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_loopback_form_accepts_loopback_hosts_with_the_tenants_own_label_only() {
        let policy = one("http://{loopback}/{tenantid}/v2.0", None);
        for host in [
            "127.0.0.1:9000",
            "localhost:1",
            &format!("{G}.ciamlogin.localhost:9000"),
        ] {
            assert!(
                policy
                    .accept_metadata(&format!("http://{host}/{G}/v2.0"), None)
                    .is_ok(),
                "{host}"
            );
        }
        for host in [
            "login.microsoftonline.com",
            "localhost.evil.example",
            &format!("{OTHER}.ciamlogin.localhost:9000"),
        ] {
            assert!(
                policy
                    .accept_metadata(&format!("http://{host}/{G}/v2.0"), None)
                    .is_err(),
                "{host}"
            );
        }
    }
}
