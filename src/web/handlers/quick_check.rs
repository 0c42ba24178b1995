//! The quick answer to `GET /auth/session`: a live session is answered before routing, spans and the other layers.
//!
//! The check is asked more often than everything else together, and each of those layers costs as much as the check
//! itself. It has no log line of its own; the store's metrics count it. Whatever is not simply "yes" goes the usual
//! way, with what is known already.

use std::sync::Arc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};

use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::profiles::ProfileStatus;
use crate::flow::error::FlowError;
use crate::flow::session_check::{SignedIn, Use, check};
use crate::web::app_state::AppState;
use crate::web::cookies::session;
use crate::web::handlers::session_info;
use crate::web::middleware::resolve_profile::{place, tell_unheeded};
use crate::web::middleware::security_headers;

/// The address below a profile's prefix.
pub const PATH: &str = OwnPath::Session.pattern();

/// What the quick check found out, for the handler that answers in its stead.
#[derive(Debug)]
pub struct Checked(pub Result<Option<SignedIn>, FlowError>);

/// Answers a live session at once.
///
/// # Errors
/// None of its own.
pub async fn first<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    if request.method() == Method::GET
        && request.path().ends_with(PATH)
        && let Some(answer) = answer(&request).await
    {
        return Ok(request.into_response(answer).map_into_right_body());
    }
    next.call(request)
        .await
        .map(ServiceResponse::map_into_left_body)
}

async fn answer(request: &ServiceRequest) -> Option<HttpResponse> {
    let app = request.app_data::<web::Data<AppState>>()?;
    let profile = profile(request, app)?;
    let found = session::browser_handle(request.headers(), &app.cookie_keys, &profile)?;
    // A cookie of an older key is sealed anew on the usual way.
    let handle = found.sealed_by_newest_key.then_some(found.handle)?;
    match check(&app.services, &profile, Some(&handle), Use::Peek).await {
        Ok(Some(who)) => {
            tell_unheeded(request, app);
            let mut answer = session_info::signed_in(&who);
            security_headers::of_data(answer.headers_mut(), profile.public_url.is_https());
            Some(answer)
        }
        other => {
            request.extensions_mut().insert(Checked(other));
            None
        }
    }
}

fn profile(request: &ServiceRequest, app: &AppState) -> Option<Arc<Profile>> {
    let profiles = app.profiles.load();
    match place(request, app, &profiles) {
        Ok(Some((ProfileStatus::Serving(profile), PATH))) => Some(Arc::clone(profile)),
        _ => None,
    }
}
