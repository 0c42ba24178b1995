//! `GET /auth/call_api/{name}`: the result of an API call on the person's behalf, as a page or as JSON.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use serde_json::{Value, json};
use std::future::{Ready, ready};

use crate::domain::api::{Api, ApiName};
use crate::domain::destination::Destination;
use crate::domain::language::Message;
use crate::domain::own_path::OwnPath;
use crate::domain::return_to::{RETURN_TO, ReturnTo};
use crate::flow::api_call::{ApiAnswer, Called, call, page_of};
use crate::flow::error::FlowError;
use crate::flow::session_check::SignedIn;
use crate::flow::sign_in::{AuthorizationOptions, begin};
use crate::web::cookies::plain::{ConsentAsked, RedirectLoop};
use crate::web::errors::interaction::interaction_json;
use crate::web::errors::mapping::{WebError, WebResult};
use crate::web::extract::provenance::{MayBegin, is_script};
use crate::web::extract::visit::{ResolvedProfile, Visit, see_other, to_authority, wants_json};
use crate::web::pages::{ApiResult, shown};

/// The API that the address names, or the first API of the profile at the short address.
#[derive(Debug)]
pub struct RequestedApi(Api);

impl FromRequest for RequestedApi {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let resolved = ResolvedProfile::from_request(request, payload).into_inner();
        ready(resolved.and_then(|resolved| {
            let profile = &resolved.profile;
            let api = match request.match_info().get("name") {
                Some(name) => ApiName::parse(name).and_then(|name| profile.api(&name)),
                None => profile.apis.first(),
            };
            Ok(Self(api.cloned().ok_or(FlowError::NoSuchApi)?))
        }))
    }
}

/// `GET /auth/call_api/{name}`, and `/call_downstream_api` for the first API. With `return_to` at another host of the
/// profile, a call that works leads a person there.
///
/// # Errors
/// `NoSuchApi`, `NotSignedIn`, and those of [`call`].
pub async fn call_api(
    visit: Visit,
    RequestedApi(api): RequestedApi,
    signed_in: SignedIn,
) -> WebResult {
    let request = visit.request();
    let called = call(visit.services(), visit.profile(), &signed_in, &api).await;
    match called.map_err(|error| WebError::of_api(error, &api.title))? {
        Called::Answered(answer) if wants_json(request) => Ok(as_json(&answer)),
        Called::Answered(answer) => Ok(match waiting_application(&visit) {
            Some(address) => see_other(&address).finish(),
            None => as_page(&visit, &signed_in, &api, answer),
        }),
        Called::Ungranted(error)
        | Called::Interaction {
            refusal: Some(error),
            ..
        } if was_asked(&visit, &signed_in, &api) => Err(error.into()),
        Called::Interaction { .. } | Called::Ungranted(_) if is_script(request) => {
            Ok(interaction_json(request, visit.profile()))
        }
        Called::Ungranted(_) => step_up(&visit, &signed_in, &api, None).await,
        Called::Interaction { claims, .. } => step_up(&visit, &signed_in, &api, claims).await,
    }
}

/// The address at another host of the profile that waits for this call to work, as its application's route said.
fn waiting_application(visit: &Visit) -> Option<String> {
    match Destination::named(visit.query().iter(), visit.profile())? {
        Destination::Here(_) => None,
        Destination::At(host, target) => Some(format!("{}{}", host.origin(), target.as_str())),
    }
}

/// The page of the call, with the address that waits for it.
fn page_to_come_back_to(visit: &Visit, api: &Api) -> Option<ReturnTo> {
    let profile = visit.profile();
    let public = &profile.public_url;
    let waited = waiting_application(visit).and_then(|waiting| {
        let path = OwnPath::call_api_with(public, &api.name, &[(RETURN_TO, &waiting)]);
        ReturnTo::parse(&path, public, &profile.redirect_path)
    });
    waited.or_else(|| page_of(profile, api))
}

/// Whether the person was just sent to the authority for this API and came back: then an error is shown instead of asking
/// again.
fn was_asked(visit: &Visit, signed_in: &SignedIn, api: &Api) -> bool {
    let person = signed_in.session().identity.person();
    let (headers, profile) = (visit.headers(), visit.profile());
    ConsentAsked::lately(headers, profile, &person, &api.name, visit.now())
}

/// Sends the person to the authority for what the API asks, and back to the call.
async fn step_up(
    visit: &Visit,
    signed_in: &SignedIn,
    api: &Api,
    claims: Option<String>,
) -> WebResult {
    MayBegin::judge(visit)?;
    let profile = visit.profile();
    let target = page_to_come_back_to(visit, api).ok_or(FlowError::NoSuchApi)?;
    RedirectLoop::stop(visit.headers(), profile, &target, visit.now())?;
    let options = AuthorizationOptions::step_up(profile, signed_in, api, claims);
    let redirect = begin(visit.services(), visit.for_flows(), options, &target).await?;
    Ok(to_authority(visit, &redirect).finish())
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

fn as_page(visit: &Visit, signed_in: &SignedIn, api: &Api, answer: ApiAnswer) -> HttpResponse {
    let (app, profile) = (visit.app(), visit.profile());
    let reason = StatusCode::from_u16(answer.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let size = Message::new("api-result-binary").with("bytes", answer.bytes);
    let size = visit.language().text(&size);
    let page = ApiResult {
        frame: visit.frame(Message::new("api-result"), Some(signed_in)),
        api: api.title.clone(),
        again: OwnPath::call_api(&profile.public_url, &api.name),
        address: api.endpoint.to_string(),
        status: format!("{} {reason}", answer.status).trim_end().to_owned(),
        good: (200..300).contains(&answer.status),
        content_type: shown(&answer.content_type),
        body: answer.text,
        truncated: answer.truncated,
        binary: answer.binary,
        size,
    };
    app.pages.respond(StatusCode::OK, &page)
}
