//! `/auth/check`: forward auth. A proxy asks about each request to an application that it guards.
//!
//! The order:
//!
//! 1. Only a peer in `trusted_proxies` may ask: whoever may name any host and path learns who is signed in where.
//! 2. The original request, told by one family of headers (`original_request.rs`).
//! 3. The profile of the original host and path, and the route.
//! 4. The caller, by the session cookie or the access token that the proxy passed on. A check is a use of the session.
//! 5. The decision (`flow/decide.rs`), as an answer that the proxy understands.

use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, ORIGIN,
    WWW_AUTHENTICATE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use serde_json::json;

use crate::domain::access_rule::AccessRule;
use crate::domain::forward_auth::Family;
use crate::domain::identity::Identity;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::profiles::ProfileStatus;
use crate::domain::request_target::{RequestTarget, TargetRefusal};
use crate::domain::return_to::RETURN_TO;
use crate::domain::route::Route;
use crate::flow::decide::{Decision, Reason};
use crate::flow::easyauth_tokens::{self, EasyAuthTokens};
use crate::flow::error::FlowError;
use crate::flow::session_check::SignedIn;
use crate::measure::requests::RouteName;
use crate::web::app_state::AppState;
use crate::web::extract::provenance::{is_prefetch, is_script};
use crate::web::gateway::application_headers::{
    application_cookies, token_headers, with_missing_tokens,
};
use crate::web::gateway::bearer;
use crate::web::gateway::guarded::{Guarded, Sender};
use crate::web::gateway::narrowing::narrowing;
use crate::web::gateway::original_request::{Check, original_request};
use crate::web::gateway::refusal::{Refused, insufficient, text, unknown};

/// Bytes of an original address that the sign-in leads back to; a longer one becomes the home page, so that the answer
/// fits into a proxy's buffer.
const LONGEST_TARGET: usize = 1_500;

/// Envoy removes the request headers that this header of an answer lists; otherwise a client's own copies stay.
static TO_REMOVE: HeaderName = HeaderName::from_static("x-envoy-auth-headers-to-remove");

/// Answers checks at `own` and below it; every other request goes on.
///
/// # Errors
/// None of its own.
pub async fn answer_checks<B: MessageBody + 'static>(
    own: OwnPath,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let app = request.app_data::<web::Data<AppState>>().cloned();
    let (Some(app), true) = (app, is_check(own, &request)) else {
        return next
            .call(request)
            .await
            .map(ServiceResponse::map_into_left_body);
    };
    request.extensions_mut().insert(RouteName::Own(own));
    let response = if is_method_allowed(own, &request) {
        answer(&app, &request).await
    } else {
        HttpResponse::MethodNotAllowed()
            .insert_header((ALLOW, "GET, HEAD"))
            .finish()
    };
    Ok(request
        .into_response(no_store(response))
        .map_into_right_body())
}

/// The answer to a check that may pass, before any layer. Everything else is answered by [`answer_checks`], which gets what was
/// found out about the sender.
pub async fn answer_early(own: OwnPath, request: &ServiceRequest) -> Option<HttpResponse> {
    if !is_check(own, request) || !is_method_allowed(own, request) {
        return None;
    }
    let app = request.app_data::<web::Data<AppState>>()?;
    let asked = Asked::read(app, request).ok()?;
    let response = asked.allowed().await?;
    Some(no_store(response))
}

fn no_store(mut response: HttpResponse) -> HttpResponse {
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    response
}

fn is_check(own: OwnPath, request: &ServiceRequest) -> bool {
    let below = request.path().strip_prefix(own.pattern());
    below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
}

/// `GET` and `HEAD` at the address itself; any method below it, because Envoy keeps the original method.
fn is_method_allowed(own: OwnPath, request: &ServiceRequest) -> bool {
    request.path() != own.pattern() || [Method::GET, Method::HEAD].contains(request.method())
}

/// What follows our own path in the target, and the query of the check itself. In path style the query belongs to the
/// original request.
fn below_and_query(request: &ServiceRequest) -> (&str, &str) {
    let target = request.uri().path_and_query();
    let target = target.map_or("", |target| target.as_str());
    let below = target
        .strip_prefix(OwnPath::ForwardAuth.pattern())
        .unwrap_or_default();
    if below.starts_with('/') {
        (below, "")
    } else {
        ("", below.trim_start_matches('?'))
    }
}

async fn answer(app: &AppState, request: &ServiceRequest) -> HttpResponse {
    match Asked::read(app, request) {
        Ok(asked) => asked.answer().await,
        Err(refused) => refused.answer(),
    }
}

