//! A notice on its way home: a cookie with a fixed word, shown by the next home page and gone with it.
//!
//! It stands in no address, so no link of a stranger can make a page say something.

use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::flash::Flash;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::web::cookies::short_lived::Memo;

/// Seconds that a notice waits for the home page.
const LIFE: i64 = 60;

const NOTICE: Memo = Memo {
    secure: "__Host-gatehouse-notice",
    loopback: "gatehouse-notice",
    seconds: LIFE,
};

/// Gives the notice to a browser that goes home; any other page would leave it waiting for a later visit.
pub fn give(
    response: &mut HttpResponseBuilder,
    profile: &Profile,
    return_to: &ReturnTo,
    notice: Flash,
) {
    if *return_to == ReturnTo::home(&profile.public_url) {
        let value = format!("{}.{}", notice.word(), profile.id);
        NOTICE.write(response, profile, value);
    }
}

/// The notice that a browser brings to this profile's home page.
pub fn take(headers: &HeaderMap, profile: &Profile) -> Option<Flash> {
    let (word, of) = NOTICE.read(headers, profile)?.split_once('.')?;
    (of == profile.id.as_str()).then(|| Flash::parse(word))?
}

/// Takes the notice out of the browser, whatever it says.
pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
    NOTICE.forget(response, headers, profile);
}
