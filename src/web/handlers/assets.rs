//! `GET /auth/assets/{name}`: the style sheet and the icon.

use actix_web::{HttpResponse, web};

use crate::web::app_state::AppState;

/// The asset of this file name.
pub async fn asset(name: web::Path<String>, app: web::Data<AppState>) -> HttpResponse {
    match app.pages.asset(&name) {
        Some(asset) => asset.response(),
        None => HttpResponse::NotFound().finish(),
    }
}
