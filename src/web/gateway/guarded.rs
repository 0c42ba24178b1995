//! A request to a guarded application, and who sends it: what forward auth and the reverse proxy have in common.
//!
//! Both ask here, so that a request gets the same decision (`flow/decide.rs`) whichever way it comes.
//!
//! The access token of a request (RFC 6750 §2.1) is read here, too. Only a route with `accept_bearer` reads `Authorization`;
//! anywhere else the header belongs to the application behind.

use std::sync::Arc;

use actix_web::http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, HeaderMap, HeaderName, ORIGIN,
};
use chrono::TimeDelta;

use crate::domain::access_rule::AccessRule;
use crate::domain::bearer_rule::BearerRule;
use crate::domain::caller::Caller;
use crate::domain::causes::with_causes;
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::profile::Profile;
use crate::domain::request_target::RequestTarget;
use crate::domain::route::Route;
use crate::flow;
use crate::flow::bearer::{AcceptedBearer, BearerCheck, BearerRefusal};
use crate::flow::decide::{Decision, Question, RequestKind, decide};
use crate::flow::session_check::{self, SignedIn, Use};
use crate::proxy::upstream_identity::KnownCaller;
use crate::web::app_state::AppState;
use crate::web::cookies::session;
use crate::web::gateway::websocket::opens_websocket;

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A request whose profile and route are known.
#[derive(Clone, Copy)]
pub struct Guarded<'a> {
    /// What every handler may use.
    pub app: &'a AppState,
    /// The profile.
    pub profile: &'a Arc<Profile>,
    /// The route.
    pub route: &'a Route,
    /// Whether the path needs no session there.
    pub public: bool,
    /// The headers of the request, the session cookie among them.
    pub headers: &'a HeaderMap,
    /// What the request asks for.
    pub target: &'a RequestTarget<'a>,
    /// When the request is judged: read once, because reading the clock is a measurable part of a check.
    pub now: Timestamp,
}

/// Who sends a request. An outage is neither yes nor no.
#[derive(Debug, Clone)]
pub enum Sender {
    /// Nobody who is known.
    Nobody,
    /// A person with a session.
    Person(SignedIn),
    /// A caller with an access token of its own, on a route that takes them.
    Bearer(AcceptedBearer),
    /// Nobody: the access token of the request counts for nothing here.
    Refused(BearerRefusal),
    /// Two callers at once, or a token that cannot be read: the request is refused.
    Ambiguous(CredentialFault),
    /// Nobody can tell now.
    Unknown,
}

impl Sender {
    /// The person with a session, if it is one.
    pub fn person(&self) -> Option<&SignedIn> {
        match self {
            Self::Person(signed_in) => Some(signed_in),
            _ => None,
        }
    }

    /// What an upstream may know of the sender, if the decision lets it know somebody. A token was verified just `now`, and
    /// nothing that is said of its bearer is believed for longer than a minute.
    pub fn known<'i>(
        &self,
        identity: Option<&'i Identity>,
        now: Timestamp,
    ) -> Option<KnownCaller<'i>> {
        let until = match self {
            Self::Person(signed_in) => signed_in.session().expires_at,
            Self::Bearer(bearer) => bearer.ends_at().min(now + TimeDelta::minutes(1)),
            _ => return None,
        };
        identity.map(|identity| KnownCaller { identity, until })
    }

    fn caller(&self) -> Caller<'_> {
        match self {
            Self::Nobody | Self::Refused(_) | Self::Ambiguous(_) => Caller::Nobody,
            Self::Bearer(bearer) => Caller::Bearer(bearer.caller()),
            Self::Person(signed_in) => Caller::Person(signed_in.session()),
            Self::Unknown => Caller::Unknown,
        }
    }
}

