//! What a browser holds: one cookie per origin with the handles of its sessions, and one for each open attempt.
//!
//! The session cookie is actix-session's, private, and holds ids only: the row in the store is the truth. It is written
//! at sign-in and at sign-out and nowhere else. Reading needs no middleware: [`handle_of`] opens the same cookie
//! with the same keys.

use actix_session::config::{BrowserSession, CookieContentSecurity, SessionLifecycle};
use actix_session::storage::CookieSessionStore;
use actix_session::{SessionExt, SessionMiddleware};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, Key, SameSite};
use actix_web::http::header::{COOKIE, HeaderMap};
use actix_web::{HttpRequest, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::attempt::ATTEMPT_LIFETIME;
use crate::domain::profile::{Profile, ProfileId, ResponseMode};
use crate::domain::session::SessionHandle;
use crate::flow::attempt_cookie::{AttemptCookie, AttemptName};
use crate::seal::PrivateCookieKey;

/// The session cookie on https: bound to the host by its prefix (RFC 6265bis §4.1.3.2).
pub const SECURE_COOKIE: &str = "__Host-gatehouse";
/// The session cookie on loopback http.
pub const LOOPBACK_COOKIE: &str = "gatehouse";

/// Attempts that may be open in one browser at one origin.
const MOST_ATTEMPTS: usize = 10;
/// Bytes of names and values of all attempts together.
const MOST_ATTEMPT_BYTES: usize = 4_096;

/// Keys of the session cookie: the newest seals, all open.
#[derive(Clone)]
pub struct CookieKeys {
    newest: Option<Key>,
    openers: Arc<[PrivateCookieKey]>,
}

impl std::fmt::Debug for CookieKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl CookieKeys {
    /// Takes the derived keys of a key ring, newest first.
    pub fn new(keys: impl Iterator<Item = [u8; 64]>) -> Self {
        let keys: Vec<[u8; 64]> = keys.collect();
        Self {
            newest: keys.first().map(|key| Key::from(key)),
            openers: keys.iter().filter_map(PrivateCookieKey::new).collect(),
        }
    }

    /// The key that seals.
    pub fn newest(&self) -> Option<&Key> {
        self.newest.as_ref()
    }

    /// Opens a cookie value as browsers send it; the number says which key did, 0 being the newest.
    pub fn open(&self, name: &str, value: &str) -> Option<(usize, String)> {
        let value = unescaped(value)?;
        let mut keys = self.openers.iter().enumerate();
        keys.find_map(|(age, key)| Some((age, key.open(name, &value)?)))
    }
}

/// A cookie's value without its `%` escapes, piece by piece; `None` if one of them is none.
fn unescaped(value: &str) -> Option<Cow<'_, str>> {
    let mut pieces = value.split('%');
    let first = pieces.next()?;
    if first.len() == value.len() {
        return Some(Cow::Borrowed(value));
    }
    let mut text = String::with_capacity(value.len());
    text.push_str(first);
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        let byte = u8::from_str_radix(digits, 16).ok()?;
        text.push(char::from(byte));
        text.push_str(rest);
    }
    Some(Cow::Owned(text))
}

/// The name of the session cookie of a profile.
pub fn session_cookie_name(profile: &Profile) -> &'static str {
    if profile.public_url.is_https() {
        SECURE_COOKIE
    } else {
        LOOPBACK_COOKIE
    }
}

/// actix-session for profiles on https or on loopback http.
pub fn middleware(keys: &CookieKeys, https: bool) -> SessionMiddleware<CookieSessionStore> {
    let key = keys.newest().cloned().unwrap_or_else(Key::generate);
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_name(
            if https {
                SECURE_COOKIE
            } else {
                LOOPBACK_COOKIE
            }
            .to_owned(),
        )
        .cookie_secure(https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(SessionLifecycle::BrowserSession(BrowserSession::default()))
        .build()
}

/// Values of all cookies of this name, as sent. Cookie headers that are not text have none.
fn raw_values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    cookie_pairs(headers)
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Every `name=value` of the request's cookies; what has no such shape is passed over.
pub fn cookie_pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| pair.trim().split_once('='))
}

/// The one value of a cookie; two values of one name are none, because a neighbour may have planted one.
pub fn single_value<'a>(headers: &'a HeaderMap, name: &'a str) -> Option<&'a str> {
    let mut values = raw_values(headers, name);
    let first = values.next();
    if values.next().is_some() { None } else { first }
}

/// A handle that a browser brought, and the age of the key that its cookie is sealed with.
#[derive(Debug)]
pub struct Held {
    /// The handle.
    pub handle: SessionHandle,
    /// Whether the newest key sealed the cookie; if not, it is to be sealed anew.
    pub by_newest_key: bool,
}

