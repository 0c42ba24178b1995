//! The one constructor of HTTP clients whose calls leave the process.
//!
//! Owns the time to connect and name resolution. Never follows a redirect (a response must not send us elsewhere, RFC 9700
//! §4.12), never uses a proxy that the options do not name.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, ClientBuilder, Proxy, redirect};
use tokio::runtime::Handle;
use url::Url;

use crate::domain::outbound_proxy::OutboundProxy;

/// A connection that was idle for longer is not used again. Many servers close theirs after five seconds, and a
/// request that may not be repeated is lost on a closing connection.
const IDLE_CONNECTION: Duration = Duration::from_secs(4);

/// How calls that leave the process are made.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Time to establish a connection.
    pub connect_timeout: Duration,
    /// Time for a whole call to an authority, the response's body included.
    pub timeout: Duration,
    /// PEM file with certificates of a private CA, trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// The proxy of calls that leave the machine.
    pub proxy: Option<OutboundProxy>,
    /// Addresses of hosts, by name in lower case, that DNS is not asked for.
    pub resolve: BTreeMap<String, IpAddr>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(10),
            ca_file: None,
            proxy: None,
            resolve: BTreeMap::new(),
        }
    }
}

/// Why no HTTP client can be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// The file cannot be read.
    #[error("cannot read the CA file {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file holds no certificate.
    #[error("{0} holds no certificate in PEM form")]
    NoCertificate(PathBuf),
    /// TLS cannot be set up.
    #[error("TLS for outgoing calls cannot be set up")]
    Tls(#[source] reqwest::Error),
    /// TLS towards upstreams cannot be set up.
    #[error("TLS towards upstreams cannot be set up")]
    Upstreams(#[source] rustls::Error),
}

/// A client for calls that leave the process: no redirects, no proxy but that of the options, our resolver and certificates.
///
/// A connection lives in the runtime in which it was opened, and serves later requests of all threads. A connection
/// opened in the single-threaded runtime of one server worker would break when this worker stops, under a request of
/// another worker. Requests are therefore sent as if the runtime that constructed the client sent them.
#[derive(Clone)]
pub struct OutboundClient {
    pub(super) client: Client,
    pub(super) runtime: Handle,
}

impl fmt::Debug for OutboundClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutboundClient")
    }
}

impl OutboundClient {
    /// Makes a client. Must be called inside a tokio runtime that outlives the calls: their connections live there.
    ///
    /// # Errors
    /// When the CA file cannot be used, or TLS cannot be set up.
    pub fn new(options: &HttpOptions) -> Result<Self, HttpSetupError> {
        Ok(Self::over(reqwest_client(options)?))
    }

    /// Sends the requests of a client that was built by other rules of trust.
    pub(crate) fn over(client: Client) -> Self {
        Self {
            client,
            runtime: Handle::current(),
        }
    }
}

fn reqwest_client(options: &HttpOptions) -> Result<Client, HttpSetupError> {
    let roots = match &options.ca_file {
        None => Vec::new(),
        Some(path) => {
            let pem = std::fs::read(path).map_err(|source| HttpSetupError::Unreadable {
                path: path.clone(),
                source,
            })?;
            let certificates = Certificate::from_pem_bundle(&pem).unwrap_or_default();
            if certificates.is_empty() {
                return Err(HttpSetupError::NoCertificate(path.clone()));
            }
            certificates
        }
    };
    match proxied_builder(options)
        .tls_certs_merge(roots.clone())
        .build()
    {
        Ok(client) => Ok(client),
        Err(error) => {
            // A machine without CA certificates can still talk to loopback authorities.
            tracing::warn!(error = %error_causes(&error), "the system has no CA certificates; https to public hosts will fail");
            proxied_builder(options)
                .tls_certs_only(roots)
                .build()
                .map_err(HttpSetupError::Tls)
        }
    }
}

/// A builder whose client calls other machines through the proxy of the options.
fn proxied_builder(options: &HttpOptions) -> ClientBuilder {
    let builder = client_builder(options);
    let Some(proxy) = options.proxy.clone() else {
        return builder;
    };
    builder.proxy(Proxy::custom(move |url| {
        let address = proxy.is_for(url).then(|| Url::parse(proxy.url.expose()));
        address.and_then(Result::ok)
    }))
}

/// What all clients have in common, without a proxy. The trusted certificates are still to be set.
pub fn client_builder(options: &HttpOptions) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("gatehouse/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(IDLE_CONNECTION)
        .dns_resolver(Resolver {
            overrides: Arc::new(options.resolve.clone()),
        })
}

/// Overridden hosts first; names below `.localhost` are this machine (RFC 6761 §6.3), then the system's resolver.
struct Resolver {
    overrides: Arc<BTreeMap<String, IpAddr>>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let overrides = Arc::clone(&self.overrides);
        Box::pin(async move {
            let found: Addrs = Box::new(addresses(&overrides, name.as_str()).await?.into_iter());
            Ok(found)
        })
    }
}

/// The causes of an error. The address is left out: it is known, and it could hold a name.
pub fn error_causes(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&error.to_string());
        cause = error.source();
    }
    if text.is_empty() {
        "the connection broke off".to_owned()
    } else {
        text
    }
}

/// The addresses of a host: pins of the settings first; names below `.localhost` are this machine (RFC 6761 §6.3); then the
/// system's resolver. With port 0, which stands for the port that is called.
///
/// # Errors
/// What the system's resolver says.
pub async fn addresses(pins: &BTreeMap<String, IpAddr>, host: &str) -> io::Result<Vec<SocketAddr>> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let at = |address: IpAddr| SocketAddr::new(address, 0);
    if let Some(pinned) = pins.get(&host) {
        return Ok(vec![at(*pinned)]);
    }
    if host == "localhost" {
        return Ok(vec![
            at(Ipv4Addr::LOCALHOST.into()),
            at(Ipv6Addr::LOCALHOST.into()),
        ]);
    }
    if host.ends_with(".localhost") {
        return Ok(vec![at(Ipv4Addr::LOCALHOST.into())]);
    }
    Ok(tokio::net::lookup_host((host, 0)).await?.collect())
}
