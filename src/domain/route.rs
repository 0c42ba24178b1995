//! Route: a part of an application behind gatehouse, who may use it, and what its upstream receives.
//!
//! The most specific route decides: the host first, then the longest path prefix, at the border of a segment.

use std::time::Duration;

use chrono::TimeDelta;
use url::Url;

use super::access_rule::AccessRule;
use super::api::ApiName;
use super::bearer_rule::BearerRule;
use super::clock::Timestamp;
use super::identity::Identity;
use super::request_target::{CanonicalPath, TargetRefusal, is_below};

/// Rules for the requests below one path of one host.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Host and, unless it is the scheme's own, port; in lower case.
    pub host: String,
    /// A canonical path prefix: `/`, or `/segment…` without a slash at the end.
    pub path: String,
    /// Where requests go; `None` for rules that only forward auth asks for.
    pub upstream: Option<Upstream>,
    /// The API whose access token the upstream gets as `Authorization: Bearer`.
    pub token_for: Option<ApiName>,
    /// Who may pass, beyond the profile's own rule.
    pub allow: AccessRule,
    /// Path prefixes that need no session.
    pub public: Vec<String>,
    /// A stronger or fresher sign-in.
    pub step_up: Option<StepUp>,
    /// Whether CORS preflights pass without a session.
    pub preflight: bool,
    /// Identity headers besides ours: the header's name and the claim that it carries.
    pub identity_headers: Vec<(String, String)>,
    /// Callers with an access token of their own.
    pub accept_bearer: Option<BearerRule>,
    /// Other origins that may send unsafe methods or open websockets with the session.
    pub allowed_origins: Vec<String>,
    /// Which parts of App Service's `EasyAuth` the upstream gets.
    pub easyauth: EasyAuth,
}

/// An application behind gatehouse.
#[derive(Debug, Clone, PartialEq)]
pub struct Upstream {
    /// Scheme, host and port; no path: the target is forwarded as it was sent.
    pub origin: Url,
    /// How long it may take.
    pub timeouts: UpstreamTimeouts,
    /// What people call it; `None` if it is the profile's only application, or nobody said.
    pub title: Option<String>,
}

impl Upstream {
    /// Host and, unless it is the scheme's own, port.
    pub fn authority(&self) -> String {
        let host = self.origin.host_str().unwrap_or_default();
        match self.origin.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

/// How long an upstream may take. Defaults: 2 s, 30 s, 5 min.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpstreamTimeouts {
    /// Until a connection stands.
    pub connect: Duration,
    /// From the request's last byte to the answer's head.
    pub first_byte: Duration,
    /// Between two pieces of a body or two frames of a websocket.
    pub idle: Duration,
}

impl Default for UpstreamTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_mins(5),
        }
    }
}

/// What a route demands of the sign-in itself.
///
/// 1. A sign-in asks the authority for what the route of its target demands. Nothing of it is read from the request, so
///    a link cannot ask for less; a link may name a further path whose route demands something (`step_up_for`).
/// 2. What was asked for is sealed into the attempt, and the callback holds the ID token against it. A sign-in that the
///    authority did not make strong or fresh enough begins no session, so there is no loop.
/// 3. Each request to the route is judged by itself (`flow/decide.rs`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUp {
    /// Authentication contexts of which the `acr` or `acrs` claim must name one; empty demands nothing.
    pub acr: Vec<String>,
    /// How long ago the person may have signed in at the authority.
    pub max_age: Option<Duration>,
}

impl StepUp {
    /// Whether the sign-in behind an identity is strong and fresh enough. A claim that is missing proves nothing.
    pub fn is_met_by(&self, identity: &Identity, now: Timestamp) -> bool {
        let judged = identity.judged();
        let listed = |one: &str| self.acr.iter().any(|wanted| wanted == one);
        let strong = self.acr.is_empty() || judged.contexts().any(listed);
        let fresh = self.max_age.is_none_or(|max_age| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a cast saturates, and no date is that far away"
            )]
            let signed_in_at = judged
                .authenticated_at()
                .and_then(|seconds| Timestamp::from_timestamp(seconds as i64, 0));
            let allowed = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
            signed_in_at.is_some_and(|at| now.signed_duration_since(at) <= allowed)
        });
        strong && fresh
    }
}

