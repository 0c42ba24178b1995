//! Every cookie of ours as text: names and flags, and the one reader of the `Cookie` header.
//!
//! The `__Host-` rule and the `Secure` rule stand here and nowhere else. A prefix such as `__Host-` protects a cookie only
//! if browser and server agree on its name. So the header is split on `;`, only spaces and tabs are trimmed (RFC 6265 §5.2),
//! and names are taken literally (§4.1.1): without percent-decoding and without trimming other white space, which a
//! neighbouring subdomain could use to plant a cookie that browsers do not take for ours.

use std::borrow::Cow;

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};

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
/// Where a person goes on after a sign-out.
pub const AFTER_SIGN_OUT: CookieName = cookie_name!("gatehouse-onward");
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

/// Name and value of every cookie, in the order in which the browser sent them. What has no such shape is left out.
pub fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    texts(headers)
        .filter_map(|text| text.split_once('='))
        .map(|(name, value)| (name, unquoted(value)))
}

/// The value of a cookie. Two cookies of one name are none, because a neighbour may have planted one of them.
pub fn single_value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = pairs(headers).filter(|(other, _)| *other == name);
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}

/// Leaves one cookie of this name, with this value, or none. Gone are also all cookies whose name another reader could
/// take for it, being laxer than this one: actix-web trims Unicode white space and decodes percent-encoding. Text that
/// is not UTF-8 goes as well, because actix-web reads no cookie beside it. Other cookies keep their order and bytes.
pub fn set_single(headers: &mut HeaderMap, name: &str, value: Option<&str>) {
    if !headers.contains_key(COOKIE) {
        return;
    }
    let mut kept: Vec<String> = texts(headers)
        .filter(|text| !text.is_empty() && !is_taken_for(text, name))
        .map(str::to_owned)
        .collect();
    kept.extend(value.map(|value| format!("{name}={value}")));
    let header = HeaderValue::from_bytes(kept.join("; ").as_bytes());
    headers.remove(COOKIE);
    if let Some(header) = header.ok().filter(|_| !kept.is_empty()) {
        headers.insert(COOKIE, header);
    }
}

/// The cookies whose names are not to be left out, in their order and with their bytes; `None` when none is left.
pub fn without(headers: &HeaderMap, left_out: impl Fn(&str) -> bool) -> Option<String> {
    let kept: Vec<&str> = texts(headers)
        .filter(|text| !text.is_empty() && !left_out(text.split('=').next().unwrap_or(text)))
        .collect();
    (!kept.is_empty()).then(|| kept.join("; "))
}

/// The parts between semicolons, as far as they are text.
fn texts(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(COOKIE)
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|part| std::str::from_utf8(part).ok())
        .map(|text| text.trim_matches([' ', '\t']))
}

/// A value may stand in double quotes (RFC 6265 §4.1.1).
fn unquoted(value: &str) -> &str {
    let inner = value.strip_prefix('"');
    inner
        .and_then(|inner| inner.strip_suffix('"'))
        .unwrap_or(value)
}

