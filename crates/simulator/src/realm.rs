//! A realm: kind, host, tenant and policy of one login address, with its issuer and endpoints.
//!
//! Owns the shapes of addresses (microsoft-identity.md §1). Every request to a login host is first turned into
//! a realm and an endpoint here; nothing after it looks at a path again.

use crate::calls::Endpoint;
use crate::directory::{
    B2C, CONTOSO_CUSTOMERS, CUSTOMERS, PARTNER, PERSONAL, PERSONAL_ACCOUNTS, PLAIN, STAFF, Tenant,
};
use crate::kind::{
    B2C_CUSTOM_HOST, B2C_HOST, CIAM_DOMAIN, CUSTOM_HOST, ENTRA_HOST, Kind, OIDC_HOST,
};
use crate::options::Shapes;

/// Whose people may sign in at a realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    One(&'static Tenant),
    Common,
    Organizations,
}

/// A B2C user flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Policy {
    SignIn,
    EditProfile,
    ResetPassword,
}

impl Policy {
    pub(crate) const ALL: [Self; 3] = [Self::SignIn, Self::EditProfile, Self::ResetPassword];

    /// The name as the portal shows it, and as `tfp` has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "B2C_1_susi",
            Self::EditProfile => "B2C_1_edit_profile",
            Self::ResetPassword => "B2C_1_reset_password",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.name().eq_ignore_ascii_case(name))
    }
}

/// One login address.
#[derive(Clone, Debug)]
pub(crate) struct Realm {
    pub kind: Kind,
    pub audience: Audience,
    pub policy: Option<Policy>,
    /// Scheme, host and port by which the realm was asked.
    pub origin: String,
    /// The path segment that names the tenant in the endpoints.
    pub segment: String,
    pub port: u16,
}

/// The two generations of Microsoft's metadata and sign-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    V2,
}

/// What was asked of a login host.
pub(crate) enum Located {
    Found(Box<Realm>, Endpoint, Version),
    /// The tenant (or, for B2C, the policy) does not exist.
    UnknownTenant(Kind, String),
    NotFound(Kind),
}

/// Turns host, path and `?p=` of a request to a login host into a realm; `None` for other hosts.
pub(crate) fn locate(host: &str, path: &str, p: Option<&str>, port: u16) -> Option<Located> {
    let origin = format!("http://{host}:{port}");
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let place = Place {
        origin,
        segments: &segments,
        port,
    };
    match host {
        ENTRA_HOST => Some(place.entra()),
        CUSTOM_HOST => Some(place.external(Kind::ExternalIdCustomDomain)),
        B2C_HOST | B2C_CUSTOM_HOST => Some(place.b2c(p)),
        OIDC_HOST => Some(place.openid()),
        _ => {
            let sub_domain = host.strip_suffix(CIAM_DOMAIN)?.strip_suffix('.')?;
            if sub_domain == "contoso" || sub_domain == CONTOSO_CUSTOMERS {
                Some(place.external(Kind::ExternalId))
            } else {
                Some(Located::UnknownTenant(
                    Kind::ExternalId,
                    sub_domain.to_owned(),
                ))
            }
        }
    }
}

struct Place<'a> {
    origin: String,
    segments: &'a [&'a str],
    port: u16,
}

