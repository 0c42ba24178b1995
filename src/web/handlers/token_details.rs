//! `GET /auth/token_details`: the claims of the ID token; 401 when nobody is signed in.

use actix_web::http::StatusCode;
use serde_json::Value;

use crate::domain::language::Message;
use crate::web::errors::mapping::{WebError, WebResult};
use crate::web::extract::signed_in::{MaybeSignedIn, told};
use crate::web::extract::visit::Visit;
use crate::web::pages::{Claim, TokenDetails, shown};

/// Shows the claims that are meant for people.
///
/// # Errors
/// `NotSignedIn` as a 401 page without a redirect, `Store` when it is unknown who is signed in.
pub async fn token_details(visit: Visit, MaybeSignedIn(signed_in): MaybeSignedIn) -> WebResult {
    let signed_in = signed_in.ok_or_else(|| {
        told(&visit);
        WebError::unauthorized_page()
    })?;
    let text = |value: &Value| match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    };
    let claims = signed_in.session().identity.displayed_claims();
    let language = visit.language();
    let page = TokenDetails {
        frame: visit.frame(Message::new("token-details-title"), Some(&signed_in)),
        claims: claims
            .iter()
            .map(|(name, value)| Claim::new(&shown(name), &text(value), &language))
            .collect(),
    };
    Ok(visit.app().pages.respond(StatusCode::OK, &page))
}
