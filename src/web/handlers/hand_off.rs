//! `GET /auth/hand_off` at `public_url` and `GET /auth/landing` at a further host: one session for several hosts.

use actix_web::HttpResponse;

use crate::domain::own_path::OwnPath;
use crate::domain::return_to::RETURN_TO;
use crate::flow::error::FlowError;
use crate::flow::hand_off::{
    HandOffOptions, HandOffRequest, Landed, ask, land, open_request, open_ticket, ticket_for,
};
use crate::web::cookies::plain::RedirectLoop;
use crate::web::cookies::{attempt, session};
use crate::web::errors::mapping::WebResult;
use crate::web::extract::parameters::{Parameters, passed_on};
use crate::web::extract::provenance::{is_prefetch, is_script};
use crate::web::extract::signed_in::peek;
use crate::web::extract::visit::{Visit, hand_off_to_main, see_other};

/// `GET /auth/hand_off?request=`: a browser comes from a further host. Whoever is signed in goes back with a ticket; a
/// stranger signs in first and then comes here again.
///
/// # Errors
/// `NotSignedIn` for a script or a prefetch; `AttemptNotFound` for a request that is not one of a listed host; `Store` when
/// it is unknown who is signed in.
pub async fn hand_off(visit: Visit) -> WebResult {
    require_navigation(&visit)?;
    let (services, profile) = (visit.services(), visit.profile());
    let query = visit.query();
    let text = query.value(HandOffRequest::PARAMETER);
    let opened = text.and_then(|text| Some((text, open_request(services, profile, text)?)));
    let Some((text, request)) = opened else {
        return Err(no_attempt("the request is not one of a host of this profile").into());
    };
    if request.is_over(visit.now()) {
        return Ok(see_other(&OwnPath::SignIn.url(request.host())).finish());
    }
    let signed_in = match peek(&visit).await {
        Err(FlowError::GroupsUnavailable) => None,
        known => known?,
    };
    let signed_in = signed_in.filter(|it| request.is_met_by(it.session(), visit.now()));
    Ok(match signed_in {
        Some(signed_in) => see_other(&ticket_for(services, profile, &request, &signed_in)).finish(),
        None => sign_in_first(&visit, text, &query),
    })
}

/// Leads to the sign-in, and from there back to the same request.
fn sign_in_first(visit: &Visit, request: &str, query: &Parameters) -> HttpResponse {
    let profile = visit.profile();
    let here = [(HandOffRequest::PARAMETER, request)];
    let target = OwnPath::HandOff.with_query(&profile.public_url, &here);
    let mut parameters = vec![(RETURN_TO, target.as_str())];
    parameters.extend(passed_on(query, profile));
    let location = OwnPath::SignIn.with_query(&profile.public_url, &parameters);
    see_other(&location).finish()
}

/// `GET /auth/landing?ticket=`: a browser comes back to a further host.
///
/// # Errors
/// `NotSignedIn` for a script or a prefetch; `TooMany` above the rate limit; `AttemptNotFound` for a ticket that is not of
/// this host or not of this browser; `RedirectLoop` when tickets never arrive in time; see [`land`].
pub async fn landing(visit: Visit) -> WebResult {
    require_navigation(&visit)?;
    if let Some(address) = visit.client_address() {
        let admitted = visit.app().rate_limits.admit_callback(address);
        admitted.map_err(|_| FlowError::TooMany)?;
    }
    let (services, profile, headers) = (visit.services(), visit.profile(), visit.headers());
    let query = visit.query();
    let ticket = query.value("ticket");
    let ticket = ticket.and_then(|text| open_ticket(services, profile, text));
    let ticket = ticket.ok_or_else(|| no_attempt("the ticket is not one of this host"))?;
    let name = ticket.attempt_name();
    let cookie = attempt::read(headers, profile, &name);
    let handle = visit.session_handle();
    let now = visit.now();
    let mut response = match land(services, profile, ticket, cookie, handle.as_ref()).await? {
        Landed::SignedIn { handle, return_to } => {
            session::remember(visit.request(), &profile.id, &handle, now)?;
            let mut response = see_other(return_to.as_str());
            RedirectLoop::count(&mut response, headers, profile, &return_to, now);
            response
        }
        Landed::Redirect(return_to) => see_other(return_to.as_str()),
        Landed::Again(return_to) => {
            RedirectLoop::stop(headers, profile, &return_to, now)?;
            let asked = ask(services, profile, &return_to, &HandOffOptions::default());
            let mut response = hand_off_to_main(&visit, &asked, &[]);
            RedirectLoop::count(&mut response, headers, profile, &return_to, now);
            response
        }
    };
    if cookie.is_some() {
        attempt::forget(&mut response, profile, &name);
    }
    Ok(response.finish())
}

/// A script, a frame or a prefetch takes part in no hand-off.
fn require_navigation(visit: &Visit) -> Result<(), FlowError> {
    let request = visit.request();
    if is_script(request) || is_prefetch(request) {
        return Err(FlowError::NotSignedIn);
    }
    Ok(())
}

fn no_attempt(why: &'static str) -> FlowError {
    FlowError::AttemptNotFound { why, target: None }
}
