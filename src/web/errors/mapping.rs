//! The one place where a [`FlowError`] becomes a status and a page, or JSON.
//!
//! | error | status | the person reads |
//! | --- | --- | --- |
//! | `NotSignedIn` | 303 to sign-in; 401 for scripts, prefetches and forms | — |
//! | `CallbackMalformed`, `AttemptNotFound`, `WrongAuthority`, `AnswerInvalid`, `OtherPerson`, `RedirectLoop` | 400 | start again |
//! | `Refused` | 403, 502 or 503: the person, the operator or time can help | help for the code |
//! | `NotAllowed`, `Ungranted`, `StepUpNotGranted`, `CrossSite` | 403 | why, and what to do |
//! | `NoSuchApi`, `NoSuchUserFlow` | 404 | there is no page at this address |
//! | `TooMany` | 429 | wait |
//! | `Misconfigured`, `ApiUnavailable` | 502 | the operator must act; the API did not answer |
//! | `AuthorityUnavailable`, `RefreshDelayed`, `ApiThrottled`, `Busy`, `GroupsUnavailable`, `Store` | 503 with `Retry-After` | try again shortly |
//! | `ApiTimedOut` | 504 | the API did not answer in time |
//!
//! The page shows a request id. The log has the cause once, with the same id.

use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use serde_json::json;

use crate::domain::access_rule::Denial;
use crate::domain::causes::causes;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::return_to::{RETURN_TO, ReturnTo};
use crate::flow::attempt_cookie::AttemptName;
use crate::flow::error::{AccessDenied, FlowError, Remedy};
use crate::web::cookies::attempt;
use crate::web::errors::problem_response::{request_id, respond, respond_unauthorized};
use crate::web::errors::texts::{problem_text, status_text};
use crate::web::extract::provenance::{is_prefetch, is_script};
use crate::web::extract::visit::{ResolvedProfile, Visit};

/// What handlers return.
pub type WebResult = Result<HttpResponse, Error>;

/// The `Retry-After` of an outage that names no time.
const RETRY_SOON: Duration = Duration::from_secs(5);

/// A flow's error with what only the web knows about the response.
#[derive(Debug)]
pub struct WebError {
    flow: FlowError,
    /// An attempt that is over: its cookie is removed.
    spent_attempt: Option<AttemptName>,
    /// Answer 401 with a page instead of a redirect to sign-in.
    no_redirect: bool,
    /// Where "Start again" leads, when the error itself does not say.
    retry_target: Option<ReturnTo>,
    /// What people call the API that was called.
    api: Option<String>,
}

impl WebError {
    /// An error of the callback.
    pub fn at_callback(flow: FlowError, spent_attempt: Option<AttemptName>) -> Self {
        Self {
            spent_attempt,
            ..Self::from(flow)
        }
    }

    /// The same when an outage cost the code: a new attempt still leads to `target`.
    #[must_use]
    pub fn with_retry_target(self, target: Option<ReturnTo>) -> Self {
        Self {
            retry_target: target,
            ..self
        }
    }

    /// An error of a call to an API that people know by this title.
    pub fn of_api(flow: FlowError, title: &str) -> Self {
        Self {
            api: Some(title.to_owned()),
            ..Self::from(flow)
        }
    }

    /// The error of the flow.
    pub(super) fn flow(&self) -> &FlowError {
        &self.flow
    }

    /// Nobody is signed in, and a page says so.
    pub fn unauthorized_page() -> Self {
        Self {
            no_redirect: true,
            ..Self::from(FlowError::NotSignedIn)
        }
    }
}

impl From<FlowError> for WebError {
    fn from(flow: FlowError) -> Self {
        Self {
            flow,
            spent_attempt: None,
            no_redirect: false,
            retry_target: None,
            api: None,
        }
    }
}

impl From<FlowError> for Error {
    fn from(flow: FlowError) -> Self {
        WebError::from(flow).into()
    }
}

impl std::fmt::Display for WebError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.flow.fmt(f)
    }
}

impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        status_of(&self.flow)
    }

    fn error_response(&self) -> HttpResponse {
        // `pages` replaces this response: it knows the request.
        HttpResponse::new(self.status_code())
    }
}

