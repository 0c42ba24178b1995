//! A visit: one request to one profile, with everything that a handler needs to answer it, and the redirects that several
//! handlers answer with.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::ErrorNotFound;
use actix_web::http::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, LOCATION};
use actix_web::http::uri::PathAndQuery;
use actix_web::{
    Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, web,
};

use crate::domain::client_network::ClientNetwork;
use crate::domain::clock::Timestamp;
use crate::domain::destination::Destination;
use crate::domain::language::{Language, LanguageTag, Message};
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::domain::session::SessionHandle;
use crate::flow::hand_off::{BegunHandOff, HandOffRequest};
use crate::flow::services::{self, Services};
use crate::flow::session_check::SignedIn;
use crate::flow::sign_in::AuthorizationRedirect;
use crate::web::app_state::AppState;
use crate::web::cookies::plain::ChosenLanguage;
use crate::web::cookies::{attempt, session};
use crate::web::extract::parameters::Parameters;
use crate::web::pages::{Frame, FrameOptions, SessionListOptions, account_name};

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

/// One request to one profile.
pub struct Visit {
    request: HttpRequest,
    resolved: ResolvedProfile,
    app: web::Data<AppState>,
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Visit")
            .field("profile", &self.resolved.profile.id)
            .finish_non_exhaustive()
    }
}

impl Visit {
    /// The visit that a request is.
    ///
    /// # Errors
    /// 404 for a request that belongs to no profile. `web::middleware::resolve_profile` lets none through.
    pub fn of(request: &HttpRequest) -> Result<Self, Error> {
        let resolved = request.extensions().get::<ResolvedProfile>().cloned();
        let app = request.app_data::<web::Data<AppState>>().cloned();
        let (resolved, app) = resolved.zip(app).ok_or_else(|| ErrorNotFound(""))?;
        Ok(Self {
            request: request.clone(),
            resolved,
            app,
        })
    }

    /// The profile.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.resolved.profile
    }

    /// What every handler may use.
    pub fn app(&self) -> &AppState {
        &self.app
    }

    /// What every flow may use.
    pub fn services(&self) -> &Arc<Services> {
        &self.app.services
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.services().now()
    }

    /// The HTTP request.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The headers of the request.
    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The language in which the person reads.
    pub fn language(&self) -> Language {
        let header = self.headers().get(ACCEPT_LANGUAGE);
        let profile = self.profile();
        profile.language.choose(
            ChosenLanguage::read(self.headers(), profile),
            header.and_then(|value| value.to_str().ok()),
        )
    }

    /// The language that the person chose in the footer, if it is one of the profile's.
    fn chosen_language(&self) -> Option<&LanguageTag> {
        let profile = self.profile();
        let chosen = ChosenLanguage::read(self.headers(), profile)?;
        let found = profile.language.catalogues.find(chosen)?;
        Some(found.tag())
    }

    /// The frame of a page of this visit. `title` is a message.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "each caller makes the message for this call"
    )]
    pub fn frame(&self, title: Message, who: Option<&SignedIn>) -> Frame {
        let language = self.language();
        let here = if self.resolved.at_redirect_path {
            OwnPath::Home.under(&self.profile().public_url)
        } else {
            self.resolved.path_and_query()
        };
        let account = who.map(account_name);
        let options = FrameOptions {
            profile: self.profile(),
            language: &language,
            here,
        };
        self.app.pages.frame(options, &title, account)
    }

    /// How a list of the person's sessions is shown.
    pub fn session_list(&self, who: &SignedIn) -> SessionListOptions {
        SessionListOptions {
            language: self.language(),
            now: self.now(),
            current: who.session().id,
            network: self.profile().show_network,
        }
    }

    /// The client's address, if the connection has one.
    pub fn client_address(&self) -> Option<IpAddr> {
        self.resolved.client_address
    }

    /// The parameters of the query.
    pub fn query(&self) -> Parameters {
        Parameters::of_query(&self.request)
    }

    /// Where the person goes in the end: the parameter `return_to` or `rd`, or the home page if it is missing or not an
    /// address of this profile.
    pub fn destination(&self, query: &Parameters) -> Destination {
        let profile = self.profile();
        Destination::named(query.iter(), profile)
            .unwrap_or_else(|| Destination::Here(ReturnTo::home(&profile.public_url)))
    }

    /// The same for a flow that never leaves this host.
    pub fn return_to(&self, query: &Parameters) -> ReturnTo {
        match self.destination(query) {
            Destination::Here(target) => target,
            Destination::At(..) => ReturnTo::home(&self.profile().public_url),
        }
    }

    /// The session handle in the browser's cookie. It is not checked: whether the session lives, [`SignedIn`] says. The
    /// cookie is opened once for each request.
    ///
    /// [`SignedIn`]: crate::flow::session_check::SignedIn
    pub fn session_handle(&self) -> Option<SessionHandle> {
        if let Some(OpenedCookie(handle)) = self.request.extensions().get() {
            return handle.clone();
        }
        let handle = session::handle_of(&self.request, &self.app.cookie_keys, self.profile());
        let opened = OpenedCookie(handle.clone());
        self.request.extensions_mut().insert(opened);
        handle
    }

    /// What the flows need to know of the visit.
    pub fn for_flows(&self) -> services::BrowserVisit<'_> {
        services::BrowserVisit {
            profile: &self.resolved.profile,
            user_agent: self.resolved.user_agent.as_deref(),
            network: self
                .client_address()
                .filter(|_| self.profile().show_network)
                .map(ClientNetwork::of),
            language: self.chosen_language(),
        }
    }
}

/// The handle in the session cookie of this request.
struct OpenedCookie(Option<SessionHandle>);

impl FromRequest for Visit {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// Whether `Accept` asks for JSON.
pub fn wants_json(request: &HttpRequest) -> bool {
    let accept = request.headers().get(ACCEPT);
    accept
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| {
            let accept = accept.to_ascii_lowercase();
            accept.contains("json") && !accept.contains("html")
        })
}

/// 303 to an address.
pub fn see_other(location: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, location));
    response
}

/// 303 from a further host to `public_url`, with the attempt's cookie and further parameters.
pub fn hand_off_to_main(
    visit: &Visit,
    begun: &BegunHandOff,
    more: &[(&str, &str)],
) -> HttpResponseBuilder {
    let profile = visit.profile();
    let main = profile.main_url();
    let request = [(HandOffRequest::PARAMETER, begun.request.as_str())];
    let path = OwnPath::HandOff.with_query(main, &[&request, more].concat());
    let mut response = see_other(&format!("{}{path}", main.origin()));
    let (headers, now) = (visit.headers(), visit.now());
    attempt::keep(&mut response, headers, profile, &begun.cookie, now);
    response
}

/// 303 to the authority, with the attempt's cookie.
pub fn to_authority(visit: &Visit, redirect: &AuthorizationRedirect) -> HttpResponseBuilder {
    let mut response = see_other(redirect.location.as_str());
    attempt::keep(
        &mut response,
        visit.headers(),
        visit.profile(),
        &redirect.cookie,
        visit.now(),
    );
    response
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
