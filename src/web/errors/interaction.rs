//! What a script reads when only the person can go on.

use actix_web::http::header::WWW_AUTHENTICATE;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use serde_json::json;

use crate::domain::profile::Profile;
use crate::web::errors::mapping::CHALLENGE;
use crate::web::extract::visit::ResolvedProfile;

/// 401 for scripts when the person must interact with the authority, which the page itself arranges.
pub fn interaction_json(request: &HttpRequest, profile: &Profile) -> HttpResponse {
    let here = request
        .extensions()
        .get::<ResolvedProfile>()
        .map(ResolvedProfile::path_and_query);
    let here = here.unwrap_or_default();
    let path = here.split('?').next().unwrap_or_default();
    let address = format!("{}{path}", profile.public_url.origin());
    let body =
        json!({ "signed_in": true, "error": "interaction_required", "sign_in_url": address });
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, CHALLENGE))
        .json(body)
}
