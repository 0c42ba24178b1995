//! The fast path: some addresses answer a live session before the request span, routing and the other layers.
//!
//! These addresses are asked more often than all others together, and each layer costs as much as the session check
//! (docs/decisions/0007). Such an answer has no log line of its own; the store's metrics count it. A request without a live
//! session passes on to the layers, and its extensions keep what was found out, so that nothing is read twice.

use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};

use crate::domain::profile::Profile;
use crate::domain::profiles::ProfileStatus;
use crate::flow::session_check::{SignedIn, Use, check};
use crate::web::app_state::AppState;
use crate::web::cookies::session;
use crate::web::extract::signed_in;
use crate::web::middleware::resolve_profile::{find, warn_if_untrusted_proxy};
use crate::web::middleware::security_headers;

/// An address with a fast path for `GET`.
#[derive(Debug)]
pub struct FastAddress {
    /// The path below a profile's prefix.
    pub path: &'static str,
    /// The answer to a signed-in person; not a page, because it gets the headers of data.
    pub answer: fn(&SignedIn) -> HttpResponse,
}

/// Answers at one of `addresses` if the session lives, from the cookie and the session cache.
///
/// # Errors
/// None of its own.
pub async fn answer_early<B: MessageBody + 'static>(
    addresses: &'static [FastAddress],
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    if request.method() == Method::GET
        && addresses
            .iter()
            .any(|address| request.path().ends_with(address.path))
        && let Some(response) = answer(addresses, &request).await
    {
        return Ok(request.into_response(response).map_into_right_body());
    }
    next.call(request)
        .await
        .map(ServiceResponse::map_into_left_body)
}

async fn answer(
    addresses: &'static [FastAddress],
    request: &ServiceRequest,
) -> Option<HttpResponse> {
    let app = request.app_data::<web::Data<AppState>>()?;
    let (profile, address) = find_address(addresses, request, app)?;
    let found = session::browser_handle(request.headers(), &app.cookie_keys, &profile)?;
    if !found.sealed_by_newest_key {
        // The layers seal the cookie again.
        return None;
    }
    match check(&app.services, &profile, Some(&found.handle), Use::Peek).await {
        Ok(Some(signed_in)) => {
            warn_if_untrusted_proxy(request, app);
            let mut response = (address.answer)(&signed_in);
            let https = profile.public_url.is_https();
            security_headers::add_for_data(response.headers_mut(), https);
            Some(response)
        }
        other => {
            signed_in::keep_answer(&mut request.extensions_mut(), other);
            None
        }
    }
}

fn find_address(
    addresses: &'static [FastAddress],
    request: &ServiceRequest,
    app: &AppState,
) -> Option<(Arc<Profile>, &'static FastAddress)> {
    let profiles = app.profiles.load();
    let Ok(Some((ProfileStatus::Serving(profile), below))) = find(request, app, &profiles) else {
        return None;
    };
    let address = addresses.iter().find(|address| address.path == below)?;
    Some((Arc::clone(profile), address))
}
