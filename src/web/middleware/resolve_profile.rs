//! Finds the profile that a request belongs to, once, before routing, and routes the path below the profile's prefix.
//!
//! This is the only reader of the peer's address, `Host` and forwarded headers. What was read is in [`ResolvedProfile`].

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::{Guard, GuardContext, fn_guard};
use actix_web::http::StatusCode;
use actix_web::http::header::USER_AGENT;
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};

use crate::domain::nearest_profile::nearest;
use crate::domain::profile::Profile;
use crate::domain::profiles::{ProfileStatus, Profiles};
use crate::web::app_state::AppState;
use crate::web::client::address::{self, Ambiguous};
use crate::web::errors::unbranded::Asker;
use crate::web::extract::visit::ResolvedProfile;

/// Finds the profile and routes the path below its prefix.
///
/// # Errors
/// None of its own: a request to no profile is answered here.
pub async fn resolve<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    match read(&mut request) {
        Ok(resolved) => {
            request.extensions_mut().insert(resolved);
            next.call(request)
                .await
                .map(ServiceResponse::map_into_left_body)
        }
        Err(status) => Ok(refuse(request, status)),
    }
}

/// Reads everything that identifies the request, and leaves the path below the prefix to routing.
fn read(request: &mut ServiceRequest) -> Result<ResolvedProfile, StatusCode> {
    let app = request
        .app_data::<web::Data<AppState>>()
        .cloned()
        .ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    warn_if_untrusted_proxy(request, &app);
    let (profile, below) = find_serving(request, &app)?;
    let at_redirect_path = below == profile.redirect_path && !profile.is_at_further_host();
    let resolved = describe(request, &app, profile, at_redirect_path);
    if !resolved.profile.public_url.prefix().is_empty() {
        route_below(request, &below).ok_or(StatusCode::NOT_FOUND)?;
    }
    Ok(resolved)
}

/// What is known of a request to a profile.
pub fn describe(
    request: &ServiceRequest,
    app: &AppState,
    profile: Arc<Profile>,
    at_redirect_path: bool,
) -> ResolvedProfile {
    let peer = request.peer_addr().map(|peer| peer.ip());
    let https = profile.public_url.is_https();
    let user_agent = request.headers().get(USER_AGENT);
    ResolvedProfile {
        at_redirect_path,
        client_address: address::counted(peer, request.headers(), &app.trusted_proxies, https),
        user_agent: user_agent
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        sent: request.uri().path_and_query().cloned(),
        profile,
    }
}

/// The profile and the path below its prefix, if requests to the profile can be served.
fn find_serving(
    request: &ServiceRequest,
    app: &AppState,
) -> Result<(Arc<Profile>, String), StatusCode> {
    let profiles = app.profiles.load();
    match find(request, app, &profiles).map_err(|Ambiguous| StatusCode::BAD_REQUEST)? {
        Some((ProfileStatus::Serving(profile), below)) => {
            Ok((Arc::clone(profile), below.to_owned()))
        }
        Some((ProfileStatus::Broken(id), _)) => {
            let (client, now) = (network_client(request, app), app.services.now());
            app.unserved_warning.broken_profile(client, now, id);
            Err(StatusCode::SERVICE_UNAVAILABLE)
        }
        None => {
            let (client, now) = (network_client(request, app), app.services.now());
            let host = address::host(request, &app.trusted_proxies).unwrap_or_default();
            app.unserved_warning
                .unknown_host(client, now, host, || nearest(host, profiles.addresses()));
            Err(StatusCode::NOT_FOUND)
        }
    }
}

/// The address whose network a log line names: the client's behind trusted proxies, else the peer's.
fn network_client(request: &ServiceRequest, app: &AppState) -> Option<IpAddr> {
    let peer = request.peer_addr().map(|peer| peer.ip());
    address::counted(peer, request.headers(), &app.trusted_proxies, false).or(peer)
}

/// The profile of a request, by host and longest path prefix, and the path below the prefix.
///
/// # Errors
/// `Ambiguous` when the request names no host, or several.
pub fn find<'a>(
    request: &'a ServiceRequest,
    app: &AppState,
    profiles: &'a Profiles,
) -> Result<Option<(&'a ProfileStatus, &'a str)>, Ambiguous> {
    let host = address::host(request, &app.trusted_proxies)?;
    Ok(profiles.find(host, request.path()))
}

/// Warns of forwarded headers from a peer that is not trusted. Whoever answers the request calls this once.
pub fn warn_if_untrusted_proxy(request: &ServiceRequest, app: &AppState) {
    let peer = request.peer_addr().map(|peer| peer.ip());
    app.untrusted_proxy_warning
        .check(peer, request.headers(), &app.trusted_proxies);
}

fn refuse<B>(
    request: ServiceRequest,
    status: StatusCode,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let answer = Asker::of(&request).answer(status);
    request.into_response(answer).map_into_right_body()
}

/// Makes routing see the path below the prefix; the query stays. `None` if that is no valid path.
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

/// Matches the redirect path of the request's profile.
pub fn at_redirect_path() -> impl Guard {
    resolved_profile(|resolved| resolved.at_redirect_path)
}

/// Matches requests at the profile's `public_url`, not at one of its further hosts.
pub fn at_public_url() -> impl Guard {
    resolved_profile(|resolved| !resolved.profile.is_at_further_host())
}

/// Matches profiles that are reached by https.
pub fn over_https() -> impl Guard {
    resolved_profile(|resolved| resolved.profile.public_url.is_https())
}

/// Matches profiles of which a route has App Service's addresses.
pub fn with_easyauth() -> impl Guard {
    resolved_profile(|resolved| resolved.profile.routes.have_easyauth_addresses())
}

fn resolved_profile(matches: fn(&ResolvedProfile) -> bool) -> impl Guard {
    fn_guard(move |context: &GuardContext<'_>| {
        let data = context.req_data();
        data.get::<ResolvedProfile>().is_some_and(matches)
    })
}
