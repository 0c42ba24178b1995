//! A realm: kind, host, tenant and policy of one login address, with its issuer and endpoints.
//!
//! Owns the shapes of addresses (microsoft-identity.md §1). Every request to a login host is first turned into
//! a realm and an endpoint here; nothing after it looks at a path again.

use std::sync::Arc;

use crate::calls::Endpoint;
use crate::directory::{Policy, Product, Tenant, Tenants, UserFlow};
use crate::kind::Kind;
use crate::names::{Names, Service};
use crate::shapes::Shapes;

/// Whose people may sign in at a realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    One(Arc<Tenant>),
    Common,
    Organizations,
}

/// One login address.
#[derive(Clone, Debug)]
pub(crate) struct Realm {
    pub kind: Kind,
    pub audience: Audience,
    /// The tenants whose people the realm admits.
    pub tenants: Vec<Arc<Tenant>>,
    pub policy: Option<Policy>,
    /// Scheme, host and port by which the realm was asked.
    pub origin: String,
    /// The path segment that names the tenant in the endpoints.
    pub segment: String,
    pub names: Names,
    pub version: Version,
}

/// The two generations of Microsoft's metadata and sign-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V1,
    V2,
}

/// What a request to a login host is for.
pub(crate) enum Located {
    Found(Box<Realm>, Endpoint),
    /// The tenant (or, for B2C, the policy) does not exist.
    UnknownTenant(Kind, String),
    NotFound(Kind),
}

/// What a request names: its host, the segments of its path, and `?p=`.
pub(crate) struct Address<'a> {
    pub host: &'a str,
    pub path: &'a str,
    pub policy: Option<&'a str>,
    pub names: Names,
}

/// Turns the address of a request to a login host into a realm; `None` for other services.
pub(crate) fn locate(
    service: &Service,
    address: &Address<'_>,
    tenants: &Tenants,
) -> Option<Located> {
    let segments: Vec<&str> = address
        .path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let place = Place {
        address,
        segments: &segments,
        tenants,
    };
    Some(match service {
        Service::Entra => place.entra(),
        Service::CustomDomain(tenant) => place.external(Kind::ExternalIdCustomDomain, tenant),
        Service::ExternalId(Ok(tenant)) => place.external(Kind::ExternalId, tenant),
        Service::ExternalId(Err(name)) => Located::UnknownTenant(Kind::ExternalId, name.clone()),
        Service::B2c(Ok(tenant)) => place.b2c(tenant),
        Service::B2c(Err(name)) => Located::UnknownTenant(Kind::B2c, name.clone()),
        Service::OpenId => place.openid(),
        _ => return None,
    })
}

struct Place<'a> {
    address: &'a Address<'a>,
    segments: &'a [&'a str],
    tenants: &'a Tenants,
}

