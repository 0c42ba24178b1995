//! The shapes that an issuer's text may have, and the tenant that it names.

use crate::domain::issuer::tenant::TenantGuid;

/// Stands for the tenant's GUID in a template issuer, as Microsoft's metadata writes it.
pub(super) const TENANT: &str = "{tenantid}";
/// Stands for a loopback host with port in a form of ours.
const LOOPBACK: &str = "{loopback}";
/// Stands for the user flow's name, compared without regard to case.
const POLICY: &str = "{policy}";

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
    pub(super) fn tenant_in(&self, issuer: &str) -> Option<TenantGuid> {
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

    /// The form as an operator reads it, filled in as far as it is known.
    pub(super) fn shown(&self, tenant: Option<&TenantGuid>) -> String {
        let shown = self.pattern.replace(POLICY, &self.policy);
        match tenant {
            Some(tenant) => shown.replace(TENANT, tenant.as_str()),
            None => shown,
        }
    }

    /// Whether `issuer` is this form's template itself, with `{tenantid}` unfilled.
    pub(super) fn is_template(&self, issuer: &str) -> bool {
        // A GUID no tenant has fills the template; then the ordinary comparison applies.
        const STAND_IN: &str = "00000000-0000-0000-0000-000000000000";
        issuer.contains(TENANT)
            && self
                .tenant_in(&issuer.replace(TENANT, STAND_IN))
                .is_some_and(|guid| guid.as_str() == STAND_IN)
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
        crate::domain::public_url::is_loopback(&host)
    })
}