/// Whether the name of a cookie, decoded as actix-web does it, trimmed and without its case, is `name`.
fn is_taken_for(text: &str, name: &str) -> bool {
    let fold = |name: &str| name.trim().to_uppercase().to_lowercase();
    let decoded = Cookie::parse_encoded(text).map(|cookie| fold(cookie.name()));
    // What that parser refuses is compared as it stands.
    let written = text.split('=').next().map(fold);
    let name = Some(fold(name));
    decoded.ok() == name || written == name
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "__Host-gatehouse";

    fn headers(cookies: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, HeaderValue::from_bytes(cookie).unwrap());
        }
        headers
    }

    fn value(cookies: &str) -> Option<String> {
        single_value(&headers(&[cookies.as_bytes()]), NAME).map(str::to_owned)
    }

    /// Names that a lax reader takes for ours and no browser does.
    fn look_alikes() -> Vec<String> {
        let mut names: Vec<String> = ['\u{2000}', '\u{a0}', '\u{85}', '\u{3000}', '\u{2028}']
            .iter()
            .flat_map(|space| [format!("{space}{NAME}"), format!("{NAME}{space}")])
            .collect();
        names.extend(
            [
                "%5F%5FHost-gatehouse",
                "__Host%2Dgatehouse",
                "%E2%80%80__Host-gatehouse",
                "%20__Host-gatehouse",
                "__host-gatehouse",
                "__HOST-GATEHOUSE",
                "__Ho\u{17f}t-gatehouse",
                "%5f%5fhost-gatehouse",
                "__Host-gatehouse ",
                "__Host-gatehouse\t",
            ]
            .map(str::to_owned),
        );
        names
    }

    #[test]
    fn a_name_is_taken_literally() {
        for name in look_alikes() {
            assert_eq!(value(&format!("{name}=planted")), None, "{name:?}");
            let both = format!("{name}=planted; {NAME}=ours");
            assert_eq!(value(&both).as_deref(), Some("ours"), "{name:?}");
        }
        assert_eq!(value(" \t__Host-gatehouse=a=b\t ").as_deref(), Some("a=b"));
    }

    #[test]
    fn a_name_that_appears_twice_is_no_cookie() {
        assert_eq!(value("__Host-gatehouse=a; x=y; __Host-gatehouse=b"), None);
        assert_eq!(value("__Host-gatehouse=a;__Host-gatehouse=a"), None);
        let split = headers(&[b"__Host-gatehouse=a", b"__Host-gatehouse=b"]);
        assert_eq!(single_value(&split, NAME), None);
    }

    #[test]
    fn a_quoted_value_is_read() {
        assert_eq!(value("__Host-gatehouse=\"abc\"").as_deref(), Some("abc"));
        assert_eq!(value("__Host-gatehouse=\"\"").as_deref(), Some(""));
        for literal in ["\"", "\"abc", "abc\""] {
            let read = value(&format!("__Host-gatehouse={literal}"));
            assert_eq!(read.as_deref(), Some(literal));
        }
    }

    #[test]
    fn only_the_one_cookie_is_left_of_its_name_and_of_every_look_alike() {
        for name in look_alikes() {
            let sent = format!("a=%FF; {name}=planted; {NAME}=ours; b=\"2\"; flag");
            let mut headers = headers(&[sent.as_bytes(), b"latin=\xe9; c=3"]);
            set_single(&mut headers, NAME, Some("ours"));
            assert_eq!(
                headers.get(COOKIE).unwrap(),
                "a=%FF; b=\"2\"; flag; c=3; __Host-gatehouse=ours",
                "{name:?}"
            );
            set_single(&mut headers, NAME, None);
            assert_eq!(headers.get(COOKIE).unwrap(), "a=%FF; b=\"2\"; flag; c=3");
        }
        let mut alone = headers(&[b"__Host-gatehouse=a"]);
        set_single(&mut alone, NAME, None);
        assert!(!alone.contains_key(COOKIE));
    }

    /// Every cookie that actix-web reads in these headers, trimmed and in lower case.
    fn as_actix_reads(headers: &HeaderMap) -> Vec<(String, String)> {
        let texts = headers
            .get_all(COOKIE)
            .filter_map(|text| text.to_str().ok());
        texts
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| Cookie::parse_encoded(pair.to_owned()).ok())
            .map(|read| (read.name().trim().to_lowercase(), read.value().to_owned()))
            .collect()
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_neighbour_plants_every_reader_sees_our_one_cookie_or_none(
            planted in proptest::collection::vec(
                "__Host-gatehouse|%5F%5FHost-|gatehouse|__HOST-GATEHOUSE|__Ho\u{17f}t-|=|=|;|; |\"| |\t|,|%20|%|\u{2000}|\u{a0}|\u{85}|a|[ -~]{0,4}",
                0..24,
            ),
            ours in proptest::option::of("[A-Za-z0-9]{1,20}(%2B){0,2}"),
        ) {
            let Ok(sent) = HeaderValue::from_bytes(planted.concat().as_bytes()) else {
                return Ok(());
            };
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, sent);
            let others: Vec<_> = pairs(&headers)
                .filter(|(name, _)| name.is_ascii() && !name.contains('%') && !name.trim().eq_ignore_ascii_case(NAME))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            set_single(&mut headers, NAME, ours.as_deref());
            proptest::prop_assert_eq!(single_value(&headers, NAME), ours.as_deref());
            let readable = headers.get(COOKIE).is_none_or(|header| header.to_str().is_ok());
            let seen = as_actix_reads(&headers);
            let of_our_name = seen.iter().filter(|(name, _)| name == "__host-gatehouse").count();
            proptest::prop_assert!(of_our_name <= usize::from(ours.is_some()), "{:?}", seen);
            proptest::prop_assert!(!readable || of_our_name == usize::from(ours.is_some()), "{:?}", seen);
            for (name, value) in &others {
                let kept = pairs(&headers).any(|pair| pair == (name.as_str(), value.as_str()));
                proptest::prop_assert!(kept, "{} is gone", name);
            }
        }
    }

    #[test]
    fn cookies_on_https_have_the_prefix_that_no_neighbour_can_set() {
        for name in [SESSION, REDIRECT_LOOP, FLASH, LANGUAGE] {
            let on_https = name.over(true);
            assert!(on_https.starts_with("__Host-gatehouse"), "{on_https}");
            assert_eq!(on_https.strip_prefix("__Host-"), Some(name.over(false)));
            let profile = crate::domain::profile::testing::entra();
            assert_eq!(name.on(&profile), on_https);
            let suffixed = name.with_suffix(&profile, "-1");
            assert_eq!(suffixed.strip_suffix("-1"), Some(on_https));
        }
    }

    #[test]
    fn an_application_gets_no_cookie_of_ours_in_any_case_and_all_of_its_own() {
        for name in [
            "gatehouse",
            "Gatehouse-x",
            "__Host-gatehouse",
            " __host-GATEHOUSE-notice",
        ] {
            assert!(is_ours(name), "{name}");
        }
        for name in ["", "gate", "xgatehouse", "__Host-", "__Host-app", "\u{e9}"] {
            assert!(!is_ours(name), "{name}");
        }
        let headers = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, HeaderValue::from_str(text).unwrap());
            headers
        };
        let all = headers("a=1; __Host-gatehouse=s; ; b");
        assert_eq!(without(&all, is_ours).as_deref(), Some("a=1; b"));
        assert_eq!(without(&headers("gatehouse=s;"), is_ours), None);
    }
}
