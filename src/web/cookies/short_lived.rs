//! A short-lived cookie of a fixed name that holds no secret: loop counter, flash message, consent marker.

use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::profile::Profile;
use crate::web::cookies::cookie_header::single_value;
use crate::web::cookies::flags::{self, CookieName};

/// One kind of short-lived cookie.
#[derive(Debug)]
pub struct ShortLivedCookie {
    /// Its name.
    pub name: CookieName,
    /// Seconds that a browser keeps it.
    pub seconds: i64,
}

impl ShortLivedCookie {
    /// The value that the browser sent.
    pub fn read<'a>(&self, headers: &'a HeaderMap, profile: &Profile) -> Option<&'a str> {
        single_value(headers, self.name.on(profile))
    }

    /// Gives the browser a value.
    pub fn write(&self, response: &mut HttpResponseBuilder, profile: &Profile, value: String) {
        let (name, max_age) = (self.name.on(profile), Duration::seconds(self.seconds));
        response.cookie(flags::build(
            profile,
            name,
            value,
            SameSite::Lax,
            Some(max_age),
        ));
    }

    /// Removes the cookie from a browser that sent one.
    pub fn forget(&self, response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
        if self.read(headers, profile).is_some() {
            let removal = flags::removal(profile, self.name.on(profile), SameSite::Lax);
            // A cookie of a fixed name without a value can always be written.
            let _ = response.add_cookie(&removal);
        }
    }
}
