//! `GET` or `POST` at the profile's redirect path: complete an attempt, 303 to where the person wanted to go.

use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpResponse, HttpResponseBuilder};

use crate::domain::callback::{
    CallbackAnswer, CallbackOutcome, CallbackShapeError, is_return_from_administrator_consent,
};
use crate::domain::own_path::OwnPath;
use crate::domain::profile::ResponseMode;
use crate::domain::return_to::ReturnTo;
use crate::flow::attempt_cookie::{self, AttemptName};
use crate::flow::callback::{
    Browser, CallbackResult, Completion, LostAttempt, begin_again, complete,
};
use crate::flow::error::FlowError;
use crate::web::cookies::plain::{AfterSignOut, ConsentAsked, FlashCookie, RedirectLoop};
use crate::web::cookies::{attempt, posted_callback, session};
use crate::web::errors::mapping::{WebError, WebResult};
use crate::web::errors::problem_text::{RequestFacts, problem};
use crate::web::extract::parameters::{Parameters, PostedForm};
use crate::web::extract::provenance::MayBegin;
use crate::web::extract::visit::{Visit, see_other, to_authority};
use crate::web::pages::{Frame, Problem};

/// Bytes of a callback's form.
pub const LONGEST_FORM: usize = 64 * 1024;

/// Completes the attempt that the parameters name.
///
/// # Errors
/// `TooMany` above the rate limit; `CallbackMalformed` for parameters that are no authorization response, or that came by
/// another method than the profile asks for; see [`complete`].
pub async fn callback(visit: Visit, PostedForm(form): PostedForm) -> WebResult {
    let (profile, headers) = (visit.profile(), visit.headers());
    let form_post = profile.authorize.response_mode == ResponseMode::FormPost;
    let query = visit.query();
    if let Some(address) = visit.client_address() {
        let admitted = visit.app().rate_limits.admit_callback(address);
        admitted.map_err(|_| FlowError::TooMany)?;
    }
    if visit.request().method() == Method::POST {
        if !form_post {
            return Err(FlowError::CallbackMalformed(CallbackShapeError::Malformed).into());
        }
        // A cross-site POST comes without the session cookie. The GET that follows brings it.
        let kept = posted_callbacks(&visit).keep(profile, headers, form.pairs(), visit.now());
        if let Some(hop) = kept {
            return Ok(hop);
        }
        return complete_with(&visit, parse(&form)?, None).await;
    }
    if let Some(onward) = onward_after_sign_out(&visit, &query) {
        return Ok(onward);
    }
    if query.is_empty() {
        // A bookmark of the redirect path: there is nothing to complete, and the person did nothing wrong.
        let home = ReturnTo::home(&profile.public_url);
        return Ok(see_other(home.as_str()).finish());
    }
    if is_return_from_administrator_consent(query.iter()) {
        return Ok(administrator_consent_page(&visit));
    }
    let kept_id = query
        .value(posted_callback::PARAMETER)
        .filter(|_| form_post);
    let kept = kept_id
        .and_then(|id| posted_callbacks(&visit).take(profile, headers, id))
        .map(Parameters::from);
    let answer = parse(kept.as_ref().unwrap_or(&query))?;
    if form_post && kept.is_none() && matches!(answer.outcome, CallbackOutcome::Code(_)) {
        return Err(FlowError::CallbackMalformed(CallbackShapeError::Malformed).into());
    }
    complete_with(&visit, answer, kept_id).await
}

/// The redirect of a browser that comes back from signing out at the authority. It remembers where the sign-out leads, and
/// brings nothing that answers a sign-in or a consent, or names an answer that was kept. An authority may add other parameters.
fn onward_after_sign_out(visit: &Visit, query: &Parameters) -> Option<HttpResponse> {
    let (headers, profile) = (visit.headers(), visit.profile());
    let answers = ["code", "error", "admin_consent", posted_callback::PARAMETER];
    let is_return = !query.iter().any(|(name, _)| answers.contains(&name));
    let onward = AfterSignOut::take(headers, profile).filter(|_| is_return)?;
    let mut response = see_other(&onward.location()).finish();
    AfterSignOut::forget(&mut response, headers, profile);
    Some(response)
}

