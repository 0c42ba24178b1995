//! Names and flags of every cookie of ours. The `__Host-` rule and the `Secure` rule stand here and nowhere else.

use std::borrow::Cow;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::domain::profile::Profile;

/// The name of a cookie. On https it has the prefix `__Host-`, by which browsers bind the cookie to the host
/// (RFC 6265bis §4.1.3.2); on loopback http browsers would refuse the prefix.
#[derive(Debug, Clone, Copy)]
pub struct CookieName {
    stem: &'static str,
    prefixed: &'static str,
}

macro_rules! cookie_name {
    ($stem:literal) => {
        CookieName {
            stem: $stem,
            prefixed: concat!("__Host-", $stem),
        }
    };
}

/// The session cookie.
pub const SESSION: CookieName = cookie_name!("gatehouse");
/// An attempt; the digits of its name follow.
pub const ATTEMPT: CookieName = cookie_name!("gatehouse-attempt-");
/// A posted callback; its id follows.
pub const POSTED_CALLBACK: CookieName = cookie_name!("gatehouse-posted-");
/// The counter of the redirect loop.
pub const REDIRECT_LOOP: CookieName = cookie_name!("gatehouse-rounds");
/// The marker that a person was asked for consent.
pub const CONSENT_ASKED: CookieName = cookie_name!("gatehouse-asked");
/// The flash message.
pub const FLASH: CookieName = cookie_name!("gatehouse-notice");
/// The language that the person chose.
pub const LANGUAGE: CookieName = cookie_name!("gatehouse-language");

impl CookieName {
    /// The name at a profile.
    pub fn on(self, profile: &Profile) -> &'static str {
        self.over(profile.public_url.is_https())
    }

    /// The name on https, or on loopback http.
    pub const fn over(self, https: bool) -> &'static str {
        if https { self.prefixed } else { self.stem }
    }

    /// The name of one of several cookies of this kind.
    pub fn with_suffix(self, profile: &Profile, suffix: &str) -> String {
        format!("{}{suffix}", self.on(profile))
    }
}

/// Whether a name is that of a cookie of ours, with any suffix, of this profile or of another one on the host. Case does
/// not count: no application shall get what some reader takes for our session.
pub fn is_ours(name: &str) -> bool {
    let begins = |name: &str, with: &str| {
        let begin = name.get(..with.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(with))
    };
    let name = name.trim();
    begins(name, SESSION.stem) || begins(name, SESSION.prefixed)
}

/// A cookie for the whole host that scripts cannot read. Without `max_age` it ends with the browser.
pub fn build(
    profile: &Profile,
    name: impl Into<Cow<'static, str>>,
    value: String,
    same_site: SameSite,
    max_age: Option<Duration>,
) -> Cookie<'static> {
    let mut cookie = Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(profile.public_url.is_https())
        .same_site(same_site)
        .finish();
    cookie.set_max_age(max_age);
    cookie
}

/// Removes a cookie from the browser.
pub fn removal(
    profile: &Profile,
    name: impl Into<Cow<'static, str>>,
    same_site: SameSite,
) -> Cookie<'static> {
    let mut cookie = build(profile, name, String::new(), same_site, None);
    cookie.make_removal();
    cookie
}
