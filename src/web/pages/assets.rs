//! `GET /auth/assets/{name}`: the style sheet and the icon. A name holds the content's hash, so it never changes.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use crate::web::app_state::AppState;

/// The asset of this name, to be kept for a year.
pub async fn asset(name: web::Path<String>, app: web::Data<AppState>) -> HttpResponse {
    let Some(asset) = app.pages.asset(&name) else {
        return HttpResponse::NotFound().finish();
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.content_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.text.clone())
}