fn status_of(error: &FlowError) -> StatusCode {
    match error {
        FlowError::NotSignedIn => StatusCode::UNAUTHORIZED,
        FlowError::CallbackMalformed(_)
        | FlowError::AttemptNotFound { .. }
        | FlowError::WrongAuthority
        | FlowError::AnswerInvalid { .. }
        | FlowError::OtherPerson
        | FlowError::RedirectLoop { .. }
        | FlowError::LogoutTokenRefused(_) => StatusCode::BAD_REQUEST,
        FlowError::Refused { detail, .. } => match detail.remedy() {
            Remedy::Person | Remedy::Administrator => StatusCode::FORBIDDEN,
            Remedy::Operator => StatusCode::BAD_GATEWAY,
            Remedy::Time => StatusCode::SERVICE_UNAVAILABLE,
        },
        FlowError::NotAllowed(_)
        | FlowError::Ungranted { .. }
        | FlowError::StepUpNotGranted { .. }
        | FlowError::CrossSite => StatusCode::FORBIDDEN,
        FlowError::NoSuchApi | FlowError::NoSuchUserFlow => StatusCode::NOT_FOUND,
        FlowError::TooMany => StatusCode::TOO_MANY_REQUESTS,
        FlowError::Misconfigured { .. } | FlowError::ApiUnavailable(_) => StatusCode::BAD_GATEWAY,
        FlowError::AuthorityUnavailable { .. }
        | FlowError::RefreshDelayed { .. }
        | FlowError::ApiThrottled { .. }
        | FlowError::Busy
        | FlowError::GroupsUnavailable
        | FlowError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        FlowError::ApiTimedOut => StatusCode::GATEWAY_TIMEOUT,
    }
}

fn retry_after(error: &FlowError) -> Option<Duration> {
    match error {
        FlowError::AuthorityUnavailable { retry_after, .. } => {
            Some(retry_after.unwrap_or(RETRY_SOON))
        }
        FlowError::RefreshDelayed { retry_after, .. } | FlowError::ApiThrottled { retry_after } => {
            Some(*retry_after)
        }
        FlowError::Busy
        | FlowError::GroupsUnavailable
        | FlowError::Store(_)
        | FlowError::TooMany => Some(RETRY_SOON),
        FlowError::Refused { detail, .. } if detail.remedy() == Remedy::Time => Some(RETRY_SOON),
        _ => None,
    }
}

/// Middleware: writes the body of every error that a handler returned, and of every error of the framework.
///
/// # Errors
/// None of its own.
pub async fn pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let response = next.call(request).await?;
    let Ok(visit) = Visit::of(response.request()) else {
        return Ok(response.map_into_left_body());
    };
    let written = match response
        .response()
        .error()
        .and_then(|error| error.as_error::<WebError>())
    {
        Some(error) => {
            log(&error.flow, visit.profile());
            Some(error_page(&visit, error))
        }
        None => status_without_page(&response).map(|status| status_page(&visit, status)),
    };
    match written {
        Some(mut answer) => {
            // Cookies that the session middleware has set, and the list of allowed methods, stay.
            for name in [SET_COOKIE, ALLOW] {
                for value in response.headers().get_all(&name) {
                    answer.headers_mut().append(name.clone(), value.clone());
                }
            }
            Ok(response.into_response(answer).map_into_right_body())
        }
        None => Ok(response.map_into_left_body()),
    }
}

/// The status of an error of the framework that has no page yet: no route, wrong method, too large, or a fault of ours.
fn status_without_page<B: MessageBody>(response: &ServiceResponse<B>) -> Option<StatusCode> {
    let status = response.status();
    let has_page = response.headers().contains_key(CONTENT_TYPE);
    let from_framework = response.response().error().is_some();
    let failed = status.is_client_error() || status.is_server_error();
    (failed && (!has_page || from_framework)).then_some(status)
}

/// Logs a failure once, where it is answered, with its causes.
pub(super) fn log(error: &FlowError, profile: &Profile) {
    let causes = causes(error);
    let status = status_of(error);
    match error {
        // What strangers can cause as often as they like.
        FlowError::NotSignedIn
        | FlowError::NoSuchApi
        | FlowError::NoSuchUserFlow
        | FlowError::TooMany => {
            tracing::debug!(profile.id = %profile.id, error = %error, "answered with an error");
        }
        FlowError::Refused { .. } if status == StatusCode::BAD_GATEWAY => {
            tracing::error!(profile.id = %profile.id, error = %error, "an operator must look");
        }
        FlowError::Misconfigured { .. } | FlowError::Store(_) => {
            tracing::error!(profile.id = %profile.id, error = %error, cause = causes, "an operator must look");
        }
        FlowError::AnswerInvalid { cause, .. } if cause.concerns_everybody() => {
            tracing::warn!(profile.id = %profile.id, error = %error, cause = causes, "every sign-in may be refused: an operator must look");
        }
        FlowError::NotAllowed(AccessDenied::Rule(
            Denial::EmailUnverified | Denial::TenantMissing,
        ))
        | FlowError::StepUpNotGranted { .. } => {
            tracing::warn!(profile.id = %profile.id, error = %error, "everybody may be refused: an operator must look");
        }
        // The audit stream has said who was refused and why.
        FlowError::Refused { .. }
        | FlowError::AttemptNotFound { .. }
        | FlowError::WrongAuthority
        | FlowError::OtherPerson => {
            tracing::debug!(profile.id = %profile.id, error = %error, "answered with an error");
        }
        _ if status.is_server_error() => {
            tracing::warn!(profile.id = %profile.id, error = %error, cause = causes, "answered with an error");
        }
        _ => {
            tracing::info!(profile.id = %profile.id, error = %error, cause = causes, "answered with an error");
        }
    }
}

