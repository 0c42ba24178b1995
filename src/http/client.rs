//! The one constructor of HTTP clients whose calls leave the process, and how a request is sent.
//!
//! Owns the time to connect, name resolution and the retry after a broken connection. Never follows a redirect (a
//! response must not send us elsewhere, RFC 9700 §4.12), never uses a proxy that the options do not name.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderValue;
use reqwest::{Certificate, Client, ClientBuilder, Proxy, RequestBuilder, Response, redirect};
use tokio::runtime::Handle;
use url::Url;

use crate::domain::outbound_proxy::OutboundProxy;
use crate::measure::trace_context::{TRACEPARENT, outgoing};

use crate::http::name_resolution::addresses;

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
    client: Client,
    runtime: Handle,
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

    /// The client to build requests with. Time and size of a response are the caller's to limit.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request, and sends it once more if no connection could be made. A request with a safe method is also
    /// sent once more when its connection broke before the first byte of a response: a server may close a kept
    /// connection in the moment in which it is used again (RFC 9110 §9.2.2, RFC 9112 §9.3.1).
    ///
    /// # Errors
    /// What the last try said.
    pub async fn send(&self, request: RequestBuilder) -> reqwest::Result<Response> {
        let mut sending = pin!(send(request));
        poll_fn(|context| {
            let _inside = self.runtime.enter();
            sending.as_mut().poll(context)
        })
        .await
    }
}

async fn send(request: RequestBuilder) -> reqwest::Result<Response> {
    let (client, request) = request.build_split();
    let mut request = request?;
    if let Some(parent) = outgoing().and_then(|text| HeaderValue::try_from(text).ok()) {
        request.headers_mut().insert(TRACEPARENT, parent);
    }
    let is_safe = request.method().is_safe();
    let again = request.try_clone();
    match (client.execute(request).await, again) {
        (Err(error), Some(again)) if error.is_connect() || (is_safe && !error.is_timeout()) => {
            client.execute(again).await
        }
        (sent, _) => sent,
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