impl Place<'_> {
    fn found(
        self,
        kind: Kind,
        audience: Audience,
        segment: &str,
        policy: Option<Policy>,
        rest: &[&str],
    ) -> Located {
        let Some((endpoint, version)) = endpoint(rest) else {
            return Located::NotFound(kind);
        };
        let realm = Realm {
            kind,
            audience,
            policy,
            origin: self.origin,
            segment: segment.to_owned(),
            port: self.port,
        };
        Located::Found(Box::new(realm), endpoint, version)
    }

    fn entra(self) -> Located {
        let Some((tenant, rest)) = self.segments.split_first() else {
            return Located::NotFound(Kind::EntraId);
        };
        let audience = match tenant.to_ascii_lowercase().as_str() {
            "common" => Audience::Common,
            "organizations" => Audience::Organizations,
            "consumers" | PERSONAL_ACCOUNTS => Audience::One(&PERSONAL),
            name => match [&STAFF, &PARTNER]
                .into_iter()
                .find(|t| t.id == name || t.domain == name)
            {
                Some(tenant) => Audience::One(tenant),
                None => return Located::UnknownTenant(Kind::EntraId, (*tenant).to_owned()),
            },
        };
        // Recorded: a document asked for by domain has the GUID in its endpoints.
        let segment = match audience {
            Audience::One(tenant) if tenant.id != PERSONAL_ACCOUNTS => tenant.id,
            _ => tenant,
        };
        let segment = segment.to_owned();
        let rest = rest.to_vec();
        self.found(Kind::EntraId, audience, &segment, None, &rest)
    }

    fn external(self, kind: Kind) -> Located {
        let Some((tenant, rest)) = self.segments.split_first() else {
            return Located::NotFound(kind);
        };
        let name = tenant.to_ascii_lowercase();
        if name != CUSTOMERS.id && name != CUSTOMERS.domain {
            return Located::UnknownTenant(kind, (*tenant).to_owned());
        }
        let rest = rest.to_vec();
        self.found(kind, Audience::One(&CUSTOMERS), CUSTOMERS.id, None, &rest)
    }

    fn b2c(self, p: Option<&str>) -> Located {
        // Legacy form: /tfp/{tenant}/{policy}
        let segments = match self.segments {
            ["tfp", rest @ ..] => rest,
            all => all,
        };
        let Some((tenant, rest)) = segments.split_first() else {
            return Located::NotFound(Kind::B2c);
        };
        let name = tenant.to_ascii_lowercase();
        if name != B2C.id && name != B2C.domain {
            return Located::UnknownTenant(Kind::B2c, (*tenant).to_owned());
        }
        let (policy, rest) = match (p, rest) {
            (Some(policy), rest) => (policy, rest),
            (None, [policy, rest @ ..]) => (*policy, rest),
            (None, []) => return Located::NotFound(Kind::B2c),
        };
        let Some(known) = Policy::parse(policy) else {
            return Located::UnknownTenant(Kind::B2c, policy.to_owned());
        };
        let (segment, rest) = (name, rest.to_vec());
        self.found(Kind::B2c, Audience::One(&B2C), &segment, Some(known), &rest)
    }

    fn openid(self) -> Located {
        let rest = match self.segments {
            [".well-known", "openid-configuration"] => {
                ["v2.0", ".well-known", "openid-configuration"].to_vec()
            }
            ["keys"] => ["discovery", "v2.0", "keys"].to_vec(),
            [one @ ("authorize" | "token" | "logout")] => ["oauth2", "v2.0", one].to_vec(),
            ["userinfo"] => vec!["userinfo"],
            _ => Vec::new(),
        };
        self.found(Kind::Oidc, Audience::One(&PLAIN), "", None, &rest)
    }
}

fn endpoint(rest: &[&str]) -> Option<(Endpoint, Version)> {
    Some(match rest {
        ["v2.0", ".well-known", "openid-configuration"] => (Endpoint::Metadata, Version::V2),
        [".well-known", "openid-configuration"] => (Endpoint::Metadata, Version::V1),
        ["discovery", "v2.0", "keys"] => (Endpoint::Keys, Version::V2),
        ["discovery", "keys"] => (Endpoint::Keys, Version::V1),
        ["oauth2", "v2.0", "authorize"] => (Endpoint::Authorize, Version::V2),
        ["oauth2", "v2.0", "token"] => (Endpoint::Token, Version::V2),
        ["oauth2", "v2.0", "logout"] => (Endpoint::Logout, Version::V2),
        ["oauth2", "logout"] => (Endpoint::Logout, Version::V1),
        ["userinfo"] => (Endpoint::Userinfo, Version::V2),
        _ => return None,
    })
}