pub(super) fn error_page(visit: &Visit, error: &WebError) -> HttpResponse {
    let (request, profile) = (visit.request(), visit.profile());
    let status = status_of(&error.flow);
    let script = is_script(request);
    if matches!(error.flow, FlowError::NotSignedIn) {
        // A form cannot be sent again after the sign-in, and a prefetch must not begin an attempt.
        let no_redirect = error.no_redirect || !request.method().is_safe() || is_prefetch(request);
        return match (script, no_redirect) {
            (true, _) => not_signed_in_json(profile),
            (false, false) => {
                let mut response = HttpResponse::SeeOther();
                if let Some(name) = &error.spent_attempt {
                    attempt::forget(&mut response, profile, name);
                }
                response
                    .insert_header((LOCATION, sign_in_address(request, profile)))
                    .finish()
            }
            (false, true) => unauthorized(visit),
        };
    }
    if let FlowError::LogoutTokenRefused(why) = &error.flow {
        // Back-Channel Logout 1.0 §2.8
        return HttpResponse::BadRequest()
            .json(json!({ "error": "invalid_request", "error_description": why }));
    }
    let mut response = HttpResponse::build(status);
    if let Some(wait) = retry_after(&error.flow) {
        response.insert_header((RETRY_AFTER, wait.as_secs().max(1).to_string()));
    }
    if let Some(name) = &error.spent_attempt {
        attempt::forget(&mut response, profile, name);
    }
    let mut problem = problem_text(&error.flow, profile);
    if let Some(title) = &error.api {
        problem = problem.about_api(title);
    }
    if let Some(target) = &error.retry_target {
        problem = problem.start_again_first(profile, target);
    }
    if script {
        let message = visit.language().text(&problem.sentence);
        return response.json(
            json!({ "error": problem.word, "message": message, "request_id": request_id(request) }),
        );
    }
    let wait = retry_after(&error.flow).filter(|_| request.method().is_safe());
    respond(visit, response, (status, wait), problem)
}

/// The page for an error of the framework. A 404 repeats nothing of the address.
fn status_page(visit: &Visit, status: StatusCode) -> HttpResponse {
    let (request, problem) = (visit.request(), status_text(status));
    let mut response = HttpResponse::build(status);
    if is_script(request) {
        return response.json(json!({ "error": problem.word, "request_id": request_id(request) }));
    }
    respond(visit, response, (status, None), problem)
}

/// RFC 9110 §15.5.2 requires a challenge. No browser asks for a password because of this scheme.
pub(super) const CHALLENGE: &str = "Gatehouse realm=\"sign-in\"";

fn unauthorized(visit: &Visit) -> HttpResponse {
    let (request, profile) = (visit.request(), visit.profile());
    let problem = status_text(StatusCode::UNAUTHORIZED)
        .with_action(sign_in_address(request, profile), "sign-in")
        .home(profile);
    let mut response = HttpResponse::Unauthorized();
    response.insert_header((WWW_AUTHENTICATE, CHALLENGE));
    respond_unauthorized(visit, response, problem, &request_id(request))
}

/// The sign-in address that leads back to the page asked for.
fn sign_in_address(request: &HttpRequest, profile: &Profile) -> String {
    // A callback's parameters stay where they are: no code and no state goes into another address.
    let target = request
        .extensions()
        .get::<ResolvedProfile>()
        .filter(|resolved| !resolved.at_redirect_path)
        .map_or_else(
            || OwnPath::Home.under(&profile.public_url),
            ResolvedProfile::path_and_query,
        );
    OwnPath::SignIn.with_query(&profile.public_url, &[(RETURN_TO, &target)])
}

/// 401 for scripts, with the address at which the person signs in.
pub fn not_signed_in_json(profile: &Profile) -> HttpResponse {
    let body = json!({ "signed_in": false, "error": "not_signed_in", "sign_in_url": OwnPath::SignIn.url(&profile.public_url) });
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, CHALLENGE))
        .json(body)
}
