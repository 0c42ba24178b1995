//! Which service answers at a host, and by which names.

use std::sync::Arc;

use crate::directory::{Product, Tenant, Tenants};
use crate::names::clouds::{Cloud, GLOBAL};
use crate::names::hosts::{
    API, B2C, B2C_TRUE, CIAM, CIAM_TRUE, CONTROL, ENTRA, GRAPH, IDENTITY, OPENID, is_local,
};
use crate::names::set::Names;

/// Which service answers at a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Entra,
    /// External ID at its own host; the tenant, or the sub-domain that names none.
    ExternalId(Result<Arc<Tenant>, String>),
    /// External ID behind a domain of the customer.
    CustomDomain(Arc<Tenant>),
    /// B2C; the tenant, or the sub-domain that names none.
    B2c(Result<Arc<Tenant>, String>),
    OpenId,
    Graph,
    Api,
    ManagedIdentity,
    Control,
    /// The simulator's own address: the index page.
    Index,
}

/// Whether a host is simulated under a true name or one below `.localhost`.
pub(crate) fn is_simulated(host: &str, tenants: &Tenants) -> bool {
    service(host, tenants).is_some_and(|service| service != Service::Index)
}

/// Splits a `Host` header into name and port.
pub(crate) fn split_port(host: &str) -> (&str, Option<u16>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !name.ends_with(':') => match port.parse() {
            Ok(port) => (name, Some(port)),
            Err(_) => (host, None),
        },
        _ => (host, None),
    }
}

/// The service at a host name in lower case, and the names that its answers use. `None` for hosts that are not simulated.
pub(crate) fn resolve(
    host: &str,
    port: Option<u16>,
    own_port: u16,
    tenants: &Tenants,
) -> Option<(Service, Names)> {
    let service = service(host, tenants)?;
    let local = is_local(host) || service == Service::Index;
    let cloud = Cloud::of_login_host(host).or_else(|| Cloud::of_graph_host(host));
    let names = Names {
        local,
        port: if local {
            port.or(Some(own_port))
        } else {
            port.filter(|port| *port != 443)
        },
        cloud: cloud.unwrap_or(GLOBAL),
    };
    Some((service, names))
}

fn service(host: &str, tenants: &Tenants) -> Option<Service> {
    let fixed = match host {
        ENTRA => Some(Service::Entra),
        GRAPH => Some(Service::Graph),
        IDENTITY => Some(Service::ManagedIdentity),
        CONTROL => Some(Service::Control),
        "localhost" | "127.0.0.1" | "[::1]" | "" => Some(Service::Index),
        _ if OPENID.contains(&host) => Some(Service::OpenId),
        _ if API.contains(&host) => Some(Service::Api),
        _ if Cloud::of_login_host(host).is_some() => Some(Service::Entra),
        _ if Cloud::of_graph_host(host).is_some() => Some(Service::Graph),
        _ => None,
    };
    fixed.or_else(|| of_a_tenant(host, tenants))
}

fn of_a_tenant(host: &str, tenants: &Tenants) -> Option<Service> {
    if let Some(tenant) = tenants.behind(host) {
        let tenant = Arc::clone(tenant);
        return Some(match tenant.product {
            Product::B2c => Service::B2c(Ok(tenant)),
            _ => Service::CustomDomain(tenant),
        });
    }
    let (sub_domain, domain) = host.split_once('.')?;
    let tenant = |product| {
        let found = tenants.named(product, sub_domain).cloned();
        found.ok_or_else(|| sub_domain.to_owned())
    };
    if domain == CIAM || domain == CIAM_TRUE {
        return Some(Service::ExternalId(tenant(Product::ExternalId)));
    }
    if domain == B2C || B2C_TRUE.contains(&domain) {
        return Some(Service::B2c(tenant(Product::B2c)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str, port: Option<u16>) -> Option<(Service, Names)> {
        resolve(host, port, 9000, &Tenants::built_in())
    }

    #[test]
    fn answers_use_the_names_by_which_they_were_asked() {
        let (_, local) = at("login.microsoftonline.localhost", None).unwrap();
        assert_eq!(local.entra(), "http://login.microsoftonline.localhost:9000");
        let (_, real) = at("login.microsoftonline.com", None).unwrap();
        assert_eq!(real.entra(), "https://login.microsoftonline.com");
        assert_eq!(real.graph(), "https://graph.microsoft.com");
        let (_, direct) = at("contoso.ciamlogin.com", Some(8443)).unwrap();
        assert_eq!(direct.external_id("x"), "https://x.ciamlogin.com:8443");
    }

    #[test]
    fn a_sovereign_cloud_has_its_own_graph_and_the_issuer_of_its_main_host() {
        let (service, names) = at("login.chinacloudapi.cn", None).unwrap();
        assert_eq!(service, Service::Entra);
        assert_eq!(names.entra(), "https://login.partner.microsoftonline.cn");
        assert_eq!(names.graph(), "https://microsoftgraph.chinacloudapi.cn");
    }

    #[test]
    fn a_host_that_is_not_simulated_has_no_service() {
        for host in ["example.com", "ciamlogin.com", "evil-graph.microsoft.com"] {
            assert_eq!(at(host, None), None, "{host}");
        }
        assert!(matches!(
            at("nobody.b2clogin.com", None),
            Some((Service::B2c(Err(_)), _))
        ));
    }
}
