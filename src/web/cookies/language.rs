//! The cookie of the language that a person chose in the footer. It protects nothing: a value that is no language of the
//! profile counts as none.

use actix_web::HttpResponseBuilder;
use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use actix_web::http::header::HeaderMap;

use crate::domain::language::Catalogue;
use crate::domain::profile::Profile;
use crate::web::cookies::cookie_header::single_value;
use crate::web::cookies::flags::{self, LANGUAGE};

/// Browsers keep no cookie for longer (RFC 6265bis §5.5).
const LIFETIME: Duration = Duration::days(400);

/// The value that the browser sent.
pub fn read<'a>(headers: &'a HeaderMap, profile: &Profile) -> Option<&'a str> {
    single_value(headers, LANGUAGE.on(profile))
}

/// The same where no profile answers: on https or on loopback http.
pub fn read_at_any(headers: &HeaderMap) -> Option<&str> {
    let read = |https| single_value(headers, LANGUAGE.over(https));
    read(true).or_else(|| read(false))
}

/// Gives the browser the language.
pub fn write(response: &mut HttpResponseBuilder, profile: &Profile, chosen: &Catalogue) {
    let (name, tag) = (LANGUAGE.on(profile), chosen.tag().to_string());
    let cookie = flags::build(profile, name, tag, SameSite::Lax, Some(LIFETIME));
    response.cookie(cookie);
}