/// The handle of the browser's session at a profile, from the cookie as it was sent.
pub fn held(headers: &HeaderMap, keys: &CookieKeys, profile: &Profile) -> Option<Held> {
    let name = session_cookie_name(profile);
    let (age, state) = keys.open(name, single_value(headers, name)?)?;
    let state: BTreeMap<&str, Cow<'_, str>> = serde_json::from_str(&state).ok()?;
    let handle: Cow<'_, str> = serde_json::from_str(state.get(profile.id.as_str())?).ok()?;
    let mut bytes = [0; 32];
    let length = BASE64.decode_slice(handle.as_bytes(), &mut bytes).ok()?;
    (length == bytes.len()).then(|| Held {
        handle: SessionHandle::from_bytes(bytes),
        by_newest_key: age == 0,
    })
}

/// The handle of the browser's session at a profile.
pub fn handle_of(
    request: &HttpRequest,
    keys: &CookieKeys,
    profile: &Profile,
) -> Option<SessionHandle> {
    held(request.headers(), keys, profile).map(|held| held.handle)
}

/// Puts the handle of a new session into the cookie.
///
/// # Errors
/// When the handle cannot be written as JSON, which does not happen.
pub fn remember(
    request: &HttpRequest,
    profile: &ProfileId,
    handle: &SessionHandle,
) -> Result<(), actix_web::Error> {
    let text = BASE64.encode(handle.expose());
    request
        .get_session()
        .insert(profile.as_str(), text)
        .map_err(actix_web::Error::from)
}

/// Takes a session's handle out of the cookie; an empty cookie goes altogether.
pub fn forget(request: &HttpRequest, profile: &ProfileId) {
    let session = request.get_session();
    session.remove(profile.as_str());
    if session.entries().is_empty() {
        session.purge();
    }
}

fn attempt_prefix(profile: &Profile) -> &'static str {
    if profile.public_url.is_https() {
        "__Host-gatehouse-attempt-"
    } else {
        "gatehouse-attempt-"
    }
}

/// The sealed attempt that belongs to a state.
pub fn attempt_of<'a>(
    headers: &'a HeaderMap,
    profile: &Profile,
    name: &AttemptName,
) -> Option<&'a str> {
    let name = format!("{}{}", attempt_prefix(profile), name.as_str());
    let mut values = cookie_pairs(headers)
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let first = values.next().filter(|_| values.next().is_none())?;
    first.split_once('.').map(|(_, sealed)| sealed)
}

fn attempt_cookie(profile: &Profile, name: String, value: String) -> Cookie<'static> {
    let form_post = profile.authorize.response_mode == ResponseMode::FormPost;
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .secure(profile.public_url.is_https())
        .same_site(if form_post {
            SameSite::None
        } else {
            SameSite::Lax
        })
        .max_age(Duration::seconds(
            i64::try_from(ATTEMPT_LIFETIME.as_secs()).unwrap_or(600),
        ))
        .finish()
}

/// Keeps a new attempt and lets the oldest go when there are too many.
pub fn keep_attempt(
    response: &mut HttpResponseBuilder,
    headers: &HeaderMap,
    profile: &Profile,
    attempt: &AttemptCookie,
    now: i64,
) {
    let prefix = attempt_prefix(profile);
    let name = format!("{prefix}{}", attempt.name.as_str());
    // The age in front is for this choice only; what counts is sealed.
    let value = format!("{now}.{}", attempt.value);
    let mut open: Vec<(i64, &str, usize)> = cookie_pairs(headers)
        .filter(|(key, _)| key.strip_prefix(prefix).is_some_and(AttemptName::is_one))
        .map(|(key, value)| {
            let age = value
                .split_once('.')
                .and_then(|(at, _)| at.parse().ok())
                .unwrap_or(0);
            (age, key, key.len() + value.len())
        })
        .collect();
    // Of one second, the first is the oldest: so browsers sort them (RFC 6265 §5.4).
    open.sort_by_key(|(age, _, _)| *age);
    let mut count = open.len() + 1;
    let mut bytes = name.len() + value.len() + open.iter().map(|(_, _, size)| size).sum::<usize>();
    for (_, oldest, size) in &open {
        if count <= MOST_ATTEMPTS && bytes <= MOST_ATTEMPT_BYTES {
            break;
        }
        drop_cookie(response, profile, (*oldest).to_owned());
        count -= 1;
        bytes -= size;
    }
    response.cookie(attempt_cookie(profile, name, value));
}

/// Removes an attempt that is over.
pub fn drop_attempt(response: &mut HttpResponseBuilder, profile: &Profile, name: &AttemptName) {
    drop_cookie(
        response,
        profile,
        format!("{}{}", attempt_prefix(profile), name.as_str()),
    );
}

fn drop_cookie(response: &mut HttpResponseBuilder, profile: &Profile, name: String) {
    let mut cookie = attempt_cookie(profile, name, String::new());
    cookie.make_removal();
    response.cookie(cookie);
}