/// The one `Host` header. `X-Forwarded-Host` counts in its own family only.
fn single_host(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(HOST);
    let host = values.next()?.to_str().ok()?;
    let plain = !host.is_empty() && !host.contains(['@', ',', '/', ' ', '\\']);
    (values.next().is_none() && plain).then_some(host)
}

fn profile_of(app: &AppState, target: &RequestTarget<'_>) -> Result<Arc<Profile>, Refused> {
    match app.profiles.load().find(target.host, target.path.as_str()) {
        Some((ProfileStatus::Serving(profile), _)) => Ok(Arc::clone(profile)),
        Some((ProfileStatus::Broken(id), _)) => Err(Refused::BrokenProfile(id.clone())),
        None => Err(Refused::NoProfile(target.host.to_owned())),
    }
}

/// A check whose original request and profile are known.
struct Asked<'a> {
    app: &'a AppState,
    request: &'a ServiceRequest,
    family: Family,
    target: RequestTarget<'a>,
    profile: Arc<Profile>,
    narrowing: AccessRule,
}

impl<'a> Asked<'a> {
    /// Steps 1 to 3.
    fn read(app: &'a AppState, request: &'a ServiceRequest) -> Result<Self, Refused> {
        let peer = request.peer_addr().map(|peer| peer.ip());
        if !peer.is_some_and(|peer| app.trusted_proxies.contain(peer)) {
            return Err(Refused::Peer(peer));
        }
        let (below, query) = below_and_query(request);
        let check = Check {
            headers: request.headers(),
            method: request.method().as_str(),
            host: single_host(request.headers()).ok_or(Refused::Host)?,
            below,
            only: app.forward_auth,
        };
        let (family, target) = original_request(&check).map_err(Refused::Original)?;
        let profile = profile_of(app, &target)?;
        let narrowing = narrowing(query, &profile)?;
        Ok(Self {
            app,
            request,
            family,
            target,
            profile,
            narrowing,
        })
    }

    /// The route, and whether the path is public there.
    fn route(&self) -> Result<(&Route, bool), TargetRefusal> {
        self.profile.route_of(&self.target.path)
    }

    fn guarded<'g>(&'g self, route: &'g Route, public: bool) -> Guarded<'g> {
        Guarded {
            app: self.app,
            profile: &self.profile,
            route,
            public,
            headers: self.request.headers(),
            target: &self.target,
            now: self.app.services.now(),
        }
    }

    /// The answer if the request may pass. If not, the sender is kept for [`Self::answer`].
    async fn allowed(&self) -> Option<HttpResponse> {
        let (route, public) = self.route().ok()?;
        let guarded = self.guarded(route, public);
        let sender = guarded.sender(&self.narrowing).await;
        let decision = guarded.decide(&self.narrowing, &sender);
        let request = self.request.request();
        if let Decision::Allow(identity) = decision
            && bearer::refusal(&guarded, request, &decision, &sender).is_none()
        {
            return Some(self.allow(&guarded, &sender, identity).await);
        }
        self.request.extensions_mut().insert(sender);
        None
    }

    async fn answer(&self) -> HttpResponse {
        let (route, public) = match self.route() {
            Ok(found) => found,
            Err(refusal) => {
                tracing::warn!(profile.id = %self.profile.id, error = %refusal, "a forward-auth check was refused");
                return text(StatusCode::BAD_REQUEST, &format!("Refused: {refusal}.\n"));
            }
        };
        let guarded = self.guarded(route, public);
        let known = self.request.extensions_mut().remove::<Sender>();
        let sender = match known {
            Some(sender) => sender,
            None => guarded.sender(&self.narrowing).await,
        };
        let decision = guarded.decide(&self.narrowing, &sender);
        let request = self.request.request();
        if let Some(refusal) = bearer::refusal(&guarded, request, &decision, &sender) {
            return refusal;
        }
        match decision {
            Decision::Allow(identity) => self.allow(&guarded, &sender, identity).await,
            Decision::SignIn => self.sign_in(),
            Decision::Deny(reason) => self.deny(route, reason),
            Decision::StepUp(_) if self.is_navigation() => self.lead_to_sign_in(&route.path),
            Decision::StepUp(step_up) => insufficient(&self.profile, route, step_up),
            Decision::Unknown => unknown(),
        }
    }