impl Place<'_> {
    fn found(&self, kind: Kind, audience: Audience, segment: &str, rest: &[&str]) -> Located {
        let Some((endpoint, version)) = endpoint(rest) else {
            return Located::NotFound(kind);
        };
        let tenants = match &audience {
            Audience::One(tenant) => vec![Arc::clone(tenant)],
            Audience::Common => self.tenants.of(Product::EntraId),
            Audience::Organizations => {
                let mut tenants = self.tenants.of(Product::EntraId);
                tenants.retain(|tenant| !tenant.is_personal_accounts());
                tenants
            }
        };
        let realm = Realm {
            kind,
            audience,
            tenants,
            policy: None,
            origin: self.address.names.origin(self.address.host),
            segment: segment.to_owned(),
            names: self.address.names.clone(),
            version,
        };
        Located::Found(Box::new(realm), endpoint)
    }

    fn entra(&self) -> Located {
        let Some((name, rest)) = self.segments.split_first() else {
            return Located::NotFound(Kind::EntraId);
        };
        let lower = name.to_ascii_lowercase();
        let audience = match lower.as_str() {
            "common" => Audience::Common,
            "organizations" => Audience::Organizations,
            _ => {
                let personal =
                    |tenant: &Tenant| lower == "consumers" && tenant.is_personal_accounts();
                let all = self.tenants.of(Product::EntraId);
                let found = all.into_iter().find(|t| personal(t) || t.is_called(&lower));
                match found {
                    Some(tenant) => Audience::One(tenant),
                    None => return Located::UnknownTenant(Kind::EntraId, (*name).to_owned()),
                }
            }
        };
        // Recorded: a document asked for by domain has the GUID in its endpoints.
        let segment = match &audience {
            Audience::One(tenant) if !tenant.is_personal_accounts() => tenant.id.clone(),
            _ => (*name).to_owned(),
        };
        self.found(Kind::EntraId, audience, &segment, rest)
    }

    fn external(&self, kind: Kind, at_host: &Arc<Tenant>) -> Located {
        let Some((name, rest)) = self.segments.split_first() else {
            return Located::NotFound(kind);
        };
        if !at_host.is_called(name) {
            return Located::UnknownTenant(kind, (*name).to_owned());
        }
        self.found(kind, Audience::One(Arc::clone(at_host)), &at_host.id, rest)
    }

    fn b2c(&self, at_host: &Arc<Tenant>) -> Located {
        // Legacy form: /tfp/{tenant}/{policy}
        let segments = match self.segments {
            ["tfp", rest @ ..] => rest,
            all => all,
        };
        let Some((name, rest)) = segments.split_first() else {
            return Located::NotFound(Kind::B2c);
        };
        if !at_host.is_called(name) {
            return Located::UnknownTenant(Kind::B2c, (*name).to_owned());
        }
        let (policy, rest) = match (self.address.policy, rest) {
            (Some(policy), rest) => (policy, rest),
            (None, [policy, rest @ ..]) => (*policy, rest),
            (None, []) => return Located::NotFound(Kind::B2c),
        };
        let Some(known) = at_host.policy(policy) else {
            return Located::UnknownTenant(Kind::B2c, policy.to_owned());
        };
        let audience = Audience::One(Arc::clone(at_host));
        match self.found(Kind::B2c, audience, &name.to_ascii_lowercase(), rest) {
            Located::Found(mut realm, endpoint) => {
                realm.policy = Some(known.clone());
                Located::Found(realm, endpoint)
            }
            other => other,
        }
    }

    fn openid(&self) -> Located {
        let rest = match self.segments {
            [".well-known", "openid-configuration"] => {
                ["v2.0", ".well-known", "openid-configuration"].to_vec()
            }
            ["keys"] => ["discovery", "v2.0", "keys"].to_vec(),
            [one @ ("authorize" | "token" | "logout")] => ["oauth2", "v2.0", one].to_vec(),
            ["userinfo"] => vec!["userinfo"],
            _ => Vec::new(),
        };
        match self.tenants.of(Product::OpenId).pop() {
            Some(tenant) => self.found(Kind::Oidc, Audience::One(tenant), "", &rest),
            None => Located::NotFound(Kind::Oidc),
        }
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
        ["oauth2", "v2.0", "devicecode"] => (Endpoint::DeviceCode, Version::V2),
        ["oauth2", "deviceauth"] => (Endpoint::DevicePage, Version::V2),
        ["oauth2", "authorize"] => (Endpoint::Authorize, Version::V1),
        ["oauth2", "token"] => (Endpoint::Token, Version::V1),
        ["oauth2", "devicecode"] => (Endpoint::DeviceCode, Version::V1),
        ["oauth2", "logout"] => (Endpoint::Logout, Version::V1),
        ["discovery", "instance"] => (Endpoint::InstanceDiscovery, Version::V1),
        ["userrealm", _] => (Endpoint::UserRealm, Version::V1),
        ["openid", "userinfo"] => (Endpoint::Userinfo, Version::V1),
        ["userinfo"] => (Endpoint::Userinfo, Version::V2),
        _ => return None,
    })
}

impl Realm {
    /// Whether this is a B2C policy that does this.
    pub(crate) fn is_flow(&self, flow: UserFlow) -> bool {
        self.policy
            .as_ref()
            .is_some_and(|policy| policy.flow == flow)
    }

