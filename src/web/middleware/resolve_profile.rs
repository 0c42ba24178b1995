//! Which profile a request belongs to, decided once, before routing. The path that is routed is the one below the
//! profile's prefix.

use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::{Guard, GuardContext, fn_guard};
use actix_web::http::StatusCode;
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload, web};

use crate::domain::profile::Profile;
use crate::domain::profiles::{ProfileStatus, Profiles};
use crate::flow::services::Visit;
use crate::web::app_state::AppState;
use crate::web::client::address;
use crate::web::client::address::Ambiguous;

/// The profile of a request, and what the browser calls itself.
#[derive(Debug, Clone)]
pub struct ResolvedProfile {
    /// The profile.
    pub profile: Arc<Profile>,
    /// Whether the path is the profile's redirect path.
    pub at_redirect_path: bool,
    user_agent: Option<String>,
}

impl ResolvedProfile {
    /// For the flows.
    pub fn visit(&self) -> Visit<'_> {
        Visit {
            profile: &self.profile,
            user_agent: self.user_agent.as_deref(),
        }
    }
}

impl FromRequest for ResolvedProfile {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let located = request.extensions().get::<Self>().cloned();
        std::future::ready(located.ok_or_else(|| actix_web::error::ErrorNotFound("")))
    }
}

/// Finds the profile and routes the rest of the path.
///
/// # Errors
/// None of its own: a stranger's address is answered here.
pub async fn locate<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let found = find(&request);
    match found {
        Ok((profile, below)) => {
            let at_redirect_path = below == profile.redirect_path;
            let header = request.headers().get(actix_web::http::header::USER_AGENT);
            let user_agent = header
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned);
            if !profile.public_url.prefix().is_empty()
                && route_below(&mut request, &below).is_none()
            {
                return Ok(answer(request, StatusCode::NOT_FOUND));
            }
            request.extensions_mut().insert(ResolvedProfile {
                profile,
                at_redirect_path,
                user_agent,
            });
            next.call(request)
                .await
                .map(ServiceResponse::map_into_left_body)
        }
        Err(status) => Ok(answer(request, status)),
    }
}

fn answer<B>(
    request: ServiceRequest,
    status: StatusCode,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let text = match status {
        StatusCode::SERVICE_UNAVAILABLE => {
            "This address is not ready for use. Its operator finds the reason in the log.\n"
        }
        StatusCode::BAD_REQUEST => "The request does not say clearly which host it is for.\n",
        _ => "There is nothing at this address.\n",
    };
    let mut response = HttpResponse::build(status);
    response.content_type("text/plain; charset=utf-8");
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((actix_web::http::header::RETRY_AFTER, "60"));
    }
    request
        .into_response(response.body(text))
        .map_into_right_body()
}

/// The place of a request and the path below the profile's prefix.
///
/// # Errors
/// `Ambiguous` when the request names no host, or several.
pub fn place<'a>(
    request: &'a ServiceRequest,
    app: &AppState,
    profiles: &'a Profiles,
) -> Result<Option<(&'a ProfileStatus, &'a str)>, Ambiguous> {
    let host = address::host(request, &app.trusted_proxies)?;
    Ok(profiles.find(host, request.path()))
}

/// Tells of forwarded headers that do not count; once for each request, by whoever answers it.
pub fn tell_unheeded(request: &ServiceRequest, app: &AppState) {
    let peer = request.peer_addr().map(|peer| peer.ip());
    app.unheeded
        .look(peer, request.headers(), &app.trusted_proxies);
}

fn find(request: &ServiceRequest) -> Result<(Arc<Profile>, String), StatusCode> {
    let app = request
        .app_data::<web::Data<AppState>>()
        .ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    tell_unheeded(request, app);
    let profiles = app.profiles.load();
    match place(request, app, &profiles).map_err(|Ambiguous| StatusCode::BAD_REQUEST)? {
        Some((ProfileStatus::Serving(profile), below)) => {
            Ok((Arc::clone(profile), below.to_owned()))
        }
        Some((ProfileStatus::Broken(id), _)) => {
            tracing::error!(profile.id = %id, "a request for a profile whose file is broken: run `gatehouse check`");
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
        None => Err(StatusCode::NOT_FOUND),
    }
}

/// Makes routing see the path below the prefix; the query stays.
fn route_below(request: &mut ServiceRequest, below: &str) -> Option<()> {
    let mut parts = request.uri().clone().into_parts();
    let target = match request.uri().query() {
        Some(query) => format!("{below}?{query}"),
        None => below.to_owned(),
    };
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    let uri = actix_web::http::Uri::from_parts(parts).ok()?;
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
    Some(())
}

/// Matches the profile's own redirect path, which only the profile knows.
pub fn at_redirect_path() -> impl Guard {
    fn_guard(|context: &GuardContext<'_>| located(context, |located| located.at_redirect_path))
}

/// Matches profiles that are reached by https.
pub fn over_https() -> impl Guard {
    fn_guard(|context: &GuardContext<'_>| {
        located(context, |located| located.profile.public_url.is_https())
    })
}

fn located(context: &GuardContext<'_>, says: fn(&ResolvedProfile) -> bool) -> bool {
    context
        .req_data()
        .get::<ResolvedProfile>()
        .is_some_and(says)
}
