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
    /// The address that rate limits count: the peer's, or the one that a trusted proxy forwarded; `None` for a client on
    /// this machine.
    pub client_address: Option<IpAddr>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Path and query exactly as sent; routing sees the path below the profile's prefix instead.
    pub sent: Option<PathAndQuery>,
}

impl ResolvedProfile {
    /// Path and query of the request, the profile's prefix included, as an address that this site can be sent to.
    pub fn path_and_query(&self) -> String {
        let sent = self.sent.as_ref().map_or("/", PathAndQuery::as_str);
        below_prefix(self.profile.public_url.prefix(), sent)
    }
}

/// The prefix alone is the home page of a profile, whose address ends in a slash.
fn below_prefix(prefix: &str, sent: &str) -> String {
    match sent.strip_prefix(prefix) {
        Some(below) if !below.starts_with('/') => format!("{prefix}/{below}"),
        _ => sent.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_as_sent_but_the_home_page_ends_in_a_slash() {
        for (prefix, sent, expected) in [
            ("", "/", "/"),
            ("", "/reports?a=%2F&b", "/reports?a=%2F&b"),
            ("/staff", "/staff/reports?a=1", "/staff/reports?a=1"),
            ("/staff", "/staff", "/staff/"),
            ("/staff", "/staff?a=1", "/staff/?a=1"),
        ] {
            assert_eq!(below_prefix(prefix, sent), expected);
        }
    }
}
