//! `GET` or `POST` at the profile's redirect path: complete an attempt, 303 to where the person wanted to go.

use actix_web::http::Method;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::error_response::{WebError, WebResult};
use super::gateway::Gateway;
use super::navigation::parameters;
use super::profile::Located;
use super::sign_in::{see_other, to_authority};
use super::{browser, rounds};
use crate::domain::callback::{CallbackAnswer, CallbackOutcome, CallbackShapeError};
use crate::domain::profile::ResponseMode;
use crate::domain::return_to::ReturnTo;
use crate::flow::attempts::{AttemptName, open_state};
use crate::flow::callback::{Browser, Completed, complete};
use crate::flow::error::FlowError;

/// Bytes of a callback's form.
pub const LONGEST_FORM: usize = 64 * 1024;

/// Completes the attempt that the parameters name.
///
/// # Errors
/// See [`complete`]; the answer removes the attempt's cookie unless the store gave no answer.
pub async fn callback(
    request: HttpRequest,
    located: Located,
    gateway: web::Data<Gateway>,
    body: web::Bytes,
) -> WebResult {
    let profile = &located.profile;
    let posted = request.method() == Method::POST;
    let expected = profile.authorize.response_mode == ResponseMode::FormPost;
    if posted && (!is_form(&request) || !expected) {
        return Err(FlowError::CallbackMalformed(CallbackShapeError::Malformed).into());
    }
    let query = if posted { parameters(&body) } else { parameters(request.query_string().as_bytes()) };
    if query.is_empty() && !posted {
        // A bookmark of the redirect path: nothing to complete, and no fault of the person's.
        return Ok(see_other(ReturnTo::home(&profile.public_url).as_str()));
    }
    let answer = CallbackAnswer::parse(query.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let answer = answer.map_err(FlowError::from)?;
    if expected && !posted && matches!(answer.outcome, CallbackOutcome::Code(_)) {
        return Err(FlowError::CallbackMalformed(CallbackShapeError::Malformed).into());
    }
    let name = AttemptName::of(&answer.state);
    let state = answer.state.clone();
    let attempt = browser::attempt_of(request.headers(), profile, &name);
    let handle = browser::handle_of(&request, &gateway.cookie_keys, profile);
    let brought = Browser { attempt, handle: handle.as_ref() };
    let mut response = match complete(&gateway.gate, located.visit(), answer, brought).await {
        Ok(Completed::SignedIn { handle, return_to }) => {
            browser::remember(&request, &profile.id, &handle)?;
            let mut response = HttpResponse::SeeOther();
            rounds::count(&mut response, request.headers(), profile, &return_to, gateway.gate.now());
            response.insert_header((LOCATION, return_to.as_str()));
            response
        }
        Ok(Completed::GoOn(return_to)) => {
            let mut response = HttpResponse::SeeOther();
            response.insert_header((LOCATION, return_to.as_str()));
            response
        }
        Ok(Completed::Begin(begun)) => return Ok(to_authority(&request, &gateway, profile, &begun)),
        Err(error) => {
            let lost = matches!(error, FlowError::Store(_) | FlowError::AuthorityUnavailable { .. });
            let target = lost.then(|| open_state(&gateway.gate, profile, &state)).flatten();
            // Whether the attempt was used is unknown when the store is: its cookie stays.
            let over = (attempt.is_some() && !matches!(error, FlowError::Store(_))).then_some(name);
            let error = WebError::at_callback(error, over);
            return Err(error.with_new_attempt(target.map(|target| target.return_to)).into());
        }
    };
    if attempt.is_some() {
        browser::drop_attempt(&mut response, profile, &name);
    }
    Ok(response.finish())
}

/// Form Post Response Mode §2: only a urlencoded form.
fn is_form(request: &HttpRequest) -> bool {
    use actix_web::HttpMessage as _;
    request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
