//! `GET /auth/call_api/{name}`: the result of a call on the person's behalf, as a page or as JSON.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use crate::domain::api::{Api, ApiName};
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::flow::api_call::{ApiAnswer, Called, call};
use crate::flow::error::FlowError;
use crate::flow::session_check::{SignedIn, require};
use crate::flow::sign_in::{AuthorizationOptions, begin};
use crate::web::app_state::AppState;
use crate::web::cookies::{consent_asked, redirect_loop, session};
use crate::web::errors::mapping;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::fetch_metadata::{is_script, wants_json};
use crate::web::handlers::sign_in::{guard_start, to_authority};
use crate::web::middleware::resolve_profile::ResolvedProfile;
use crate::web::pages::{ApiResult, shown};

/// `GET /call_downstream_api`: the short name of the first API.
///
/// # Errors
/// `NoSuchApi` for a profile without one; as [`named`].
pub async fn first(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
) -> WebResult {
    let api = located
        .profile
        .apis
        .first()
        .cloned()
        .ok_or(FlowError::NoSuchApi)?;
    call_and_show(&request, &located, &app, &api).await
}

/// `GET /auth/call_api/{name}`
///
/// # Errors
/// `NoSuchApi`, `NotSignedIn`, and what the call says.
pub async fn named(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
    name: web::Path<String>,
) -> WebResult {
    let name = ApiName::parse(&name).ok_or(FlowError::NoSuchApi)?;
    let api = located
        .profile
        .api(&name)
        .cloned()
        .ok_or(FlowError::NoSuchApi)?;
    call_and_show(&request, &located, &app, &api).await
}

async fn call_and_show(
    request: &HttpRequest,
    located: &ResolvedProfile,
    app: &AppState,
    api: &Api,
) -> WebResult {
    let profile = &located.profile;
    let handle = session::handle_of(request, &app.cookie_keys, profile);
    let who = require(&app.services, profile, handle.as_ref()).await?;
    match call(&app.services, profile, &who, api).await? {
        Called::Answered(answer) if wants_json(request) => Ok(as_json(&answer)),
        Called::Answered(answer) => Ok(as_page(app, located, &who, api, answer)),
        Called::Ungranted(error) if was_asked(request, profile, &who, api, app) => {
            Err(error.into())
        }
        Called::Interaction { .. } | Called::Ungranted(_) if is_script(request) => {
            Ok(mapping::interaction_json(request, profile))
        }
        Called::Ungranted(_) => interact(request, located, app, api, None, &who).await,
        Called::Interaction { claims } => interact(request, located, app, api, claims, &who).await,
    }
}

/// Whether the person just came back without the scopes of the API: then there is no further round.
fn was_asked(
    request: &HttpRequest,
    profile: &Profile,
    who: &SignedIn,
    api: &Api,
    app: &AppState,
) -> bool {
    let (person, now) = (who.session().identity.person(), app.services.now());
    consent_asked::lately(request.headers(), profile, &person, &api.name, now)
}

/// Sends the person to the authority for what the API asks, and back to the call.
async fn interact(
    request: &HttpRequest,
    located: &ResolvedProfile,
    app: &AppState,
    api: &Api,
    claims: Option<String>,
    who: &SignedIn,
) -> WebResult {
    guard_start(request, app)?;
    let profile = &located.profile;
    let path = OwnPath::call_api(&profile.public_url, &api.name);
    let target = ReturnTo::parse(&path, &profile.public_url, &profile.redirect_path)
        .ok_or(FlowError::NoSuchApi)?;
    redirect_loop::stop_loop(request.headers(), profile, &target, app.services.now())?;
    let wish = AuthorizationOptions::step_up(profile, who, api, claims);
    let begun = begin(&app.services, located.visit(), wish, &target).await?;
    Ok(to_authority(request, app, profile, &begun))
}

fn as_json(answer: &ApiAnswer) -> HttpResponse {
    let body = serde_json::from_str::<Value>(&answer.text)
        .unwrap_or_else(|_| Value::from(answer.text.clone()));
    HttpResponse::Ok().json(json!({
        "status": answer.status,
        "content_type": answer.content_type,
        "body": if answer.binary { Value::Null } else { body },
        "truncated": answer.truncated,
    }))
}

fn as_page(
    app: &AppState,
    located: &ResolvedProfile,
    who: &SignedIn,
    api: &Api,
    answer: ApiAnswer,
) -> HttpResponse {
    let profile = &located.profile;
    let reason = StatusCode::from_u16(answer.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let page = ApiResult {
        frame: app.pages.frame(profile, "API result", Some(who)),
        api: api.title.clone(),
        again: OwnPath::call_api(&profile.public_url, &api.name),
        address: api.endpoint.to_string(),
        status: format!("{} {reason}", answer.status).trim_end().to_owned(),
        good: (200..300).contains(&answer.status),
        content_type: shown(&answer.content_type),
        text: answer.text,
        truncated: answer.truncated,
        binary: answer.binary,
        bytes: answer.bytes,
    };
    app.pages.respond(StatusCode::OK, &page)
}
