//! A callback that came as a cross-site POST, kept in a cookie for the GET that follows.
//!
//! To such a POST browsers add no `SameSite=Lax` cookie, so the session cookie is missing. Completed at once, the
//! callback could not end the previous session, and would overwrite the cookie with one that lacks the sessions of
//! other profiles. So the POST is answered with a redirect to the same address, and its fields wait in a sealed cookie
//! for a minute. The address holds an id and no code.

use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use actix_web::http::header::{HeaderMap, LOCATION};
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::domain::clock::Timestamp;
use crate::domain::profile::{Profile, ProfileId};
use crate::flow::services::Services;
use crate::seal::{Purpose, hex};
use crate::web::cookies::attempt::{CookieBounds, dated, evicted, undated};
use crate::web::cookies::cookie::{self, POSTED_CALLBACK, pairs, single_value};

/// The parameter that names the kept callback.
pub const PARAMETER: &str = "posted";

const LIFETIME_SECONDS: i64 = 60;

/// Bytes of a cookie that every browser keeps; longer fields are completed at once.
const LONGEST: usize = 3_800;

/// Kept callbacks of one browser at one origin.
const BOUNDS: CookieBounds = CookieBounds {
    count: 10,
    bytes: 4_096,
};

/// Bytes of an id, which has two hexadecimal digits for each.
const ID_BYTES: usize = 16;

const PURPOSE: Purpose = Purpose::new("posted answer");

/// Seals and opens kept callbacks.
#[derive(Debug, Clone, Copy)]
pub struct PostedCallbacks<'a> {
    /// What seals.
    pub services: &'a Services,
}

impl PostedCallbacks<'_> {
    /// Keeps the fields and redirects to the GET; `None` when they are too long for a cookie.
    pub fn keep(
        &self,
        profile: &Profile,
        headers: &HeaderMap,
        fields: &[(String, String)],
        now: Timestamp,
    ) -> Option<HttpResponse> {
        let id = hex(&self.services.random_bytes::<ID_BYTES>());
        let plain = serde_json::to_vec(fields).ok()?;
        let context = associated_data(&profile.id, &id);
        let sealed = self.services.seal(PURPOSE, &context, &plain);
        let name = POSTED_CALLBACK.with_suffix(profile, &id);
        let value = dated(&BASE64.encode(sealed), now.timestamp_millis());
        (value.len() <= LONGEST).then_some(())?;
        let mut response = HttpResponse::SeeOther();
        let prefix = POSTED_CALLBACK.on(profile);
        let kept = pairs(headers).filter(|(name, _)| name.strip_prefix(prefix).is_some_and(is_id));
        for oldest in evicted(BOUNDS, kept, (&name, &value)) {
            response.cookie(cookie::removal(profile, oldest.to_owned(), SameSite::None));
        }
        let max_age = Some(Duration::seconds(LIFETIME_SECONDS));
        // The POST that sets the cookie is cross-site.
        response.cookie(cookie::build(profile, name, value, SameSite::None, max_age));
        let location = format!("{}?{PARAMETER}={id}", profile.redirect_uri());
        response.insert_header((LOCATION, location));
        Some(response.finish())
    }

    /// The fields of the callback that an id names, if this browser brought them.
    pub fn take(
        &self,
        profile: &Profile,
        headers: &HeaderMap,
        id: &str,
    ) -> Option<Vec<(String, String)>> {
        is_id(id).then_some(())?;
        let name = POSTED_CALLBACK.with_suffix(profile, id);
        let value = undated(single_value(headers, &name)?)?;
        let sealed = BASE64.decode(value).ok()?;
        let context = associated_data(&profile.id, id);
        let plain = self.services.open(PURPOSE, &context, &sealed)?;
        serde_json::from_slice(&plain).ok()
    }
}

/// Removes a kept callback from the browser.
pub fn forget(
    response: &mut HttpResponseBuilder,
    headers: &HeaderMap,
    profile: &Profile,
    id: &str,
) {
    let name = POSTED_CALLBACK.with_suffix(profile, id);
    if is_id(id) && single_value(headers, &name).is_some() {
        response.cookie(cookie::removal(profile, name, SameSite::None));
    }
}

fn associated_data(profile: &ProfileId, id: &str) -> Vec<u8> {
    format!("{profile}/{id}").into_bytes()
}

/// Whether a text could be an id: nothing else that a browser sends is repeated to it.
fn is_id(text: &str) -> bool {
    text.len() == 2 * ID_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_callback_of_another_profile_or_id_does_not_open() {
        let [staff, guests] = ["staff", "guests"].map(|id| ProfileId::parse(id).unwrap());
        let ours = associated_data(&staff, "1");
        assert_eq!(ours, associated_data(&staff, "1"));
        assert_ne!(ours, associated_data(&guests, "1"));
        assert_ne!(ours, associated_data(&staff, "2"));
    }

    #[test]
    fn an_id_that_could_be_anything_else_is_not_repeated_to_the_browser() {
        let digits = "a0".repeat(ID_BYTES);
        assert!(is_id(&digits));
        for text in [
            "",
            &digits[1..],
            &format!("{digits}a"),
            &format!("{};", &digits[1..]),
        ] {
            assert!(!is_id(text), "{text}");
        }
    }
}
