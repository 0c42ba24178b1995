//! The page of a problem as a response: with the details of the request, and with a second try where time helps.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder};

use crate::domain::own_path::OwnPath;
use crate::web::errors::problem_text::{ProblemText, RequestFacts};
use crate::web::extract::signed_in::{checked, ending};
use crate::web::extract::visit::Visit;
use crate::web::middleware::request_id::RequestId;
use crate::web::pages::Frame;

/// The id of a request in the log.
pub(super) fn request_id(request: &HttpRequest) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// The page of a problem. It is shown without reading the session: it has the account only if the session was checked
/// before, and never a button to sign in. With a time to wait it tries again by itself.
pub(super) fn respond(
    visit: &Visit,
    response: HttpResponseBuilder,
    (status, wait): (StatusCode, Option<Duration>),
    problem: ProblemText,
) -> HttpResponse {
    let problem = match wait {
        Some(_) => problem.try_again_first(),
        None => problem,
    };
    let which = (&visit.profile().id, problem.word);
    let ages = &visit.app().outage_ages;
    let reload = wait.map(|asked| ages.wait(which, visit.now(), asked));
    let who = checked(visit.request());
    let frame = Frame {
        sign_in: false,
        reload,
        // A problem's page repeats nothing of the address.
        here: OwnPath::Home.under(&visit.profile().public_url),
        ..visit.frame(problem.heading.clone(), who.as_ref())
    };
    let request_id = request_id(visit.request());
    let facts = facts(visit, &request_id, status);
    let page = problem.page(frame, facts);
    visit.app().pages.respond_with(response, &page)
}

fn facts<'a>(visit: &Visit, request_id: &'a str, status: StatusCode) -> RequestFacts<'a> {
    let reason = status.canonical_reason().unwrap_or_default();
    RequestFacts {
        request_id,
        now: visit.now(),
        status: format!("{}: {reason}", status.as_u16()),
    }
}

/// The page for somebody who is not signed in, with a button to sign in.
pub(super) fn respond_unauthorized(
    visit: &Visit,
    response: HttpResponseBuilder,
    problem: ProblemText,
    request_id: &str,
) -> HttpResponse {
    let frame = visit.frame(problem.heading.clone(), None);
    let problem = if let Some(ending) = ending(visit.request()) {
        problem.saying(ending.message())
    } else if frame.developer {
        let sentence = problem.heading.attribute("developer");
        problem.saying(sentence)
    } else {
        problem
    };
    let facts = facts(visit, request_id, StatusCode::UNAUTHORIZED);
    let page = problem.page(frame, facts);
    visit.app().pages.respond_with(response, &page)
}
