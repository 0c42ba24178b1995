//! A notice on its way home: a cookie with a fixed word, shown by the next home page and gone with it.
//!
//! It stands in no address, so no link of a stranger can make a page say something.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};

use super::browser::single_value;
use crate::domain::notice::Notice;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;

/// Seconds that a notice waits for the home page.
const LIFE: i64 = 60;

fn name(profile: &Profile) -> &'static str {
    if profile.public_url.is_https() {
        "__Host-gatehouse-notice"
    } else {
        "gatehouse-notice"
    }
}

/// Gives the notice to a browser that goes home; any other page would leave it waiting for a later visit.
pub fn give(
    response: &mut HttpResponseBuilder,
    profile: &Profile,
    return_to: &ReturnTo,
    notice: Notice,
) {
    if *return_to == ReturnTo::home(&profile.public_url) {
        let value = format!("{}.{}", notice.word(), profile.id);
        response.cookie(cookie(profile, value));
    }
}

/// The notice that a browser brings to this profile's home page.
pub fn take(headers: &HeaderMap, profile: &Profile) -> Option<Notice> {
    let (word, of) = single_value(headers, name(profile))?.split_once('.')?;
    (of == profile.id.as_str()).then(|| Notice::parse(word))?
}

/// Takes the notice out of the browser, whatever it says.
pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
    if single_value(headers, name(profile)).is_some() {
        let mut gone = cookie(profile, String::new());
        gone.make_removal();
        // A cookie of a fixed name without a value can always be written.
        let _ = response.add_cookie(&gone);
    }
}

fn cookie(profile: &Profile, value: String) -> Cookie<'static> {
    Cookie::build(name(profile), value)
        .path("/")
        .http_only(true)
        .secure(profile.public_url.is_https())
        .same_site(SameSite::Lax)
        .max_age(Duration::seconds(LIFE))
        .finish()
}