impl Guarded<'_> {
    /// Who sends the request: by its access token on a route that takes them, else by the session cookie, never by both.
    /// This is a use of the session. `narrowing` is what a proxy's own check adds to the rules.
    pub async fn sender(&self, narrowing: &AccessRule) -> Sender {
        let cookie = session::browser_handle(self.headers, &self.app.cookie_keys, self.profile);
        let handle = cookie.map(|found| found.handle);
        if let Some(rule) = &self.route.accept_bearer {
            match token(self.headers) {
                Ok(None) => {}
                Ok(Some(_)) if handle.is_some() => {
                    return Sender::Ambiguous(CredentialFault::WithCookie);
                }
                // Boxed, because few routes take tokens, and each check would pay for the size.
                Ok(Some(token)) => return Box::pin(self.bearer(rule, token, narrowing)).await,
                Err(fault) => return Sender::Ambiguous(fault),
            }
        }
        let services = &self.app.services;
        let (handle, usage) = (handle.as_ref(), Use::Sliding);
        match session_check::check_at(services, self.profile, handle, usage, self.now).await {
            Ok(Some(signed_in)) => Sender::Person(signed_in),
            Ok(None) => Sender::Nobody,
            Err(error) => {
                tracing::error!(profile.id = %self.profile.id, error = %error, "a request to a guarded application has no answer");
                Sender::Unknown
            }
        }
    }

    async fn bearer(&self, rule: &BearerRule, token: &str, narrowing: &AccessRule) -> Sender {
        let rules = [&self.profile.allow, &self.route.allow, narrowing];
        let asked = flow::bearer::BearerQuestion {
            rule,
            needs_groups: rules.iter().any(|rule| rule.needs_groups()),
        };
        match flow::bearer::check(&self.app.services, self.profile, asked, token).await {
            Ok(BearerCheck::Accepted(accepted)) => Sender::Bearer(accepted),
            Ok(BearerCheck::Refused(refusal)) => Sender::Refused(refusal),
            Err(error) => {
                tracing::error!(profile.id = %self.profile.id, error = %with_causes(&error), "an access token cannot be verified now");
                Sender::Unknown
            }
        }
    }

    /// The decision. A sender with a token, or one who should bring one, is refused by
    /// [`refusal`](crate::web::gateway::bearer::refusal), which comes before every other refusal. `narrowing` is what a proxy's own check adds to the rules.
    pub fn decide<'s>(&'s self, narrowing: &'s AccessRule, sender: &'s Sender) -> Decision<'s> {
        let question = Question {
            profile_rule: &self.profile.allow,
            route: self.route,
            public: self.public,
            narrowing,
            request: self.kind(),
            now: self.now,
        };
        decide(&question, sender.caller())
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn kind(&self) -> RequestKind {
        let method = self.target.method;
        let origin = self.header(&ORIGIN);
        let preflight = method == "OPTIONS"
            && origin.is_some()
            && self.header(&ACCESS_CONTROL_REQUEST_METHOD).is_some();
        let safe = matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE");
        let cross_site = match (origin, self.header(&SEC_FETCH_SITE)) {
            (Some(origin), _) => !self.is_own_or_listed(origin),
            (None, Some(site)) => !matches!(site, "same-origin" | "none"),
            (None, None) => false,
        };
        RequestKind {
            preflight,
            unsafe_method: !safe || opens_websocket(self.headers),
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

/// Why the credentials of a request are refused before anything is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialFault {
    /// Two `Authorization` headers: two parts of a request could be read as two callers.
    #[error("there is more than one Authorization header")]
    Several,
    /// `Bearer` without one token (RFC 6750 §2.1).
    #[error("the Authorization header has no single bearer token")]
    Malformed,
    /// A session cookie beside the token (design §8): the request would have two callers.
    #[error("the request has a session cookie and a bearer token; send one of them")]
    WithCookie,
}

/// The token in the header, if there is one. Another scheme than `Bearer`, in any case, is no credential of ours.
///
/// # Errors
/// `Several` and `Malformed`.
pub fn token(headers: &HeaderMap) -> Result<Option<&str>, CredentialFault> {
    let mut values = headers.get_all(AUTHORIZATION);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(CredentialFault::Several);
    }
    let text = value.to_str().map_err(|_| CredentialFault::Malformed)?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim_matches(' ');
    // One word and no list: anything else could be read as two tokens. Whether the word is a token is judged later.
    if token.is_empty() || token.contains([' ', '\t', ',', '"']) {
        return Err(CredentialFault::Malformed);
    }
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> Result<Option<String>, CredentialFault> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        token(&headers).map(|token| token.map(str::to_owned))
    }

    #[test]
    fn one_bearer_token_is_read_in_any_case_of_the_scheme() {
        for value in [
            "Bearer a.b-c_d~+/==",
            "bearer a.b-c_d~+/==",
            "BEARER  a.b-c_d~+/== ",
        ] {
            assert_eq!(
                read(&[value]),
                Ok(Some("a.b-c_d~+/==".to_owned())),
                "{value}"
            );
        }
        for value in ["Basic YTpi", "Negotiate x", "BearerX a", ""] {
            assert_eq!(read(&[value]), Ok(None), "{value}");
        }
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn what_could_be_read_as_two_tokens_is_refused() {
        for value in [
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer a, Bearer b",
            "Bearer \"a\"",
        ] {
            assert_eq!(read(&[value]), Err(CredentialFault::Malformed), "{value}");
        }
        for values in [["Bearer a", "Bearer a"], ["Basic x", "Bearer a"]] {
            assert_eq!(read(&values), Err(CredentialFault::Several));
        }
    }
}
