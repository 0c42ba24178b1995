//! A request to a guarded application, and who sends it: what forward auth and the reverse proxy have in common.
//!
//! Both ask here, so that a request gets the same decision (`flow/decide.rs`) whichever way it comes.

use actix_web::http::header::{HeaderMap, ORIGIN};

use crate::domain::access_rule::AccessRule;
use crate::domain::caller::Caller;
use crate::domain::profile::Profile;
use crate::domain::request_target::RequestTarget;
use crate::domain::route::Route;
use crate::flow::decide::{Decision, Question, RequestKind, decide};
use crate::flow::session_check::{self, SignedIn, Use};
use crate::web::app_state::AppState;
use crate::web::cookies::session;

/// A request whose profile and route are known.
#[derive(Clone, Copy)]
pub struct Guarded<'a> {
    /// What every handler may use.
    pub app: &'a AppState,
    /// The profile.
    pub profile: &'a Profile,
    /// The route.
    pub route: &'a Route,
    /// Whether the path needs no session there.
    pub public: bool,
    /// The headers of the request, the session cookie among them.
    pub headers: &'a HeaderMap,
    /// What the request asks for.
    pub target: &'a RequestTarget<'a>,
}

/// Who sends a request. An outage is neither yes nor no.
#[derive(Debug, Clone)]
pub enum Sender {
    /// Nobody who is known.
    Nobody,
    /// A person with a session.
    Person(SignedIn),
    /// Nobody can tell now.
    Unknown,
}

impl Sender {
    /// The person with a session, if it is one.
    pub fn person(&self) -> Option<&SignedIn> {
        match self {
            Self::Person(signed_in) => Some(signed_in),
            Self::Nobody | Self::Unknown => None,
        }
    }

    fn caller(&self) -> Caller<'_> {
        match self {
            Self::Nobody => Caller::Nobody,
            Self::Person(signed_in) => Caller::Person(signed_in.session()),
            Self::Unknown => Caller::Unknown,
        }
    }
}

impl Guarded<'_> {
    /// Who sends the request, by the session cookie. This is a use of the session.
    pub async fn sender(&self) -> Sender {
        let cookie = session::browser_handle(self.headers, &self.app.cookie_keys, self.profile);
        let handle = cookie.map(|found| found.handle);
        let services = &self.app.services;
        match session_check::check(services, self.profile, handle.as_ref(), Use::Sliding).await {
            Ok(Some(signed_in)) => Sender::Person(signed_in),
            Ok(None) => Sender::Nobody,
            Err(error) => {
                tracing::error!(profile.id = %self.profile.id, error = %error, "a request to a guarded application has no answer");
                Sender::Unknown
            }
        }
    }

    /// The decision. `narrowing` is what a proxy's own check adds to the rules.
    pub fn decide<'s>(&'s self, narrowing: &'s AccessRule, sender: &'s Sender) -> Decision<'s> {
        let question = Question {
            profile_rule: &self.profile.allow,
            route: self.route,
            public: self.public,
            narrowing,
            request: self.kind(),
            now: self.app.services.now(),
        };
        decide(&question, sender.caller())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn kind(&self) -> RequestKind {
        let method = self.target.method;
        let origin = self.header(ORIGIN.as_str());
        let preflight = method == "OPTIONS"
            && origin.is_some()
            && self.header("access-control-request-method").is_some();
        let socket = self.header("sec-websocket-key").is_some();
        let safe = matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE");
        let cross_site = match (origin, self.header("sec-fetch-site")) {
            (Some(origin), _) => !self.is_own_or_listed(origin),
            (None, Some(site)) => !matches!(site, "same-origin" | "none"),
            (None, None) => false,
        };
        RequestKind {
            preflight,
            unsafe_method: !safe || socket,
            cross_site,
        }
    }

    fn is_own_or_listed(&self, origin: &str) -> bool {
        let own = self.profile.public_url.origin();
        let mut allowed = self.route.allowed_origins.iter();
        origin.eq_ignore_ascii_case(&own)
            || allowed.any(|listed| listed.eq_ignore_ascii_case(origin))
    }
}
