//! The headers of a request as its upstream gets them.
//!
//! The order, so that no client can take a header of ours away or add one of its own:
//!
//! 1. Headers of one connection, and those that `Connection` names, are dropped (RFC 9110 §7.6.1).
//! 2. Headers that only we may set are dropped under every spelling, and our cookies are taken out of `Cookie`.
//! 3. Ours are set: where the request came from, who the caller is, and the access token.

use std::fmt::Write as _;
use std::net::IpAddr;

use actix_web::HttpMessage as _;
use actix_web::http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, HOST, HeaderMap, HeaderName,
};

use crate::measure::trace_context::outgoing;
use crate::proxy::client::UpstreamRequest;
use crate::proxy::header_names::{is_forwarding, is_hop_by_hop, is_identity};
use crate::web::client::address;
use crate::web::cookies::cookie::{is_ours, without};
use crate::web::gateway::forwarded_request::Forward;
use crate::web::gateway::guarded::Sender;
use crate::web::gateway::upstream_token::{Bearer, Tokens};
use crate::web::middleware::request_id::{RequestId, X_REQUEST_ID};

const TRACEPARENT: &str = "traceparent";

impl Forward<'_> {
    pub(super) fn fill_headers(&self, request: &mut UpstreamRequest, tokens: &Tokens) {
        let headers = self.request.headers();
        let named = named_by_connection(headers);
        for (name, value) in headers {
            if self.passes(name, &named) {
                request.append(name.as_str(), value.as_bytes());
            }
        }
        if let Some(cookies) = without(headers, is_ours) {
            request.append(COOKIE.as_str(), cookies.as_bytes());
        }
        self.set_forwarding(request);
        if let Some(parent) = outgoing() {
            request.append(TRACEPARENT, parent.as_bytes());
        }
        if let Some(id) = self.request.extensions().get::<RequestId>() {
            request.append(X_REQUEST_ID.as_str(), id.as_str().as_bytes());
        }
        let (app, now) = (self.guarded.app, self.guarded.now);
        let caller = self.sender.known(self.identity, now);
        let told = &app.upstream_identity;
        let told = told.headers(self.profile, self.guarded.route, caller, now);
        for (name, value) in &told.plain.set {
            request.append(name, value.as_bytes());
        }
        for (name, value) in &tokens.easyauth {
            request.append_secret(name.as_str(), value.to_str().unwrap_or_default());
        }
        if let Bearer::Token(grant) = &tokens.bearer {
            request.append_secret(
                AUTHORIZATION.as_str(),
                &format!("Bearer {}", grant.token.expose()),
            );
        }
    }

    fn passes(&self, name: &HeaderName, named: &[String]) -> bool {
        let route = self.guarded.route;
        let configured = route.identity_headers.iter();
        match *name {
            HOST | CONTENT_LENGTH | COOKIE => return false,
            AUTHORIZATION if route.token_for.is_some() => return false,
            // What was accepted passes; on such a route nothing else does.
            AUTHORIZATION if route.accept_bearer.is_some() => {
                return self.identity.is_some() && matches!(self.sender, Sender::Bearer(_));
            }
            _ => {}
        }
        if *name == X_REQUEST_ID {
            return false;
        }
        let name = name.as_str();
        // With traces of our own the upstream's span hangs below ours.
        if matches!(name, TRACEPARENT | "tracestate") && outgoing().is_some() {
            return false;
        }
        !is_hop_by_hop(name)
            && !named.iter().any(|other| other == name)
            && !is_forwarding(name)
            && !is_identity(name, configured.map(|(name, _)| name.as_str()))
    }

    /// Where the request came from. A plain-http upstream gets the host that the person asked for as `Host`; an https one
    /// gets its own, which its certificate and its virtual hosts know.
    fn set_forwarding(&self, request: &mut UpstreamRequest) {
        let public = &self.profile.public_url;
        let (host, proto) = (
            self.guarded.target.host,
            if public.is_https() { "https" } else { "http" },
        );
        if self.upstream.origin.scheme() == "http" {
            request.append(HOST.as_str(), host.as_bytes());
        }
        let mut forwarded = String::with_capacity(80);
        if let Some(client) = self.client() {
            request.append("x-forwarded-for", client.to_string().as_bytes());
            // Writing to a text cannot fail.
            let _ = match client {
                IpAddr::V4(client) => write!(forwarded, "for={client};"),
                IpAddr::V6(client) => write!(forwarded, "for=\"[{client}]\";"),
            };
        }
        let _ = write!(forwarded, "host=\"{host}\";proto={proto}");
        request.append("x-forwarded-host", host.as_bytes());
        request.append("x-forwarded-proto", proto.as_bytes());
        request.append("forwarded", forwarded.as_bytes());
    }

    fn client(&self) -> Option<IpAddr> {
        let peer = self.request.peer_addr()?.ip();
        let trusted = &self.guarded.app.trusted_proxies;
        Some(address::client(peer, self.request.headers(), trusted).to_canonical())
    }
}

/// The headers that `Connection` names, in lower case.
fn named_by_connection(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(CONNECTION)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !matches!(name.as_str(), "" | "close" | "keep-alive"))
        .collect()
}
