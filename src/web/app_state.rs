//! `AppState`: what every handler may use.

use std::sync::Arc;

use arc_swap::ArcSwap;
use ipnet::IpNet;

use crate::domain::profiles::Profiles;
use crate::flow::services::Services;
use crate::web::client::rate_limit::Limits;
use crate::web::client::untrusted_proxy_warning::Unheeded;
use crate::web::cookies::session::CookieKeys;
use crate::web::pages::Pages;

/// The web's shared means; made once, in `app`.
pub struct AppState {
    /// The journeys' means.
    pub services: Arc<Services>,
    /// The profiles of this moment; a reload swaps them.
    pub profiles: Arc<ArcSwap<Profiles>>,
    /// Pages and their assets.
    pub pages: Pages,
    /// Keys of the session cookie, newest first.
    pub cookie_keys: CookieKeys,
    /// Peers whose forwarded headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// How much one address may do.
    pub limits: Limits,
    /// Peers whose forwarded headers do not count, as far as they were told of.
    pub unheeded: Unheeded,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").finish_non_exhaustive()
    }
}

impl AppState {
    /// Puts the means together.
    pub fn new(
        services: Arc<Services>,
        profiles: Arc<ArcSwap<Profiles>>,
        pages: Pages,
        cookie_keys: CookieKeys,
        trusted_proxies: Vec<IpNet>,
    ) -> Self {
        Self {
            services,
            profiles,
            pages,
            cookie_keys,
            trusted_proxies,
            limits: Limits::default(),
            unheeded: Unheeded::default(),
        }
    }
}
