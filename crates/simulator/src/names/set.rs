//! The set of names that a request used, and the origins of every service in that set.

use crate::directory::{Product, Tenant, Tenants};
use crate::names::clouds::{CLOUDS, Cloud, GLOBAL};
use crate::names::hosts::{
    API, B2C, B2C_TRUE, CIAM, CIAM_TRUE, ENTRA, GRAPH, IDENTITY, OPENID, is_local,
};

/// The set of names that a request used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    /// Names under `.localhost` and plain http; else true names and https.
    pub(super) local: bool,
    pub(super) port: Option<u16>,
    pub cloud: &'static Cloud,
}

impl Names {
    pub(crate) fn local(port: u16) -> Self {
        Self {
            local: true,
            port: Some(port),
            cloud: GLOBAL,
        }
    }

    /// True names without a port, as an application behind `HTTPS_PROXY` uses them.
    pub(crate) fn global() -> Self {
        Self {
            local: false,
            port: None,
            cloud: GLOBAL,
        }
    }

    /// The domains of all simulated hosts, as a certificate authority is constrained to them.
    pub(crate) fn simulated_domains(tenants: &Tenants) -> Vec<String> {
        let clouds = CLOUDS.iter().flat_map(|cloud| {
            let hosts = [cloud.login]
                .into_iter()
                .chain(cloud.aliases.iter().copied());
            hosts.chain(cloud.graph.iter().copied())
        });
        let fixed = clouds
            .chain(B2C_TRUE)
            .chain([CIAM_TRUE, "localhost"])
            .chain([OPENID, API].into_iter().map(|[_, real]| real));
        let own = tenants.iter().flat_map(|tenant| tenant.custom_hosts.iter());
        let own = own.filter(|host| !is_local(host)).cloned();
        fixed.map(str::to_owned).chain(own).collect()
    }

    /// The true names of all simulated hosts.
    pub(crate) fn true_hosts(tenants: &Tenants) -> Vec<String> {
        let suffixes = [CIAM_TRUE, "localhost"];
        let domains = Self::simulated_domains(tenants).into_iter();
        let mut hosts: Vec<_> = domains
            .filter(|domain| {
                !suffixes.contains(&domain.as_str()) && !B2C_TRUE.contains(&domain.as_str())
            })
            .collect();
        for tenant in tenants.iter() {
            match tenant.product {
                Product::ExternalId => {
                    hosts
                        .extend([&tenant.name, &tenant.id].map(|sub| format!("{sub}.{CIAM_TRUE}")));
                }
                Product::B2c => hosts.push(format!("{}.b2clogin.com", tenant.name)),
                _ => {}
            }
        }
        hosts
    }

    pub(crate) const fn is_local(&self) -> bool {
        self.local
    }

    /// Host and port, as `msgraph_host` has them.
    fn authority(&self, host: &str) -> String {
        match self.port {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self, host: &str) -> String {
        let scheme = if self.local { "http" } else { "https" };
        format!("{scheme}://{}", self.authority(host))
    }

    const fn pick(&self, names: [&'static str; 2]) -> &'static str {
        let [local, real] = names;
        if self.local { local } else { real }
    }

    pub(crate) fn entra(&self) -> String {
        self.origin(self.pick([ENTRA, self.cloud.login]))
    }

    /// Graph's host and port.
    pub(crate) fn graph_host(&self) -> String {
        let graph = self.cloud.graph.first().copied().unwrap_or(GRAPH);
        self.authority(self.pick([GRAPH, graph]))
    }

    pub(crate) fn graph(&self) -> String {
        let scheme = if self.local { "http" } else { "https" };
        format!("{scheme}://{}", self.graph_host())
    }

    /// External ID under a sub-domain: a tenant's name or GUID.
    pub(crate) fn external_id(&self, sub_domain: &str) -> String {
        let domain = self.pick([CIAM, CIAM_TRUE]);
        self.origin(&format!("{sub_domain}.{domain}"))
    }

    /// External ID behind the tenant's first domain of this set, if there is one.
    pub(crate) fn custom_domain(&self, tenant: &Tenant) -> Option<String> {
        let fits = |host: &&String| is_local(host) == self.local;
        tenant
            .custom_hosts
            .iter()
            .find(fits)
            .map(|host| self.origin(host))
    }

    pub(crate) fn b2c(&self, tenant: &Tenant) -> String {
        let domain = self.pick([B2C, "b2clogin.com"]);
        self.origin(&format!("{}.{domain}", tenant.name))
    }

    pub(crate) fn openid(&self) -> String {
        self.origin(self.pick(OPENID))
    }

    pub(crate) fn api(&self) -> String {
        self.origin(self.pick(API))
    }

    pub(crate) fn managed_identity(&self) -> String {
        self.origin(IDENTITY)
    }
}
