//! The one constructor of HTTP clients for calls to the outside, and an answer as it was read.
//!
//! Owns time to connect and name resolution. Never follows a redirect (an authority's answer must not send us elsewhere,
//! RFC 9700 §4.12), never asks a proxy of the environment.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Certificate, Client, ClientBuilder, StatusCode, redirect};

use crate::domain::causes::causes;
use crate::domain::clock::Timestamp;

/// A connection that was idle for longer is not used again. Many servers close theirs after five seconds, and a
/// grant that meets a closing connection is lost.
const IDLE_CONNECTION: Duration = Duration::from_secs(4);
/// No `Retry-After` is believed beyond this.
const LONGEST_RETRY: Duration = Duration::from_hours(1);

/// How calls to the outside are made.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Time to establish a connection.
    pub connect_timeout: Duration,
    /// Time for a whole call to an authority, its answer's body included.
    pub timeout: Duration,
    /// PEM file with certificates of a private CA, trusted beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Addresses of hosts that the resolver is not asked for.
    pub resolve: BTreeMap<String, IpAddr>,
    /// A key that the authority withdrew is refused after this time at the latest.
    pub keys_max_age: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(10),
            ca_file: None,
            resolve: BTreeMap::new(),
            keys_max_age: Duration::from_hours(1),
        }
    }
}

/// Why no client can be made.
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
}

/// A client for calls to the outside: no redirects, no proxy, our resolver, our certificates.
///
/// # Errors
/// When the CA file cannot be used.
pub fn outbound_client(options: &HttpOptions) -> Result<Client, HttpSetupError> {
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
    match builder(options).tls_certs_merge(roots.clone()).build() {
        Ok(client) => Ok(client),
        Err(error) => {
            // A machine without CA certificates can still talk to loopback authorities.
            tracing::warn!(error = %chain(&error), "no CA certificates of the system; https to public hosts will fail");
            builder(options)
                .tls_certs_only(roots)
                .build()
                .map_err(HttpSetupError::Tls)
        }
    }
}

/// What all clients have in common; trust is still to be said.
pub(crate) fn builder(options: &HttpOptions) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("gatehouse/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(IDLE_CONNECTION)
        .dns_resolver(Resolver {
            pins: Arc::new(options.resolve.clone()),
        })
}

/// Pinned hosts first, names below `.localhost` are this machine (RFC 6761 §6.3), then the system.
struct Resolver {
    pins: Arc<BTreeMap<String, IpAddr>>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        let known = self.pins.get(&host).copied();
        Box::pin(async move {
            // Port 0 stands for the port of the address that is called.
            let at = |address: IpAddr| SocketAddr::new(address, 0);
            let addresses: Addrs = match known {
                Some(address) => Box::new(std::iter::once(at(address))),
                None if host == "localhost" => {
                    let both = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
                    Box::new(both.into_iter().map(at))
                }
                None if host.ends_with(".localhost") => {
                    Box::new(std::iter::once(at(Ipv4Addr::LOCALHOST.into())))
                }
                None => Box::new(
                    tokio::net::lookup_host((host, 0))
                        .await?
                        .collect::<Vec<_>>()
                        .into_iter(),
                ),
            };
            Ok(addresses)
        })
    }
}

/// `Retry-After` as time from `now`, in seconds or as a date (RFC 9110 §10.2.3), at most an hour.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now)
            .to_std()
            .unwrap_or_default(),
    };
    Some(wait.min(LONGEST_RETRY))
}

/// An answer, read to its end within its limit.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// `Retry-After` as time from `now`.
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        retry_after(&self.headers, now)
    }

    /// `max-age` of `Cache-Control` (RFC 9111 §5.2.2.1).
    pub(crate) fn max_age(&self) -> Option<Duration> {
        self.text(header::CACHE_CONTROL)?
            .split(',')
            .find_map(|directive| {
                let (name, value) = directive.trim().split_once('=')?;
                name.eq_ignore_ascii_case("max-age").then_some(())?;
                value
                    .trim_matches('"')
                    .parse()
                    .ok()
                    .map(Duration::from_secs)
            })
    }

    /// The sender's clock (RFC 9110 §6.6.1).
    pub(crate) fn date(&self) -> Option<Timestamp> {
        let text = self.text(header::DATE)?;
        Some(DateTime::parse_from_rfc2822(text).ok()?.to_utc())
    }

    /// The media type in lower case, parameters left off.
    pub(crate) fn media_type(&self) -> String {
        let text = self.text(header::CONTENT_TYPE).unwrap_or_default();
        let media = text.split(';').next().unwrap_or_default();
        media.trim().to_ascii_lowercase()
    }

    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An error with its causes; the address is left out, because it is known and could hold a name.
pub fn chain(error: &reqwest::Error) -> String {
    let text = causes(error);
    if text.is_empty() {
        "the exchange broke off".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(name: HeaderName, value: &str) -> Answer {
        Answer {
            status: StatusCode::OK,
            headers: HeaderMap::from_iter([(name, value.parse().unwrap())]),
            body: Vec::new(),
        }
    }

    #[test]
    fn d11_retry_after_is_read_as_seconds_and_as_a_date_and_never_beyond_an_hour() {
        let now = DateTime::parse_from_rfc2822("Sun, 06 Nov 1994 08:49:00 GMT")
            .unwrap()
            .to_utc();
        let wait = |value| answer(header::RETRY_AFTER, value).retry_after(now);
        assert_eq!(wait("120"), Some(Duration::from_mins(2)));
        assert_eq!(
            wait("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Duration::from_secs(37))
        );
        assert_eq!(wait("99999999"), Some(LONGEST_RETRY));
        assert_eq!(wait("soon"), None);
    }

    #[test]
    fn max_age_is_found_among_other_directives() {
        let age = |value| answer(header::CACHE_CONTROL, value).max_age();
        assert_eq!(
            age("max-age=86400, private"),
            Some(Duration::from_hours(24))
        );
        assert_eq!(age("no-store"), None);
        assert_eq!(age("private, MAX-AGE=\"60\""), Some(Duration::from_mins(1)));
    }
}
