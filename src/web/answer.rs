//! Answers that several handlers give: redirects within the site and to the authority.

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::flow::sign_in::AuthorizationRedirect;
use crate::web::cookies::attempt;
use crate::web::extract::visit::Visit;

/// 303 to an address.
pub fn see_other(location: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, location));
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
