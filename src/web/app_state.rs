//! What every handler may use.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::domain::forward_auth::Family;
use crate::domain::profiles::Profiles;
use crate::flow::services::Services;
use crate::measure::requests::RequestMetrics;
use crate::proxy::client::UpstreamConnections;
use crate::proxy::upstream_identity::UpstreamIdentity;
use crate::web::client::address::TrustedProxies;
use crate::web::client::rate_limit::RateLimits;
use crate::web::client::warnings::{ForeignCookieWarning, UnservedWarning, UntrustedProxyWarning};
use crate::web::cookies::session::CookieKeys;
use crate::web::errors::outage_age::OutageAges;
use crate::web::gateway::application_headers::UpstreamHeaders;
use crate::web::middleware::request_id::RequestIds;
use crate::web::pages::Pages;

/// What every handler may use. Made once, in `app`.
pub struct AppState {
    /// What every flow may use.
    pub services: Arc<Services>,
    /// The current profiles; a reload swaps them.
    pub profiles: Arc<ArcSwap<Profiles>>,
    /// Pages and their assets.
    pub pages: Pages,
    /// Keys of the session cookie, newest first.
    pub cookie_keys: CookieKeys,
    /// Peers whose forwarded headers count.
    pub trusted_proxies: TrustedProxies,
    /// How proxies tell the original request of a check; `None` accepts every way.
    pub forward_auth: Option<Family>,
    /// What upstreams are told about callers.
    pub upstream_identity: UpstreamIdentity<UpstreamHeaders>,
    /// Rate limits for each client address.
    pub rate_limits: RateLimits,
    /// Whether every request has a line in the log.
    pub access_log: bool,
    /// Ids of requests.
    pub request_ids: RequestIds,
    /// The metrics of requests.
    pub requests: RequestMetrics,
    /// What connections to upstreams are made of.
    pub upstreams: UpstreamConnections,
    /// Since when outages last that people are told of.
    pub outage_ages: OutageAges,
    /// Warns of untrusted peers that send forwarded headers.
    pub untrusted_proxy_warning: UntrustedProxyWarning,
    /// Warns of requests that no profile can serve.
    pub unserved_warning: UnservedWarning,
    /// Warns of a session cookie of another deployment.
    pub foreign_cookie_warning: ForeignCookieWarning,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").finish_non_exhaustive()
    }
}