/// Parts of App Service's `EasyAuth`, each an opt-in of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EasyAuth {
    /// `X-MS-CLIENT-PRINCIPAL*`.
    pub principal: bool,
    /// `/.auth/me`, `/.auth/login/…`, `/.auth/logout`, `/.auth/refresh`.
    pub addresses: bool,
    /// `X-MS-TOKEN-*`; never a refresh token.
    pub tokens: bool,
}

impl Route {
    /// The route of a path that no route of the profile matches: a session of the profile is needed, nothing more.
    pub fn guarding(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            path: "/".to_owned(),
            upstream: None,
            token_for: None,
            allow: AccessRule::default(),
            public: Vec::new(),
            step_up: None,
            preflight: false,
            identity_headers: Vec::new(),
            accept_bearer: None,
            allowed_origins: Vec::new(),
            easyauth: EasyAuth::default(),
        }
    }

    /// Whether a path below this route needs no session.
    pub fn is_public(&self, path: &str) -> bool {
        self.public.iter().any(|prefix| is_below(path, prefix))
    }
}

/// The routes of one profile.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Routes {
    /// Most specific first.
    routes: Vec<Route>,
    /// Indices into `routes`, in the order of the profile file.
    listed: Vec<usize>,
}

impl Routes {
    /// Orders routes so that the first that matches is the most specific one.
    pub fn new(listed: Vec<Route>) -> Self {
        let mut numbered: Vec<(usize, Route)> = listed.into_iter().enumerate().collect();
        numbered
            .sort_by_key(|(_, route)| std::cmp::Reverse(route.path.trim_end_matches('/').len()));
        let mut positions: Vec<(usize, usize)> = numbered
            .iter()
            .enumerate()
            .map(|(at, (number, _))| (*number, at))
            .collect();
        positions.sort_unstable();
        Self {
            routes: numbered.into_iter().map(|(_, route)| route).collect(),
            listed: positions.into_iter().map(|(_, at)| at).collect(),
        }
    }

    /// The same, with what the profile says about the addresses of its user flows.
    #[must_use]
    pub fn where_emails_are_verified(mut self, by_flows: bool) -> Self {
        for route in &mut self.routes {
            route.allow.flows_verify_emails = by_flows;
        }
        self
    }

    /// Every route, in the order in which the profile lists them.
    pub fn written(&self) -> impl Iterator<Item = &Route> {
        self.listed.iter().filter_map(|at| self.routes.get(*at))
    }

    /// Whether a route has App Service's addresses.
    pub fn have_easyauth_addresses(&self) -> bool {
        self.routes.iter().any(|route| route.easyauth.addresses)
    }

    /// Whether a route gives tokens away as App Service does.
    pub fn have_easyauth_tokens(&self) -> bool {
        self.routes.iter().any(|route| route.easyauth.tokens)
    }

