//! `[http]`: calls that leave the process, and the proxy that they go through.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use url::Url;

use crate::config::report::problem::Problem;
use crate::config::settings::layers::Layer;
use crate::config::settings::options::OutboundSettings;
use crate::config::settings::reader::Reader;
use crate::config::settings::secret_text::read_secret;
use crate::domain::outbound_proxy::{OutboundProxy, ProxyException};
use crate::domain::secret::SecretUrl;

/// Variables that name the proxy of https calls, as other programs read them; the first that is set counts.
pub(super) const PROXY_VARIABLES: [&str; 4] =
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
pub(super) const NO_PROXY_VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// The value that switches the variables off.
const NO_PROXY_AT_ALL: &str = "none";
const RIGHT: &str = "http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ before the host if it asks for them; special characters of these percent-encoded";

impl Reader<'_> {
    pub(super) fn http(&mut self) -> Option<OutboundSettings> {
        let connect_timeout = self.duration("http.connect_timeout", Duration::from_secs(2));
        let timeout = self.duration("http.timeout", Duration::from_secs(10));
        let api_timeout = self.duration("http.api_timeout", Duration::from_secs(30));
        let ca_file = self.path("http.ca_file");
        if let Some(path) = &ca_file {
            let pem = read_secret(path);
            if !pem.is_ok_and(|text| text.contains("-----BEGIN CERTIFICATE-----")) {
                let what = "cannot be read as a file of certificates";
                self.0.fault(
                    "http.ca_file",
                    what,
                    "a PEM file that begins with -----BEGIN CERTIFICATE-----",
                );
            }
        }
        let resolve = self.resolve();
        let proxy = self.proxy(resolve.keys());
        Some(OutboundSettings {
            connect_timeout: connect_timeout?,
            timeout: timeout?,
            api_timeout: api_timeout?,
            ca_file,
            proxy,
            resolve,
        })
    }

    fn resolve(&mut self) -> BTreeMap<String, IpAddr> {
        let key = "http.resolve";
        let pairs: Vec<(String, String)> = match self.0.value(key) {
            Some(config::ValueKind::Table(table)) => table
                .iter()
                .filter_map(|(host, value)| match &value.kind {
                    config::ValueKind::String(address) => Some((host.clone(), address.clone())),
                    _ => None,
                })
                .collect(),
            _ => self
                .list(key)
                .into_iter()
                .map(|pair| match pair.split_once('=') {
                    Some((host, address)) => (host.trim().to_owned(), address.trim().to_owned()),
                    None => (pair, String::new()),
                })
                .collect(),
        };
        let mut resolved = BTreeMap::new();
        for (host, address) in pairs {
            if let Ok(address) = address.parse() {
                resolved.insert(host.to_ascii_lowercase(), address);
            } else {
                let what = format!("{host:?} has {address:?}, which is not an IP address");
                self.0.fault(
                    key,
                    what,
                    "such as { \"login.contoso.example\" = \"10.0.0.5\" }",
                );
            }
        }
        resolved
    }

    /// The proxy: the setting, else the variables. Hosts with an address of their own are called there.
    fn proxy<'h>(&mut self, resolved: impl Iterator<Item = &'h String>) -> Option<OutboundProxy> {
        let mut except = self.exceptions();
        except.extend(resolved.filter_map(|host| ProxyException::of_host(host)));
        let (source, text) = if self.0.layer("http.proxy") == Layer::Default {
            let (name, text) = self.0.variable_of(&PROXY_VARIABLES)?;
            (name.to_owned(), text.to_owned())
        } else {
            ("http.proxy".to_owned(), self.text("http.proxy")?)
        };
        if text.trim() == NO_PROXY_AT_ALL {
            return None;
        }
        let Some(url) = proxy_url(&text) else {
            let what = "is not the address of a proxy that gatehouse can use";
            if source == "http.proxy" {
                self.0.fault("http.proxy", what, RIGHT);
            } else {
                let problem = Problem::of("the environment", what, RIGHT).about(source);
                self.0.problems.push(problem);
            }
            return None;
        };
        Some(OutboundProxy {
            url,
            source,
            except,
        })
    }

    fn exceptions(&mut self) -> Vec<ProxyException> {
        let key = "http.no_proxy";
        if self.0.layer(key) == Layer::Default {
            // What other programs understand there and gatehouse does not is no reason not to start.
            let text = self
                .0
                .variable_of(&NO_PROXY_VARIABLES)
                .map(|(_, text)| text);
            let items = text.unwrap_or_default().split(',');
            return items.filter_map(ProxyException::parse).collect();
        }
        let mut except = Vec::new();
        for text in self.list(key) {
            match ProxyException::parse(&text) {
                Some(item) => except.push(item),
                None => self.0.fault(
                    key,
                    format!("{text:?} is neither a domain nor an address nor a network"),
                    "such as [\"contoso.internal\", \"10.0.0.0/8\"]",
                ),
            }
        }
        except
    }
}

/// The address of a proxy; without a scheme it is meant as http, as other programs take it.
fn proxy_url(text: &str) -> Option<SecretUrl> {
    let text = text.trim();
    let text = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let url = Url::parse(&text).ok()?;
    let usable = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.query().is_none()
        && url.fragment().is_none()
        && matches!(url.path(), "" | "/");
    usable.then(|| SecretUrl::new(text))
}
