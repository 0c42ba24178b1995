//! `GET` or `POST` at the profile's redirect path: complete an attempt, 303 to where the person wanted to go.

use actix_web::http::Method;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use crate::domain::callback::{CallbackAnswer, CallbackOutcome, CallbackShapeError};
use crate::domain::profile::{Profile, ResponseMode};
use crate::domain::return_to::ReturnTo;
use crate::flow::attempt_cookie::{AttemptName, open_state};
use crate::flow::callback::{Browser, CallbackResult, complete};
use crate::flow::error::FlowError;
use crate::web::app_state::AppState;
use crate::web::cookies::{consent_asked, flash, posted_callback, redirect_loop, session};
use crate::web::errors::mapping::{WebError, WebResult};
use crate::web::extract::fetch_metadata::{parameter, parameters};
use crate::web::extract::form::Form;
use crate::web::handlers::sign_in::{departure, see_other};
use crate::web::middleware::resolve_profile::ResolvedProfile;

/// Bytes of a callback's form.
pub const LONGEST_FORM: usize = 64 * 1024;

/// Completes the attempt that the parameters name.
///
/// # Errors
/// See [`complete`]; the answer removes the attempt's cookie unless the store gave no answer.
pub async fn callback(
    request: HttpRequest,
    located: ResolvedProfile,
    app: web::Data<AppState>,
    form: Form,
) -> WebResult {
    let profile = &located.profile;
    let posted = request.method() == Method::POST;
    let expected = profile.authorize.response_mode == ResponseMode::FormPost;
    if posted && !expected {
        return Err(FlowError::CallbackMalformed(CallbackShapeError::Malformed).into());
    }
    let query = parameters(request.query_string().as_bytes());
    if query.is_empty() && !posted {
        // A bookmark of the redirect path: nothing to complete, and no fault of the person's.
        return Ok(see_other(ReturnTo::home(&profile.public_url).as_str()));
    }
    if posted && let Some(hop) = posted_callback::keep(&app, profile, form.fields()) {
        return Ok(hop);
    }
    let kept_id = parameter(&query, posted_callback::PARAMETER).filter(|_| expected);
    let kept = kept_id.and_then(|id| posted_callback::take(&app, profile, request.headers(), id));
    let sent = if posted {
        form.fields()
    } else {
        kept.as_deref().unwrap_or(&query)
    };
    let answer = CallbackAnswer::parse(
        sent.iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    let answer = answer.map_err(FlowError::from)?;
    if expected && !posted && kept.is_none() && matches!(answer.outcome, CallbackOutcome::Code(_)) {
        return Err(FlowError::CallbackMalformed(CallbackShapeError::Malformed).into());
    }
    let name = AttemptName::of(&answer.state);
    let state = answer.state.clone();
    let attempt = session::attempt_of(request.headers(), profile, &name);
    let handle = session::handle_of(&request, &app.cookie_keys, profile);
    let brought = Browser {
        attempt,
        handle: handle.as_ref(),
    };
    let mut response = match complete(&app.services, located.visit(), answer, brought).await {
        Ok(completed) => {
            let over = attempt.is_some().then(|| name.clone());
            lead_on(&request, &app, profile, completed, over)?
        }
        Err(error) => {
            let lost = matches!(
                error,
                FlowError::Store(_) | FlowError::AuthorityUnavailable { .. }
            );
            let target = lost
                .then(|| open_state(&app.services, profile, &state))
                .flatten();
            // The attempt may still be good: its cookie stays for the reload that `Retry-After` asks for.
            let over = (attempt.is_some() && !lost).then_some(name);
            let error = WebError::at_callback(error, over);
            return Err(error.with_new_attempt(target).into());
        }
    };
    if attempt.is_some() {
        session::drop_attempt(&mut response, profile, &name);
    }
    if let Some(id) = kept_id {
        posted_callback::forget(&mut response, &request, profile, id);
    }
    Ok(response.finish())
}

/// Where a callback that ended well leads, with the cookies that go along.
fn lead_on(
    request: &HttpRequest,
    app: &AppState,
    profile: &Profile,
    completed: CallbackResult,
    over: Option<AttemptName>,
) -> Result<HttpResponseBuilder, actix_web::Error> {
    let now = app.services.now();
    let mut response = HttpResponse::SeeOther();
    let return_to = match completed {
        CallbackResult::NextFlow(begun) => return Ok(departure(request, app, profile, &begun)),
        CallbackResult::Restart(begun, target) => {
            redirect_loop::stop_loop(request.headers(), profile, &target, now)
                .map_err(|stopped| WebError::at_callback(stopped, over))?;
            let mut response = departure(request, app, profile, &begun);
            redirect_loop::count(&mut response, request.headers(), profile, &target, now);
            return Ok(response);
        }
        CallbackResult::SignedIn {
            handle,
            return_to,
            asked,
        } => {
            session::remember(request, &profile.id, &handle)?;
            redirect_loop::count(&mut response, request.headers(), profile, &return_to, now);
            if let Some((api, person)) = &asked {
                consent_asked::note(&mut response, profile, person, api, now);
            }
            return_to
        }
        CallbackResult::Redirect(return_to) => return_to,
        CallbackResult::RedirectWithFlash(return_to, told) => {
            flash::give(&mut response, profile, &return_to, told);
            return_to
        }
    };
    response.insert_header((LOCATION, return_to.as_str()));
    Ok(response)
}