    /// `iss` of tokens for people of this tenant.
    pub(crate) fn issuer(&self, tenant: &str, shapes: &Shapes) -> String {
        let names = &self.names;
        match self.kind {
            Kind::EntraId => format!("{}/{tenant}/v2.0", names.entra()),
            Kind::ExternalIdCustomDomain if shapes.custom_domain_issuer_on_entra_host => {
                format!("{}/{tenant}/v2.0", names.entra())
            }
            Kind::ExternalId | Kind::ExternalIdCustomDomain => {
                format!("{}/{tenant}/v2.0", names.external_id(tenant))
            }
            Kind::B2c => match &self.policy {
                Some(policy) if shapes.b2c_issuer_with_policy => {
                    let policy = policy.in_addresses();
                    format!("{}/tfp/{tenant}/{policy}/v2.0/", self.origin)
                }
                _ => format!("{}/{tenant}/v2.0/", self.origin),
            },
            Kind::Oidc => self.origin.clone(),
        }
    }

    /// `issuer` of the metadata: a template where the tenant is not known yet.
    pub(crate) fn metadata_issuer(&self, shapes: &Shapes) -> String {
        match &self.audience {
            Audience::One(tenant) => self.issuer(&tenant.id, shapes),
            Audience::Common | Audience::Organizations => self.issuer("{tenantid}", shapes),
        }
    }

    /// The address of an endpoint, for example `oauth2/v2.0/token`.
    pub(crate) fn endpoint(&self, tail: &str, shapes: &Shapes) -> String {
        let (origin, segment) = (&self.origin, &self.segment);
        match &self.policy {
            _ if self.kind == Kind::Oidc => format!("{origin}/{tail}"),
            // B2C echoes policies in lower case.
            Some(policy) if shapes.b2c_policy_in_query => {
                format!("{origin}/{segment}/{tail}?p={}", policy.in_addresses())
            }
            Some(policy) => format!("{origin}/{segment}/{}/{tail}", policy.in_addresses()),
            None => format!("{origin}/{segment}/{tail}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::CONTOSO_CUSTOMERS;
    use crate::names::resolve;

    fn at(host: &str, path: &str, policy: Option<&str>) -> Option<Located> {
        let tenants = Tenants::built_in();
        let (service, names) = resolve(host, None, 9000, &tenants)?;
        let address = Address {
            host,
            path,
            policy,
            names,
        };
        locate(&service, &address, &tenants)
    }

    fn realm(host: &str, path: &str, p: Option<&str>) -> (Realm, Endpoint) {
        match at(host, path, p) {
            Some(Located::Found(realm, endpoint)) => (*realm, endpoint),
            _ => panic!("{host}{path} was not found"),
        }
    }

    #[test]
    fn an_issuer_has_the_guid_where_the_address_has_the_domain() {
        let shapes = Shapes::default();
        let document = "v2.0/.well-known/openid-configuration";
        let guid = CONTOSO_CUSTOMERS;
        let by_guid = format!("http://{guid}.ciamlogin.localhost:9000/{guid}/v2.0");
        for (host, tenant, issuer) in [
            (
                "login.microsoftonline.localhost",
                "contoso.onmicrosoft.com",
                "http://login.microsoftonline.localhost:9000/3aa4b1d2-5c3e-4f6a-8b7c-9d0e1f2a3b4c/v2.0",
            ),
            (
                "login.microsoftonline.com",
                "common",
                "https://login.microsoftonline.com/{tenantid}/v2.0",
            ),
            (
                "contoso.ciamlogin.localhost",
                "contoso.onmicrosoft.com",
                &by_guid,
            ),
            ("login.contoso.localhost", guid, &by_guid),
        ] {
            let found = realm(host, &format!("/{tenant}/{document}"), None).0;
            assert_eq!(found.metadata_issuer(&shapes), issuer, "{host}");
        }
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
            let (realm, endpoint) = realm("contoso.b2clogin.localhost", path, p);
            assert!(realm.is_flow(UserFlow::SignIn), "{path}");
            assert_eq!(endpoint, Endpoint::Token, "{path}");
        }
    }

    #[test]
    fn a_tenant_that_does_not_exist_is_told_from_a_path_that_does_not() {
        let entra = "login.microsoftonline.localhost";
        assert!(matches!(
            at(entra, "/nobody/oauth2/v2.0/token", None),
            Some(Located::UnknownTenant(..))
        ));
        assert!(matches!(
            at(entra, "/common/other", None),
            Some(Located::NotFound(_))
        ));
        assert!(at("somewhere.example", "/", None).is_none());
    }
}
