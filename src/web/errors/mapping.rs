//! The one place where a [`FlowError`] becomes a status and a page, or JSON.
//!
//! | error | status | the person reads |
//! | --- | --- | --- |
//! | `NotSignedIn` | 303 to sign-in; 401 for scripts, prefetches and forms | — |
//! | `CallbackMalformed`, `AttemptNotFound`, `WrongAuthority`, `AnswerInvalid`, `OtherPerson`, `TooManyRounds` | 400 | start again |
//! | `Refused` | 403, 502 or 503, by who can do something about it | the code's help |
//! | `NotAllowed`, `Ungranted`, `CrossSite` | 403 | why, and what to do |
//! | `NoSuchApi`, `NoSuchJourney` | 404 | there is nothing here |
//! | `TooMany` | 429 | wait |
//! | `Misconfigured`, `ApiUnavailable` | 502 | the operator must act; the API did not answer |
//! | `AuthorityUnavailable`, `ApiThrottled`, `Busy`, `Store` | 503 with `Retry-After` | try again shortly |
//! | `ApiTimedOut` | 504 | the API did not answer in time |
//!
//! The page has a request id; the log has the cause, once, with the same id.

use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use serde_json::json;
use tracing_actix_web::RequestId;

use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::flow::attempt_cookie::AttemptName;
use crate::flow::error::{FlowError, Remedy};
use crate::web::app_state::AppState;
use crate::web::cookies::session;
use crate::web::errors::texts::{ProblemText, tell};
use crate::web::extract::fetch_metadata::{is_prefetch, is_script};
use crate::web::middleware::resolve_profile::ResolvedProfile;
use crate::web::pages::layout;

/// What handlers return.
pub type WebResult = Result<HttpResponse, Error>;

/// A retry is suggested after so many seconds when nobody says better.
const RETRY_SOON: Duration = Duration::from_secs(5);

/// A flow's error on its way to the answer, with what only the web knows.
#[derive(Debug)]
pub struct WebError {
    flow: FlowError,
    /// An attempt whose cookie is of no more use.
    over: Option<AttemptName>,
    /// Answer 401 with a page instead of leading to sign-in.
    stay: bool,
    /// Where a new attempt should lead, when the error does not say so itself.
    again: Option<ReturnTo>,
}

impl WebError {
    /// An error of the callback.
    pub fn at_callback(flow: FlowError, over: Option<AttemptName>) -> Self {
        Self {
            flow,
            over,
            stay: false,
            again: None,
        }
    }

    /// The same when the code is lost by an outage: the person starts again, and still arrives at `target`.
    #[must_use]
    pub fn with_new_attempt(self, target: Option<ReturnTo>) -> Self {
        Self {
            again: target,
            ..self
        }
    }

    /// Nobody is signed in, and the page says so itself.
    pub fn unauthorized_page() -> Self {
        Self {
            flow: FlowError::NotSignedIn,
            over: None,
            stay: true,
            again: None,
        }
    }
}

