//! A memo: a small cookie of one use that lives for minutes and holds no secret.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::domain::profile::Profile;
use crate::web::cookies::session::single_value;

/// One kind of memo.
#[derive(Debug)]
pub struct Memo {
    /// Its name on https.
    pub secure: &'static str,
    /// Its name on loopback http.
    pub loopback: &'static str,
    /// Seconds that a browser keeps it.
    pub seconds: i64,
}

impl Memo {
    /// What the browser brings, if it brings one.
    pub fn read<'a>(&self, headers: &'a HeaderMap, profile: &Profile) -> Option<&'a str> {
        single_value(headers, self.name(profile))
    }

    /// Gives it to the browser.
    pub fn write(&self, response: &mut HttpResponseBuilder, profile: &Profile, value: String) {
        response.cookie(self.cookie(profile, value));
    }

    /// Takes it from a browser that has one, whatever it says.
    pub fn forget(&self, response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
        if self.read(headers, profile).is_some() {
            let mut gone = self.cookie(profile, String::new());
            gone.make_removal();
            // A cookie of a fixed name without a value can always be written.
            let _ = response.add_cookie(&gone);
        }
    }

    fn name(&self, profile: &Profile) -> &'static str {
        if profile.public_url.is_https() {
            self.secure
        } else {
            self.loopback
        }
    }

    fn cookie(&self, profile: &Profile, value: String) -> Cookie<'static> {
        Cookie::build(self.name(profile), value)
            .path("/")
            .http_only(true)
            .secure(profile.public_url.is_https())
            .same_site(SameSite::Lax)
            .max_age(Duration::seconds(self.seconds))
            .finish()
    }
}
