//! A callback that came as a cross-site POST, kept for the GET that follows.
//!
//! Browsers leave out `SameSite=Lax` cookies with such a POST, the session cookie among them: completed at once, it
//! would end nothing, overwrite the cookie and know nobody. So the POST is answered with a redirect to the same
//! address, and its fields wait in a sealed cookie of a minute's life. The address holds an id and no code.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{HeaderMap, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::domain::profile::Profile;
use crate::seal::{Purpose, hex};
use crate::web::app_state::AppState;
use crate::web::cookies::session::single_value;

/// The parameter that names the kept answer.
pub const PARAMETER: &str = "posted";
/// Seconds.
const LIFE: i64 = 60;
/// Bytes of a cookie that every browser keeps; a longer answer is completed at once.
const LONGEST: usize = 3_800;

const PURPOSE: Purpose = Purpose::new("posted answer");

fn name(profile: &Profile, id: &str) -> String {
    let prefix = if profile.public_url.is_https() {
        "__Host-"
    } else {
        ""
    };
    format!("{prefix}gatehouse-posted-{id}")
}

fn associated(profile: &Profile, id: &str) -> Vec<u8> {
    format!("{}/{id}", profile.id).into_bytes()
}

/// Keeps the fields and leads to the GET; `None` when they are too long for a cookie.
pub fn keep(
    app: &AppState,
    profile: &Profile,
    fields: &[(String, String)],
) -> Option<HttpResponse> {
    let id = hex(&app.services.random_bytes::<16>());
    let plain = serde_json::to_vec(fields).ok()?;
    let sealed = app
        .services
        .seal(PURPOSE, &associated(profile, &id), &plain);
    let value = BASE64.encode(sealed);
    (value.len() <= LONGEST).then_some(())?;
    let cookie = cookie(profile, name(profile, &id), value);
    let to = format!("{}?{PARAMETER}={id}", profile.redirect_uri());
    Some(
        HttpResponse::SeeOther()
            .cookie(cookie)
            .insert_header((LOCATION, to))
            .finish(),
    )
}

/// The fields of the answer that an id names, if this browser brought them.
pub fn take(
    app: &AppState,
    profile: &Profile,
    headers: &HeaderMap,
    id: &str,
) -> Option<Vec<(String, String)>> {
    let name = name(profile, id);
    let sealed = BASE64.decode(single_value(headers, &name)?).ok()?;
    let plain = app
        .services
        .open(PURPOSE, &associated(profile, id), &sealed)?;
    serde_json::from_slice(&plain).ok()
}

/// Takes the cookie out of the browser.
pub fn forget(
    response: &mut HttpResponseBuilder,
    request: &HttpRequest,
    profile: &Profile,
    id: &str,
) {
    let name = name(profile, id);
    if single_value(request.headers(), &name).is_some() {
        let mut cookie = cookie(profile, name, String::new());
        cookie.make_removal();
        response.cookie(cookie);
    }
}

/// The POST that sets it is cross-site; the GET that brings it is a navigation.
fn cookie(profile: &Profile, name: String, value: String) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(profile.public_url.is_https())
        .same_site(SameSite::None)
        .max_age(Duration::seconds(LIFE))
        .finish()
}
