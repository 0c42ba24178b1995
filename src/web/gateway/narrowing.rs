//! What the query of a check narrows: lists that must match besides those of the profile and the route.

use crate::domain::access_rule::AccessRule;
use crate::domain::authority::TidClaim;
use crate::domain::issuer::TenantGuid;
use crate::domain::profile::Profile;
use crate::web::extract::parameters::Parameters;
use crate::web::gateway::refusal::Refused;

/// How a rule's name begins. Other parameters mean nothing: some proxies append their client's query.
const RULE: &str = "allow";
/// The rules that a check may have.
const KNOWN: [&str; 5] = [
    "allow_roles",
    "allow_groups",
    "allow_emails",
    "allow_email_domains",
    "allow_tenants",
];

/// Reads the query of a check.
///
/// # Errors
/// `RuleTwice`: a client's query that a proxy appends must not replace the proxy's rule.
/// `UnknownRule`: a rule that is misspelled would let everybody pass.
/// `NoTenant`: a tenant is compared by its id, so that a domain would let nobody pass.
/// `NoTenants`: the profile's authority names no tenants, and a `tid` of its tokens would mean something else.
pub fn narrowing(query: &str, profile: &Profile) -> Result<AccessRule, Refused> {
    if query.is_empty() {
        return Ok(AccessRule {
            flows_verify_emails: profile.allow.flows_verify_emails,
            ..AccessRule::default()
        });
    }
    let parameters = Parameters::parse(query.as_bytes());
    let unknown: Vec<String> = parameters
        .iter()
        .filter(|(name, _)| name.starts_with(RULE) && !KNOWN.contains(name))
        .map(|(name, _)| name.to_owned())
        .collect();
    if !unknown.is_empty() {
        return Err(Refused::UnknownRule {
            unknown,
            known: KNOWN,
        });
    }
    let [roles, groups, emails, email_domains, tenants] = KNOWN;
    let list = |name: &str| {
        let named = parameters.iter().filter(|(key, _)| *key == name);
        let texts: Vec<&str> = named.map(|(_, value)| value).collect();
        match texts.as_slice() {
            [] => Ok(Vec::new()),
            [text] => Ok(text.split(',').map(str::to_owned).collect()),
            _ => Err(Refused::RuleTwice),
        }
    };
    let tenants = list(tenants)?;
    let names_tenants = !matches!(
        profile.authority.tid_claim(),
        TidClaim::Never | TidClaim::NotByUserFlows
    );
    if !tenants.is_empty() && !names_tenants {
        return Err(Refused::NoTenants(profile.id.clone()));
    }
    Ok(AccessRule {
        roles: list(roles)?,
        groups: list(groups)?,
        emails: list(emails)?,
        email_domains: list(email_domains)?,
        tenants: tenants
            .into_iter()
            .map(|text| TenantGuid::parse(&text).ok_or(Refused::NoTenant(text)))
            .collect::<Result<_, _>>()?,
        flows_verify_emails: profile.allow.flows_verify_emails,
    })
}