    /// Whether any has an upstream.
    pub fn have_upstreams(&self) -> bool {
        self.routes.iter().any(|route| route.upstream.is_some())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// The route of a request, and whether its path is public there.
    ///
    /// # Errors
    /// `Ambiguous` when a lenient upstream would read another route, or another answer to "is it public", out of the
    /// same bytes.
    pub fn find(
        &self,
        host: &str,
        path: &CanonicalPath<'_>,
    ) -> Result<Option<(&Route, bool)>, TargetRefusal> {
        let found = path.agreed(|path| {
            let index = self.routes.iter().position(|route| {
                route.host.eq_ignore_ascii_case(host) && is_below(path, &route.path)
            });
            let public = index
                .and_then(|index| self.routes.get(index))
                .is_some_and(|route| route.is_public(path));
            (index, public)
        })?;
        let (index, public) = found;
        Ok(index
            .and_then(|index| self.routes.get(index))
            .map(|route| (route, public)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(host: &str, path: &str, public: &[&str]) -> Route {
        Route {
            host: host.to_owned(),
            path: path.to_owned(),
            upstream: None,
            token_for: None,
            allow: AccessRule::default(),
            public: public.iter().map(|&prefix| prefix.to_owned()).collect(),
            step_up: None,
            preflight: false,
            identity_headers: Vec::new(),
            accept_bearer: None,
            allowed_origins: Vec::new(),
            easyauth: EasyAuth::default(),
        }
    }

    fn found(
        routes: &Routes,
        host: &str,
        path: &str,
    ) -> Result<Option<(String, bool)>, TargetRefusal> {
        let path = CanonicalPath::parse(path)?;
        let found = routes.find(host, &path)?;
        Ok(found.map(|(route, public)| (route.path.clone(), public)))
    }

    #[test]
    fn the_longest_prefix_of_the_host_wins_at_the_border_of_a_segment() {
        let routes = Routes::new(vec![
            route("app.example", "/", &["/assets/"]),
            route("app.example", "/api/admin", &[]),
            route("app.example", "/api", &["/api/health"]),
            route("wiki.example", "/", &[]),
        ]);
        let at = |host: &str, path: &str| found(&routes, host, path);
        let is = |path: &str, public| Ok(Some((path.to_owned(), public)));
        assert_eq!(at("app.example", "/api/admin/x"), is("/api/admin", false));
        assert_eq!(at("app.example", "/api/administrator"), is("/api", false));
        assert_eq!(at("app.example", "/api/health"), is("/api", true));
        assert_eq!(at("app.example", "/apis"), is("/", false));
        assert_eq!(at("APP.example", "/assets/site.css"), is("/", true));
        assert_eq!(at("wiki.example", "/api/admin"), is("/", false));
        assert_eq!(at("other.example", "/"), Ok(None));
    }

    #[test]
    fn a_public_prefix_is_not_reached_by_a_spelling_of_a_guarded_path() {
        let routes = Routes::new(vec![route("app.example", "/", &["/public"])]);
        for path in ["/PUBLIC/x", "/public;x/y"] {
            let at = found(&routes, "app.example", path);
            assert_eq!(at, Err(TargetRefusal::Ambiguous), "{path}");
        }
        let at = found(&routes, "app.example", "/private;x=/public/").unwrap();
        assert_eq!(at, Some(("/".to_owned(), false)));
    }

    #[test]
    fn an_upstream_is_named_by_host_and_by_a_port_of_its_own() {
        for (origin, expected) in [
            ("http://app.internal", "app.internal"),
            ("https://app.internal:443", "app.internal"),
            ("http://app.internal:8080", "app.internal:8080"),
            ("http://[::1]:1", "[::1]:1"),
        ] {
            let upstream = Upstream {
                origin: Url::parse(origin).unwrap(),
                timeouts: UpstreamTimeouts::default(),
                title: None,
            };
            assert_eq!(upstream.authority(), expected);
        }
    }

    #[test]
    fn routes_have_what_one_of_them_has() {
        let none = Routes::default();
        assert!(none.is_empty() && !none.have_upstreams());
        let plain = Routes::new(vec![Route::guarding("app.example")]);
        assert!(!plain.is_empty());
        assert!(!plain.have_upstreams());
        assert!(!plain.have_easyauth_addresses() && !plain.have_easyauth_tokens());
        let mut full = Route::guarding("app.example");
        full.path = "/x".to_owned();
        full.upstream = Some(Upstream {
            origin: Url::parse("http://app.internal").unwrap(),
            timeouts: UpstreamTimeouts::default(),
            title: None,
        });
        full.easyauth.addresses = true;
        let both = Routes::new(vec![Route::guarding("app.example"), full.clone()]);
        assert!(both.have_upstreams() && both.have_easyauth_addresses());
        assert!(!both.have_easyauth_tokens());
        full.easyauth.tokens = true;
        let with_tokens = Routes::new(vec![Route::guarding("app.example"), full]);
        assert!(with_tokens.have_easyauth_tokens());
        let vouched = with_tokens.where_emails_are_verified(true);
        assert!(vouched.written().count() == 2);
        assert!(
            vouched
                .written()
                .all(|route| route.allow.flows_verify_emails)
        );
    }
}