    /// Envoy lets a request pass on exactly 200, and only without a body.
    async fn allow(
        &self,
        guarded: &Guarded<'_>,
        sender: &Sender,
        identity: Option<&Identity>,
    ) -> HttpResponse {
        let (route, now) = (guarded.route, guarded.now);
        // The tokens of the person whom the decision names, and of nobody else.
        let named = identity.and(sender.person());
        let tokens = match named.filter(|_| route.easyauth.tokens) {
            None => Vec::new(),
            // Boxed, because few routes ask for tokens, and each check would pay for the size.
            Some(signed_in) => match Box::pin(self.tokens(signed_in)).await {
                Ok(tokens) => token_headers(&tokens),
                // The session ended meanwhile, and with it the person is nobody.
                Err(FlowError::NotSignedIn) if guarded.public => {
                    return Box::pin(self.allow(guarded, &Sender::Nobody, None)).await;
                }
                Err(FlowError::NotSignedIn) => return self.sign_in(),
                Err(_) => return unknown(),
            },
        };
        let told = &self.app.upstream_identity;
        let told = told.headers(&self.profile, route, sender.known(identity, now), now);
        let mut response = HttpResponse::new(StatusCode::OK);
        let headers = response.headers_mut();
        for (name, value) in told.answer.iter().chain(&tokens) {
            headers.insert(name.clone(), value.clone());
        }
        let cookies = application_cookies(self.family, self.request.headers());
        if self.family == Family::Path {
            let removal = match cookies {
                Some(_) => told.removal.clone(),
                None => told.removal_with_cookie.clone(),
            };
            let removal = if route.easyauth.tokens {
                with_missing_tokens(&removal, &tokens)
            } else {
                removal
            };
            headers.insert(TO_REMOVE.clone(), removal);
        }
        if let Some(cookies) = cookies {
            headers.insert(COOKIE, cookies);
        }
        response
    }

    async fn tokens(&self, signed_in: &SignedIn) -> Result<EasyAuthTokens, FlowError> {
        let tokens = easyauth_tokens::tokens(&self.app.services, &self.profile, signed_in).await;
        tokens.inspect_err(|error| {
            if matches!(error, FlowError::NotSignedIn) {
                return;
            }
            tracing::error!(profile.id = %self.profile.id, error = %error, "a check has no tokens for the application");
        })
    }

    fn is_navigation(&self) -> bool {
        let request = self.request.request();
        matches!(self.target.method, "GET" | "HEAD") && !is_script(request) && !is_prefetch(request)
    }

    fn sign_in(&self) -> HttpResponse {
        let public_url = &self.profile.public_url;
        if self.is_navigation() {
            return self.lead_to_sign_in(&OwnPath::Home.under(public_url));
        }
        let sign_in_url = OwnPath::SignIn.url(public_url);
        HttpResponse::Unauthorized()
            .insert_header((WWW_AUTHENTICATE, "Gatehouse realm=\"sign-in\""))
            .json(
                json!({ "signed_in": false, "error": "not_signed_in", "sign_in_url": sign_in_url }),
            )
    }

    /// Leads a person to the sign-in and from there back, or to `otherwise` if the address is too long. What the route
    /// demands, the sign-in finds out by itself.
    fn lead_to_sign_in(&self, otherwise: &str) -> HttpResponse {
        let public_url = &self.profile.public_url;
        let target = match self.target.path_and_query {
            long if long.len() > LONGEST_TARGET => otherwise,
            target => target,
        };
        let path = OwnPath::SignIn.with_query(public_url, &[(RETURN_TO, target)]);
        // Traefik resolves a relative address against our own, internal one.
        let location = format!("{}{path}", public_url.origin());
        let status = match self.family {
            Family::Forwarded | Family::Path => StatusCode::SEE_OTHER,
            // nginx answers 500 to any status but 401 and 403; the guide turns the 401 into a redirect.
            Family::Original | Family::Fabric => StatusCode::UNAUTHORIZED,
        };
        HttpResponse::build(status)
            .insert_header((LOCATION, location))
            .finish()
    }

    fn deny(&self, route: &Route, reason: Reason) -> HttpResponse {
        // The origin tells the operator what allowed_origins would have to name.
        let origin = self.request.headers().get(ORIGIN);
        let origin = origin.filter(|_| reason == Reason::CrossSite);
        tracing::info!(profile.id = %self.profile.id, route.host, route.path, origin = ?origin, reason = %reason, "a forward-auth check was denied");
        if is_script(self.request.request()) {
            return HttpResponse::Forbidden()
                .json(json!({ "error": "not_allowed", "message": reason.to_string() }));
        }
        let sentence = format!("You don't have access: {reason}.\n");
        text(StatusCode::FORBIDDEN, &sentence)
    }
}
