//! The profile of a request and what was read from the socket and the forwarded headers, decided once for each request.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::ErrorNotFound;
use actix_web::http::uri::PathAndQuery;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};

use crate::domain::profile::Profile;

/// What `web::middleware::resolve_profile` found out about a request. Nothing else reads the peer's address, the host or
/// forwarded headers.
#[derive(Debug, Clone)]
pub struct ResolvedProfile {
    /// The profile.
    pub profile: Arc<Profile>,
    /// Whether the path is the profile's redirect path.
    pub at_redirect_path: bool,
    /// The client's address: the peer's, or the one that a trusted proxy forwarded.
    pub client_address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Path and query exactly as sent; routing sees the path below the profile's prefix instead.
    pub sent: Option<PathAndQuery>,
}

impl ResolvedProfile {
    /// The path and query of the request, with the profile's prefix. The prefix alone is the profile's home page and ends
    /// in a slash here.
    pub fn path_and_query(&self) -> String {
        let prefix = self.profile.public_url.prefix();
        let sent = self.sent.as_ref().map_or("/", PathAndQuery::as_str);
        match sent.strip_prefix(prefix) {
            Some(below) if !below.starts_with('/') => format!("{prefix}/{below}"),
            _ => sent.to_owned(),
        }
    }
}

impl FromRequest for ResolvedProfile {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let resolved = request.extensions().get::<Self>().cloned();
        ready(resolved.ok_or_else(|| ErrorNotFound("")))
    }
}