impl Realm {
    /// The tenants whose people the realm admits.
    pub(crate) fn tenants(&self) -> Vec<&'static Tenant> {
        match self.audience {
            Audience::One(tenant) => vec![tenant],
            Audience::Organizations => vec![&STAFF, &PARTNER],
            Audience::Common => vec![&STAFF, &PARTNER, &PERSONAL],
        }
    }

    /// `iss` of tokens for people of this tenant.
    pub(crate) fn issuer(&self, tenant: &str, shapes: &Shapes) -> String {
        let port = self.port;
        match self.kind {
            Kind::EntraId => format!("http://{ENTRA_HOST}:{port}/{tenant}/v2.0"),
            Kind::ExternalIdCustomDomain if shapes.custom_domain_issuer_on_entra_host => {
                format!("http://{ENTRA_HOST}:{port}/{tenant}/v2.0")
            }
            Kind::ExternalId | Kind::ExternalIdCustomDomain => {
                format!("http://{tenant}.{CIAM_DOMAIN}:{port}/{tenant}/v2.0")
            }
            Kind::B2c => match self.policy {
                Some(policy) if shapes.b2c_issuer_with_policy => {
                    let policy = policy.name().to_ascii_lowercase();
                    format!("{}/tfp/{tenant}/{policy}/v2.0/", self.origin)
                }
                _ => format!("{}/{tenant}/v2.0/", self.origin),
            },
            Kind::Oidc => self.origin.clone(),
        }
    }

    /// `issuer` of the metadata: a template where the tenant is not known yet.
    pub(crate) fn metadata_issuer(&self, shapes: &Shapes) -> String {
        match self.audience {
            Audience::One(tenant) => self.issuer(tenant.id, shapes),
            Audience::Common | Audience::Organizations => self.issuer("{tenantid}", shapes),
        }
    }

    /// The address of an endpoint, for example `oauth2/v2.0/token`.
    pub(crate) fn endpoint(&self, tail: &str, shapes: &Shapes) -> String {
        let (origin, segment) = (&self.origin, &self.segment);
        match self.policy {
            _ if self.kind == Kind::Oidc => format!("{origin}/{tail}"),
            // B2C echoes policies in lower case.
            Some(policy) if shapes.b2c_policy_in_query => {
                format!(
                    "{origin}/{segment}/{tail}?p={}",
                    policy.name().to_ascii_lowercase()
                )
            }
            Some(policy) => {
                format!(
                    "{origin}/{segment}/{}/{tail}",
                    policy.name().to_ascii_lowercase()
                )
            }
            None => format!("{origin}/{segment}/{tail}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realm(host: &str, path: &str, p: Option<&str>) -> (Realm, Endpoint) {
        match locate(host, path, p, 9000) {
            Some(Located::Found(realm, endpoint, _)) => (*realm, endpoint),
            _ => panic!("{host}{path} was not found"),
        }
    }

    #[test]
    fn an_issuer_has_the_guid_where_the_address_has_the_domain() {
        let shapes = Shapes::default();
        let issuer = |host: &str, path: &str| realm(host, path, None).0.metadata_issuer(&shapes);
        let well_known = "v2.0/.well-known/openid-configuration";
        assert_eq!(
            issuer(
                ENTRA_HOST,
                &format!("/contoso.onmicrosoft.com/{well_known}")
            ),
            "http://login.microsoftonline.localhost:9000/3aa4b1d2-5c3e-4f6a-8b7c-9d0e1f2a3b4c/v2.0"
        );
        assert_eq!(
            issuer(ENTRA_HOST, &format!("/common/{well_known}")),
            "http://login.microsoftonline.localhost:9000/{tenantid}/v2.0"
        );
        let guid = CONTOSO_CUSTOMERS;
        let by_guid = format!("http://{guid}.ciamlogin.localhost:9000/{guid}/v2.0");
        assert_eq!(
            issuer(
                "contoso.ciamlogin.localhost",
                &format!("/contoso.onmicrosoft.com/{well_known}")
            ),
            by_guid
        );
        assert_eq!(
            issuer(CUSTOM_HOST, &format!("/{guid}/{well_known}")),
            by_guid
        );
    }

    #[test]
    fn a_policy_is_found_in_path_and_query_in_any_case() {
        for (path, p) in [
            (
                "/contoso.onmicrosoft.com/b2c_1_SUSI/oauth2/v2.0/token",
                None,
            ),
            (
                "/tfp/contoso.onmicrosoft.com/B2C_1_susi/oauth2/v2.0/token",
                None,
            ),
            (
                "/contoso.onmicrosoft.com/oauth2/v2.0/token",
                Some("b2c_1_susi"),
            ),
        ] {
            let (realm, endpoint) = realm(B2C_HOST, path, p);
            assert_eq!(
                (realm.policy, endpoint),
                (Some(Policy::SignIn), Endpoint::Token),
                "{path}"
            );
        }
    }

    #[test]
    fn a_tenant_that_does_not_exist_is_told_from_a_path_that_does_not() {
        let at = |host, path| locate(host, path, None, 9000);
        assert!(matches!(
            at(ENTRA_HOST, "/nobody/oauth2/v2.0/token"),
            Some(Located::UnknownTenant(..))
        ));
        assert!(matches!(
            at(ENTRA_HOST, "/common/other"),
            Some(Located::NotFound(_))
        ));
        assert!(at("somewhere.example", "/").is_none());
    }
}
