//! `GET /auth/sign_in`, `/auth/edit_profile`, `/auth/reset_password`: begin an attempt, 303 to the authority.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use crate::domain::api::ApiName;
use crate::domain::authority::UserFlowKind;
use crate::domain::profile::{PassedParameter, Profile, Prompt};
use crate::domain::return_to::ReturnTo;
use crate::flow::error::FlowError;
use crate::flow::session_check::{self, SignedIn, Use};
use crate::flow::sign_in::{Asking, AuthorizationOptions, AuthorizationRedirect, begin};
use crate::web::app_state::AppState;
use crate::web::client::address;
use crate::web::cookies::{redirect_loop, session};
use crate::web::errors::mapping::WebResult;
use crate::web::extract::fetch_metadata::{
    Provenance, is_prefetch, is_script, parameter, parameters, provenance,
};
use crate::web::middleware::resolve_profile::ResolvedProfile;

/// Characters of a passed parameter; longer ones are dropped.
const LONGEST_PASSED: usize = 256;

/// Where a request wants to go afterwards; a target that is not ours becomes the home page, without a word of it.
pub fn return_to(query: &[(String, String)], profile: &Profile) -> ReturnTo {
    parameter(query, "return_to")
        .and_then(|text| ReturnTo::parse(text, &profile.public_url, &profile.redirect_path))
        .unwrap_or_else(|| ReturnTo::home(&profile.public_url))
}

/// Sends the browser to the authority with the attempt's cookie.
pub fn to_authority(
    request: &HttpRequest,
    app: &AppState,
    profile: &Profile,
    begun: &AuthorizationRedirect,
) -> HttpResponse {
    departure(request, app, profile, begun).finish()
}

/// The same as an answer that can take more.
pub fn departure(
    request: &HttpRequest,
    app: &AppState,
    profile: &Profile,
    begun: &AuthorizationRedirect,
) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(StatusCode::SEE_OTHER);
    // Milliseconds: a restored window opens its tabs within one second.
    let now = app.services.now().timestamp_millis();
    session::keep_attempt(
        &mut response,
        request.headers(),
        profile,
        &begun.cookie,
        now,
    );
    response.insert_header((LOCATION, begun.location.as_str()));
    response
}

/// Only a person's navigation may begin an attempt, and not in a flood.
///
/// # Errors
/// `NotSignedIn` for a script or a prefetch, `TooMany` in a flood.
pub fn guard_start(request: &HttpRequest, app: &AppState) -> Result<(), FlowError> {
    if is_script(request) || is_prefetch(request) {
        return Err(FlowError::NotSignedIn);
    }
    let peer = request.peer_addr().map(|peer| peer.ip());
    match address::address(peer, request.headers(), &app.trusted_proxies) {
        Some(address) => app
            .limits
            .admit_attempt(address)
            .map_err(|_| FlowError::TooMany),
        None => Ok(()),
    }
}

/// `GET /auth/sign_in?return_to=`
///
/// # Errors
/// `NotSignedIn` for a script, which gets the address instead; `Store` when it is unknown who is signed in; see
/// [`begin`].
pub async fn sign_in(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    guard_start(&request, &app)?;
    let profile = &located.profile;
    let query = parameters(request.query_string().as_bytes());
    let target = return_to(&query, profile);
    redirect_loop::stop_loop(request.headers(), profile, &target, app.services.now())?;
    let handle = session::handle_of(&request, &app.cookie_keys, profile);
    let who = session_check::check(&app.services, profile, handle.as_ref(), Use::Peek).await?;
    let wish = wish(&request, &query, profile, who.as_ref());
    let begun = begin(&app.services, located.visit(), wish, &target).await?;
    Ok(to_authority(&request, &app, profile, &begun))
}

/// What a sign-in link asks for, and who is signed in already.
fn wish(
    request: &HttpRequest,
    query: &[(String, String)],
    profile: &Profile,
    who: Option<&SignedIn>,
) -> AuthorizationOptions {
    let api = parameter(query, "api")
        .and_then(ApiName::parse)
        .and_then(|name| profile.api(&name));
    let mut wish = match (api, who) {
        (Some(api), Some(who)) => AuthorizationOptions::step_up(profile, who, api, None),
        (Some(api), None) => AuthorizationOptions {
            api: Some(api.clone()),
            ..AuthorizationOptions::default()
        },
        (None, _) => AuthorizationOptions::default(),
    };
    if api.is_some() && parameter(query, "ask_again") == Some("1") {
        wish.prompt = Asking::For(Prompt::Consent);
    }
    if api.is_none() {
        wish.passed = passed(request, query, profile);
        if parameter(query, "other_account") == Some("1") {
            wish.prompt = Asking::For(Prompt::SelectAccount);
        }
        wish = match who {
            Some(who) => wish.hinting_at(profile, who),
            None => wish,
        };
    }
    wish
}

/// Parameters that the profile lets through. A hint about the person counts only from the person or from this site.
fn passed(
    request: &HttpRequest,
    query: &[(String, String)],
    profile: &Profile,
) -> Vec<(PassedParameter, String)> {
    let foreign = provenance(request, profile) == Provenance::Elsewhere;
    profile
        .authorize
        .pass
        .iter()
        .filter(|parameter| !(foreign && **parameter == PassedParameter::LoginHint))
        .filter_map(|name| parameter(query, name.as_str()).map(|value| (*name, value.to_owned())))
        .filter(|(_, value)| !value.is_empty() && value.len() <= LONGEST_PASSED)
        .filter(|(_, value)| !value.chars().any(char::is_control))
        .collect()
}

/// `GET /auth/edit_profile`: for signed-in people only.
///
/// # Errors
/// `NotSignedIn`, `NoSuchUserFlow`, and what [`begin`] says.
pub async fn edit_profile(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    guard_start(&request, &app)?;
    let profile = &located.profile;
    profile
        .authority
        .issuer_config(UserFlowKind::EditProfile)
        .ok_or(FlowError::NoSuchUserFlow)?;
    let handle = session::handle_of(&request, &app.cookie_keys, profile);
    session_check::require(&app.services, profile, handle.as_ref()).await?;
    user_flow(&request, &located, &app, UserFlowKind::EditProfile).await
}

/// `GET /auth/reset_password`: for anybody.
///
/// # Errors
/// `NoSuchUserFlow`, and what [`begin`] says.
pub async fn reset_password(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    guard_start(&request, &app)?;
    user_flow(&request, &located, &app, UserFlowKind::ResetPassword).await
}

async fn user_flow(
    request: &HttpRequest,
    located: &ResolvedProfile,
    app: &AppState,
    journey: UserFlowKind,
) -> WebResult {
    let query = parameters(request.query_string().as_bytes());
    let target = return_to(&query, &located.profile);
    let wish = AuthorizationOptions::user_flow(journey);
    let begun = begin(&app.services, located.visit(), wish, &target).await?;
    Ok(to_authority(request, app, &located.profile, &begun))
}

/// `GET /login`: the short name of sign-in; a browser that is signed in goes home.
///
/// # Errors
/// As [`sign_in`].
pub async fn login(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    let profile = &located.profile;
    let handle = session::handle_of(&request, &app.cookie_keys, profile);
    if session_check::check(&app.services, profile, handle.as_ref(), Use::Peek)
        .await?
        .is_some()
    {
        return Ok(see_other(ReturnTo::home(&profile.public_url).as_str()));
    }
    sign_in(request, located, app).await
}

/// 303 to a local path.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, path))
        .finish()
}