impl From<FlowError> for WebError {
    fn from(flow: FlowError) -> Self {
        Self {
            flow,
            over: None,
            stay: false,
            again: None,
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
        // Replaced by `pages`, which knows the request.
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
        | FlowError::TooManyRounds { .. }
        | FlowError::NoticeRefused(_) => StatusCode::BAD_REQUEST,
        FlowError::Refused { detail, .. } => match detail.remedy() {
            Remedy::Person => StatusCode::FORBIDDEN,
            Remedy::Operator => StatusCode::BAD_GATEWAY,
            Remedy::Time => StatusCode::SERVICE_UNAVAILABLE,
        },
        FlowError::NotAllowed(_) | FlowError::Ungranted { .. } | FlowError::CrossSite => {
            StatusCode::FORBIDDEN
        }
        FlowError::NoSuchApi | FlowError::NoSuchJourney => StatusCode::NOT_FOUND,
        FlowError::TooMany => StatusCode::TOO_MANY_REQUESTS,
        FlowError::Misconfigured { .. } | FlowError::ApiUnavailable(_) => StatusCode::BAD_GATEWAY,
        FlowError::AuthorityUnavailable { .. }
        | FlowError::ApiThrottled { .. }
        | FlowError::Busy
        | FlowError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        FlowError::ApiTimedOut => StatusCode::GATEWAY_TIMEOUT,
    }
}

fn retry_after(error: &FlowError) -> Option<Duration> {
    match error {
        FlowError::AuthorityUnavailable { retry_after, .. } => {
            Some(retry_after.unwrap_or(RETRY_SOON))
        }
        FlowError::ApiThrottled { retry_after } => Some(*retry_after),
        FlowError::Busy | FlowError::Store(_) | FlowError::TooMany => Some(RETRY_SOON),
        FlowError::Refused { detail, .. } if detail.remedy() == Remedy::Time => Some(RETRY_SOON),
        _ => None,
    }
}

/// Writes the body of every error that a handler returned, and of every bare error of the framework.
///
/// # Errors
/// None of its own.
pub async fn pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    let response = next.call(request).await?;
    let located = response
        .request()
        .extensions()
        .get::<ResolvedProfile>()
        .cloned();
    let app = response
        .request()
        .app_data::<web::Data<AppState>>()
        .cloned();
    let (Some(located), Some(app)) = (located, app) else {
        return Ok(response.map_into_left_body());
    };
    let written = match response
        .response()
        .error()
        .and_then(|error| error.as_error::<WebError>())
    {
        Some(error) => {
            log(&error.flow, &located.profile);
            Some(write(response.request(), &located.profile, &app, error))
        }
        None => {
            bare(&response).map(|status| plain(response.request(), &located.profile, &app, status))
        }
    };
    match written {
        Some(mut answer) => {
            // Cookies that the session middleware has set meanwhile, and the methods that would do, stay.
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

/// An error of the framework that has no page yet: no route, wrong method, too large, or a fault of ours.
fn bare<B: MessageBody>(response: &ServiceResponse<B>) -> Option<StatusCode> {
    let status = response.status();
    let has_page = response.headers().contains_key(CONTENT_TYPE);
    let from_framework = response.response().error().is_some();
    let failed = status.is_client_error() || status.is_server_error();
    (failed && (!has_page || from_framework)).then_some(status)
}

/// Logs a failure once, where it is answered, with its causes.
fn log(error: &FlowError, profile: &Profile) {
    let mut causes = String::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        causes.push_str(if causes.is_empty() { "" } else { ": " });
        causes.push_str(&cause.to_string());
        next = cause.source();
    }
    let status = status_of(error);
    match error {
        FlowError::NotSignedIn | FlowError::NoSuchApi | FlowError::NoSuchJourney => {
            tracing::debug!(profile.id = %profile.id, error = %error, "answered with an error");
        }
        FlowError::Refused { .. } if status == StatusCode::BAD_GATEWAY => {
            tracing::error!(profile.id = %profile.id, error = %error, "an operator must look");
        }
        FlowError::Misconfigured { .. } | FlowError::Store(_) => {
            tracing::error!(profile.id = %profile.id, error = %error, cause = causes, "an operator must look");
        }
        _ if status.is_server_error() => {
            tracing::warn!(profile.id = %profile.id, error = %error, cause = causes, "answered with an error");
        }
        _ => {
            tracing::info!(profile.id = %profile.id, error = %error, cause = causes, "answered with an error");
        }
    }
}

fn request_id(request: &HttpRequest) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn write(
    request: &HttpRequest,
    profile: &Profile,
    app: &AppState,
    error: &WebError,
) -> HttpResponse {
    let status = status_of(&error.flow);
    let script = is_script(request);
    if matches!(error.flow, FlowError::NotSignedIn) {
        // A form cannot be sent again after the sign-in, and a browser that only looks ahead would go round in circles.
        let stay = error.stay || !request.method().is_safe() || is_prefetch(request);
        return match (script, stay) {
            (true, _) => not_signed_in_json(profile),
            (false, false) => {
                let mut response = HttpResponse::SeeOther();
                if let Some(name) = &error.over {
                    session::drop_attempt(&mut response, profile, name);
                }
                response
                    .insert_header((LOCATION, sign_in_address(request, profile)))
                    .finish()
            }
            (false, true) => unauthorized(request, profile, app),
        };
    }
    if let FlowError::NoticeRefused(why) = &error.flow {
        // Back-Channel Logout 1.0 §2.8
        return HttpResponse::BadRequest()
            .json(json!({ "error": "invalid_request", "error_description": why }));
    }
    let mut response = HttpResponse::build(status);
    if let Some(wait) = retry_after(&error.flow) {
        response.insert_header((RETRY_AFTER, wait.as_secs().max(1).to_string()));
    }
    if let Some(name) = &error.over {
        session::drop_attempt(&mut response, profile, name);
    }
    let mut told = tell(&error.flow, profile);
    if let Some(target) = &error.again {
        told = told.start_again_first(profile, target);
    }
    if script {
        return response.json(json!({ "error": told.word, "message": told.sentence, "request_id": request_id(request) }));
    }
    let frame = layout::of_nobody_known(app, profile, told.heading);
    let page = told.page(frame, &request_id(request), app.services.now());
    layout::answer_with(response, app, &page)
}

/// A page for errors of the framework; a 404 repeats nothing of the address.
fn plain(
    request: &HttpRequest,
    profile: &Profile,
    app: &AppState,
    status: StatusCode,
) -> HttpResponse {
    let told = ProblemText::of_status(status);
    if is_script(request) {
        return HttpResponse::build(status)
            .json(json!({ "error": told.word, "request_id": request_id(request) }));
    }
    let frame = layout::of_nobody_known(app, profile, told.heading);
    let page = told.page(frame, &request_id(request), app.services.now());
    layout::answer(app, status, &page)
}

/// RFC 9110 §15.5.2 asks for a challenge; this scheme makes no browser ask for a password.
const CHALLENGE: &str = "Gatehouse realm=\"sign-in\"";

fn unauthorized(request: &HttpRequest, profile: &Profile, app: &AppState) -> HttpResponse {
    let told = ProblemText::of_status(StatusCode::UNAUTHORIZED)
        .with_action(sign_in_address(request, profile), "Sign in")
        .home(profile);
    let frame = layout::frame(app, profile, told.heading, None);
    let page = told.page(frame, &request_id(request), app.services.now());
    let mut response = HttpResponse::Unauthorized();
    response.insert_header((WWW_AUTHENTICATE, CHALLENGE));
    layout::answer_with(response, app, &page)
}

/// The sign-in address that leads back to the page asked for.
fn sign_in_address(request: &HttpRequest, profile: &Profile) -> String {
    // A callback's parameters stay where they are: no code and no state goes into another address.
    let at_callback = request
        .extensions()
        .get::<ResolvedProfile>()
        .is_some_and(|located| located.at_redirect_path);
    let asked = request
        .uri()
        .path_and_query()
        .filter(|_| !at_callback)
        .map_or("/", |asked| asked.as_str());
    let path = format!("{}{asked}", profile.public_url.prefix());
    let mut address = format!("{}/auth/sign_in?return_to=", profile.public_url.prefix());
    address.extend(url::form_urlencoded::byte_serialize(path.as_bytes()));
    address
}

/// 401 for scripts, with the address that a person must go to.
pub fn not_signed_in_json(profile: &Profile) -> HttpResponse {
    let body = json!({ "signed_in": false, "error": "not_signed_in", "sign_in_url": profile.public_url.join("/auth/sign_in") });
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, CHALLENGE))
        .json(body)
}

/// 401 for scripts when the person must give more: the page itself does it.
pub fn interaction_json(request: &HttpRequest, profile: &Profile) -> HttpResponse {
    let address = profile.public_url.join(request.path());
    let body =
        json!({ "signed_in": true, "error": "interaction_required", "sign_in_url": address });
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, CHALLENGE))
        .json(body)
}
