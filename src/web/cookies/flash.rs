//! The cookie of a flash message: a fixed word, shown by the next home page and removed with it.
//!
//! The word stands in no address, so no stranger's link can make a page say something.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::flash::Flash;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::web::cookies::flags::FLASH;
use crate::web::cookies::short_lived::ShortLivedCookie;

/// Seconds within which the page must be visited: a sign-out leads through the authority, which may ask something.
const LIFETIME_SECONDS: i64 = 300;

const COOKIE: ShortLivedCookie = ShortLivedCookie {
    name: FLASH,
    seconds: LIFETIME_SECONDS,
};

/// Gives the message to a browser that is sent to the home page. Elsewhere the message would wait for a later visit.
pub fn give(
    response: &mut HttpResponseBuilder,
    profile: &Profile,
    return_to: &ReturnTo,
    flash: Flash,
) {
    if *return_to == ReturnTo::home(&profile.public_url) {
        show_next(response, profile, flash);
    }
}

/// Gives the message to a browser that is sent to a page that shows messages.
pub fn show_next(response: &mut HttpResponseBuilder, profile: &Profile, flash: Flash) {
    let value = format!("{}.{}", flash.word(), profile.id);
    COOKIE.write(response, profile, value);
}

/// The message that a browser brings to this profile's home page.
pub fn take(headers: &HeaderMap, profile: &Profile) -> Option<Flash> {
    let (word, id) = COOKIE.read(headers, profile)?.split_once('.')?;
    (id == profile.id.as_str()).then(|| Flash::parse(word))?
}

/// Removes the message from the browser, whatever it says.
pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
    COOKIE.forget(response, headers, profile);
}
