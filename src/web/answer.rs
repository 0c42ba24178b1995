//! Answers that several handlers give: redirects within the site and to the authority.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::own_path::OwnPath;
use crate::flow::hand_off::{BegunHandOff, HandOffRequest};
use crate::flow::sign_in::AuthorizationRedirect;
use crate::web::cookies::attempt;
use crate::web::extract::visit::Visit;

/// 303 to an address.
pub fn see_other(location: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, location));
    response
}

/// 303 from a further host to `public_url`, with the attempt's cookie and further parameters.
pub fn hand_off_to_main(
    visit: &Visit,
    begun: &BegunHandOff,
    more: &[(&str, &str)],
) -> HttpResponseBuilder {
    let profile = visit.profile();
    let main = profile.main_url();
    let request = [(HandOffRequest::PARAMETER, begun.request.as_str())];
    let path = OwnPath::HandOff.with_query(main, &[&request, more].concat());
    let mut response = see_other(&format!("{}{path}", main.origin()));
    let (headers, now) = (visit.headers(), visit.now());
    attempt::keep(&mut response, headers, profile, &begun.cookie, now);
    response
}

/// 303 to the authority, with the attempt's cookie.
pub fn to_authority(visit: &Visit, redirect: &AuthorizationRedirect) -> HttpResponseBuilder {
    let mut response = see_other(redirect.location.as_str());
    attempt::keep(
        &mut response,
        visit.headers(),
        visit.profile(),
        &redirect.cookie,
        visit.now(),
    );
    response
}
