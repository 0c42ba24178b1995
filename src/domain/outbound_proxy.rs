//! The proxy of outgoing calls, and which calls it is for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

use crate::domain::public_url::is_loopback;
use crate::domain::secret::SecretUrl;

/// A proxy that is asked with `CONNECT` (RFC 9110 §9.3.6).
#[derive(Debug, Clone)]
pub struct OutboundProxy {
    /// Its address, with user and password if it asks for them.
    pub url: SecretUrl,
    /// Where its address comes from: `http.proxy` or the name of a variable.
    pub source: String,
    /// Hosts that are called directly.
    pub except: Vec<ProxyException>,
}

impl OutboundProxy {
    /// Whether calls to this address go through the proxy. Calls to this machine and to link-local addresses, such as those of
    /// the platform's managed identity, never do.
    pub fn is_for(&self, url: &Url) -> bool {
        let Some(host) = url.host() else {
            return false;
        };
        let port = url.port_or_known_default();
        let excepted = self.except.iter().any(|except| except.holds(&host, port));
        !(is_loopback(&host) || is_link_local(&host) || excepted)
    }

    /// Host and port of the proxy, without user and password.
    pub fn address(&self) -> String {
        let url = Url::parse(self.url.expose()).ok();
        let parts = url
            .as_ref()
            .and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
        parts.map_or_else(
            || "[unreadable]".to_owned(),
            |(host, port)| format!("{host}:{port}"),
        )
    }
}

fn is_link_local(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(_) => false,
        Host::Ipv4(address) => is_link_local_v4(*address),
        Host::Ipv6(address) => {
            address.is_unicast_link_local()
                || address
                    .to_ipv4_mapped()
                    .is_some_and(|address| is_link_local_v4(address) || address.is_loopback())
        }
    }
}

fn is_link_local_v4(address: Ipv4Addr) -> bool {
    address.is_link_local() || address.is_unspecified()
}

/// A host, a domain or a network that is called directly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyException {
    place: ExceptedHosts,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum ExceptedHosts {
    Everything,
    /// A name in lower case, and every name below it.
    Domain(String),
    Network(IpNet),
}

impl ProxyException {
    /// Reads an item of `NO_PROXY`: `*`, a domain with or without a dot in front (names below it are meant too), an IP
    /// address or a network in CIDR notation; host and address may have a port. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let whole = |place| Some(Self { place, port: None });
        if text == "*" {
            return whole(ExceptedHosts::Everything);
        }
        if let Some(network) = network(text) {
            return whole(ExceptedHosts::Network(network));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text, None),
        };
        let place = match network(host) {
            Some(network) => ExceptedHosts::Network(network),
            None => ExceptedHosts::Domain(domain(host)?),
        };
        Some(Self { place, port })
    }

    /// Exactly this host, at any port.
    pub fn of_host(name: &str) -> Option<Self> {
        Self::parse(name)
    }

    fn holds(&self, host: &Host<&str>, port: Option<u16>) -> bool {
        if self.port.is_some() && self.port != port {
            return false;
        }
        let address: Option<IpAddr> = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some(canonical(*address)),
        };
        match (&self.place, host) {
            (ExceptedHosts::Everything, _) => true,
            (ExceptedHosts::Network(network), _) => address.is_some_and(|it| network.contains(&it)),
            (ExceptedHosts::Domain(domain), Host::Domain(name)) => {
                let name = name.trim_end_matches('.').to_ascii_lowercase();
                name.strip_suffix(domain.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            (ExceptedHosts::Domain(_), _) => false,
        }
    }
}

fn canonical(address: Ipv6Addr) -> IpAddr {
    IpAddr::V6(address).to_canonical()
}

fn network(text: &str) -> Option<IpNet> {
    let text = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(address)
}

fn domain(text: &str) -> Option<String> {
    let name = text
        .trim_start_matches("*.")
        .trim_start_matches('.')
        .trim_end_matches('.');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let good = !name.is_empty() && name.len() <= 253 && name.bytes().all(allowed);
    good.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxied(except: &[&str], url: &str) -> bool {
        let proxy = OutboundProxy {
            url: SecretUrl::new("http://proxy.contoso.example:3128"),
            source: "http.proxy".to_owned(),
            except: except
                .iter()
                .map(|text| ProxyException::parse(text).unwrap())
                .collect(),
        };
        proxy.is_for(&Url::parse(url).unwrap())
    }

    #[test]
    fn this_machine_and_link_local_addresses_are_never_called_through_a_proxy() {
        for direct in [
            "http://localhost:8080/",
            "http://sim.localhost/",
            "http://127.0.0.2/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/metadata/identity",
            "https://[fe80::1]/",
            "https://[::ffff:169.254.169.254]/",
        ] {
            assert!(!proxied(&[], direct), "{direct}");
        }
        assert!(proxied(&[], "https://login.microsoftonline.com/"));
        assert!(proxied(&[], "https://10.0.0.5/"));
    }

    #[test]
    fn exceptions_are_domains_addresses_networks_and_ports() {
        let except = [
            ".contoso.example",
            "fabrikam.example:8443",
            "10.0.0.0/8",
            "*.wide.example",
        ];
        for (url, through) in [
            ("https://api.contoso.example/", false),
            ("https://CONTOSO.example./", false),
            ("https://notcontoso.example/", true),
            ("https://fabrikam.example:8443/", false),
            ("https://fabrikam.example/", true),
            ("https://10.1.2.3/", false),
            ("https://11.1.2.3/", true),
            ("https://a.wide.example/", false),
        ] {
            assert_eq!(proxied(&except, url), through, "{url}");
        }
        assert!(!proxied(&["*"], "https://login.microsoftonline.com/"));
        assert!(!proxied(&["[2001:db8::1]"], "https://[2001:db8::1]/"));
        for wrong in ["", "http://a", "a/b", "a:b:c", "a b"] {
            assert_eq!(ProxyException::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_in_messages_has_no_password() {
        let proxy = OutboundProxy {
            url: SecretUrl::new("http://user:hunter2@proxy.contoso.example:3128"),
            source: "HTTPS_PROXY".to_owned(),
            except: Vec::new(),
        };
        assert_eq!(proxy.address(), "proxy.contoso.example:3128");
        assert!(!format!("{proxy:?}").contains("hunter2"));
    }

    #[test]
    fn one_host_is_excepted_with_the_names_below_it_and_no_other() {
        let holds = |name: &str| {
            let exception = ProxyException::of_host("login.example").unwrap();
            exception.holds(&Host::Domain(name), Some(443))
        };
        assert!(holds("login.example"));
        assert!(!holds("evil-login.example"));
        assert!(!holds("login.example.evil.example"));
        assert_eq!(ProxyException::of_host("a b"), None);
    }
}
