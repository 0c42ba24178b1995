//! `GET /auth/assets/{name}`: style sheets, the icon, and pictures of the profile.

use actix_web::{HttpResponse, web};

use crate::web::extract::visit::Visit;
use crate::web::pages::{Asset, own_pages};

/// The asset of this file name: one of the profile's, or one that all profiles share.
pub async fn asset(visit: Visit, name: web::Path<String>) -> HttpResponse {
    let branding = &visit.profile().branding;
    let request = visit.request();
    if let Some(own) = Asset::of_profile(branding, &name) {
        return own.response(request);
    }
    let own = own_pages(branding);
    let own = own.as_ref().and_then(|own| own.asset(&name));
    match own.or_else(|| visit.app().pages.asset(&name)) {
        Some(asset) => asset.response(request),
        None => HttpResponse::NotFound().finish(),
    }
}