/// The page after administrator consent. It says nothing of the outcome: the parameters prove nothing, and the next
/// sign-in shows whether permission was given.
fn administrator_consent_page(visit: &Visit) -> HttpResponse {
    let profile = visit.profile();
    let text = problem("consent_done", "problem-consent-done")
        .labelled("kind-consent")
        .with_action(OwnPath::SignIn.under(&profile.public_url), "sign-in")
        .home(profile);
    let frame = Frame {
        sign_in: false,
        ..visit.frame(text.heading.clone(), None)
    };
    let page = Problem {
        facts: Vec::new(),
        ..text.page(
            frame,
            RequestFacts {
                request_id: "",
                now: visit.now(),
                status: String::new(),
            },
        )
    };
    visit.app().pages.respond(StatusCode::OK, &page)
}

fn posted_callbacks(visit: &Visit) -> posted_callback::PostedCallbacks<'_> {
    posted_callback::PostedCallbacks {
        services: visit.services(),
    }
}

fn parse(parameters: &Parameters) -> Result<CallbackAnswer, FlowError> {
    Ok(CallbackAnswer::parse(parameters.iter())?)
}

/// Completes the attempt and removes its cookies. `kept_id` names the cookie that kept a posted answer.
async fn complete_with(visit: &Visit, answer: CallbackAnswer, kept_id: Option<&str>) -> WebResult {
    let (headers, profile) = (visit.headers(), visit.profile());
    let name = AttemptName::of(&answer.state);
    let state = answer.state.clone();
    let attempt = attempt::read(headers, profile, &name);
    // The name of the attempt's cookie, if the browser has one that is to be removed.
    let spent = attempt.is_some().then(|| name.clone());
    let handle = visit.session_handle();
    let browser = Browser {
        attempt,
        handle: handle.as_ref(),
    };
    let result = match complete(visit.services(), visit.for_flows(), answer, browser).await {
        Ok(Completion::Done(result)) => Ok(result),
        Ok(Completion::Lost(lost)) => one_more_attempt(visit, lost).await,
        Err(error) => Err(error),
    };
    let result = match result {
        Ok(result) => result,
        // The attempt may still be good: its cookie stays for the reload that `Retry-After` asks for.
        Err(outage @ (FlowError::Store(_) | FlowError::AuthorityUnavailable { .. })) => {
            let target = attempt_cookie::target(visit.services(), profile, &state, attempt);
            let error = WebError::at_callback(outage, None);
            return Err(error.with_retry_target(target).into());
        }
        Err(error) => return Err(WebError::at_callback(error, spent).into()),
    };
    let mut response = answer_with(visit, result, spent.as_ref())?;
    if let Some(name) = &spent {
        attempt::forget(&mut response, profile, name);
    }
    if let Some(id) = kept_id {
        posted_callback::forget(&mut response, headers, profile, id);
    }
    Ok(response.finish())
}

/// Begins the one new attempt for a lost one, under the rules of every beginning.
async fn one_more_attempt(visit: &Visit, lost: LostAttempt) -> Result<CallbackResult, FlowError> {
    MayBegin::judge(visit)?;
    let begun = begin_again(visit.services(), visit.for_flows(), lost).await?;
    Ok(CallbackResult::NextFlow(Box::new(begun)))
}

/// The redirect after a completed attempt, with its cookies.
fn answer_with(
    visit: &Visit,
    result: CallbackResult,
    spent: Option<&AttemptName>,
) -> Result<HttpResponseBuilder, Error> {
    let (headers, profile, now) = (visit.headers(), visit.profile(), visit.now());
    match result {
        CallbackResult::SignedIn {
            handle,
            return_to,
            asked,
        } => {
            session::remember(visit.request(), &profile.id, &handle, now)?;
            let mut response = see_other(return_to.as_str());
            RedirectLoop::count(&mut response, headers, profile, &return_to, now);
            if let Some((api, person)) = &asked {
                ConsentAsked::note(&mut response, profile, person, api, now);
            }
            Ok(response)
        }
        CallbackResult::Redirect(return_to) => Ok(see_other(return_to.as_str())),
        CallbackResult::RedirectWithFlash(return_to, message) => {
            let mut response = see_other(return_to.as_str());
            FlashCookie::give(&mut response, profile, &return_to, message);
            Ok(response)
        }
        CallbackResult::NextFlow(redirect) => Ok(to_authority(visit, &redirect)),
        CallbackResult::Restart(redirect, target) => {
            RedirectLoop::stop(headers, profile, &target, now)
                .map_err(|stopped| WebError::at_callback(stopped, spent.cloned()))?;
            let mut response = to_authority(visit, &redirect);
            RedirectLoop::count(&mut response, headers, profile, &target, now);
            Ok(response)
        }
    }
}
