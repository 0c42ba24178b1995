//! `GET /auth/jwks.json`: the public keys with which upstreams verify assertions (RFC 7517).

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;

use crate::web::extract::visit::Visit;

/// The keys of the profile. They may be kept for five minutes: the steps of a roll take longer.
pub async fn jwks(visit: Visit) -> HttpResponse {
    match visit.app().upstream_identity.jwks(&visit.profile().id) {
        Some(keys) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "public, max-age=300"))
            .content_type("application/json")
            .body(keys),
        None => HttpResponse::ServiceUnavailable().finish(),
    }
}
