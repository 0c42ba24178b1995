//! The session cookie: one per origin, with the handle of the browser's session at each profile of that origin.
//!
//! The cookie is actix-session's, private, and holds ids only: the row in the store is the truth. It is written at
//! sign-in and at sign-out and nowhere else. Reading needs no middleware: [`handle_of`] opens the same cookie with the
//! same keys.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use actix_session::config::{BrowserSession, CookieContentSecurity, SessionLifecycle};
use actix_session::storage::CookieSessionStore;
use actix_session::{SessionExt, SessionMiddleware};
use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::clock::Timestamp;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::session::SessionHandle;
use crate::seal::PrivateCookieKey;
use crate::web::cookies::cookie::{self, SESSION, single_value};

/// Bytes of the cookie's content before it is sealed. Sealed and escaped, with its name and flags, it stays below the
/// 4,096 bytes that browsers keep (RFC 6265 §6.1); a longer cookie would be dropped and sign out everywhere.
const LONGEST_CONTENT: usize = 2_800;

/// Keys of the session cookie, of which the newest seals and all open, and its name.
#[derive(Clone)]
pub struct CookieKeys {
    newest: Option<Key>,
    openers: Arc<[PrivateCookieKey]>,
    /// On loopback http and on https.
    names: Arc<[String; 2]>,
}

impl std::fmt::Debug for CookieKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl CookieKeys {
    /// Takes the derived keys of a key ring, newest first, and what is added to the cookie's name.
    pub fn new(keys: impl Iterator<Item = [u8; 64]>, suffix: &str) -> Self {
        let keys: Vec<[u8; 64]> = keys.collect();
        Self {
            newest: keys.first().map(|key| Key::from(key)),
            openers: keys.iter().filter_map(PrivateCookieKey::new).collect(),
            names: Arc::new([false, true].map(|https| format!("{}{suffix}", SESSION.over(https)))),
        }
    }

    /// The cookie's name at a profile.
    pub fn name(&self, profile: &Profile) -> &str {
        self.name_over(profile.public_url.is_https())
    }

    /// The cookie's name on https, or on loopback http.
    pub fn name_over(&self, https: bool) -> &str {
        let [loopback, secure] = &*self.names;
        if https { secure } else { loopback }
    }

    /// The key that seals.
    pub fn newest(&self) -> Option<&Key> {
        self.newest.as_ref()
    }

    /// Opens a cookie value as browsers send it. The number is the key's place in the ring, 0 being the newest.
    pub fn open(&self, name: &str, value: &str) -> Option<(usize, String)> {
        let value = unescaped(value)?;
        let mut keys = self.openers.iter().enumerate();
        keys.find_map(|(place, key)| Some((place, key.open(name, &value)?)))
    }

    /// Seals a content with the newest key, as actix-session does: the value before it is escaped.
    pub fn seal(&self, name: &str, content: String) -> Option<String> {
        let mut jar = CookieJar::new();
        jar.private_mut(self.newest()?)
            .add(Cookie::new(name.to_owned(), content));
        Some(jar.get(name)?.value().to_owned())
    }
}

/// A cookie's value without its `%` escapes, piece by piece; `None` if an escape is malformed.
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

/// actix-session for profiles on https or on loopback http.
pub fn middleware(keys: &CookieKeys, https: bool) -> SessionMiddleware<CookieSessionStore> {
    let key = keys.newest().cloned().unwrap_or_else(Key::generate);
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_name(keys.name_over(https).to_owned())
        .cookie_secure(https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(SessionLifecycle::BrowserSession(BrowserSession::default()))
        .build()
}

/// The same cookie as the middleware writes, with a sealed value.
pub fn sealed_cookie(profile: &Profile, name: &str, value: String) -> Cookie<'static> {
    cookie::build(profile, name.to_owned(), value, SameSite::Lax, None)
}

/// A session's handle from the cookie.
#[derive(Debug)]
pub struct BrowserHandle {
    /// The handle.
    pub handle: SessionHandle,
    /// When the person signed in, in seconds since 1970; `None` in a cookie of an earlier version.
    pub signed_in_at: Option<i64>,
    /// Whether the newest key sealed the cookie. If not, the cookie must be sealed again.
    pub sealed_by_newest_key: bool,
}

/// The handle of the browser's session at a profile, from the cookie as it was sent.
pub fn browser_handle(
    headers: &HeaderMap,
    keys: &CookieKeys,
    profile: &Profile,
) -> Option<BrowserHandle> {
    let name = keys.name(profile);
    let (key, content) = keys.open(name, single_value(headers, name)?)?;
    let entry = entry_of(profile.id.as_str(), &content)?;
    let mut parts = entry.split('.');
    let handle = parts.next().unwrap_or_default();
    let mut bytes = [0; 32];
    let length = BASE64.decode_slice(handle, &mut bytes).ok()?;
    (length == bytes.len()).then(|| BrowserHandle {
        handle: SessionHandle::from_bytes(bytes),
        signed_in_at: parts.next().and_then(|time| time.parse().ok()),
        sealed_by_newest_key: key == 0,
    })
}

/// The entry of a profile in the cookie's content, a JSON object of texts, each of which holds JSON itself: an entry is a text
/// within a text. It is read where it stands, for each request; an entry needs no further escapes.
fn entry_of<'c>(profile: &str, content: &'c str) -> Option<&'c str> {
    struct EntryOf<'p>(&'p str);
    impl<'c> Visitor<'c> for EntryOf<'_> {
        type Value = Option<&'c RawValue>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<M: MapAccess<'c>>(self, mut entries: M) -> Result<Self::Value, M::Error> {
            let mut found = None;
            while let Some((id, entry)) = entries.next_entry::<&'c str, &'c RawValue>()? {
                if id == self.0 {
                    found = Some(entry);
                }
            }
            Ok(found)
        }
    }
    let mut reader = serde_json::Deserializer::from_str(content);
    let found = reader.deserialize_map(EntryOf(profile)).ok()?;
    reader.end().ok()?;
    let entry = found?.get().strip_prefix(r#""\""#)?;
    entry.strip_suffix(r#"\"""#)
}

/// The handle of the browser's session at a profile.
pub fn handle_of(
    request: &HttpRequest,
    keys: &CookieKeys,
    profile: &Profile,
) -> Option<SessionHandle> {
    browser_handle(request.headers(), keys, profile).map(|found| found.handle)
}

/// Puts the handle of a new session into the cookie. When the cookie is full, the handles of the oldest sign-ins go.
///
/// # Errors
/// When the handle cannot be written as JSON, which does not happen.
pub fn remember(
    request: &HttpRequest,
    profile: &ProfileId,
    handle: &SessionHandle,
    now: Timestamp,
) -> Result<(), actix_web::Error> {
    let session = request.get_session();
    let entry = format!("{}.{}", BASE64.encode(handle.expose()), now.timestamp());
    session.insert(profile.as_str(), entry)?;
    let oldest = beyond_limit(&session.entries(), profile);
    for id in oldest {
        session.remove(&id);
    }
    Ok(())
}

/// Takes a session's handle out of the cookie; the last one takes the cookie along.
pub fn forget(request: &HttpRequest, profile: &ProfileId) {
    let session = request.get_session();
    session.remove(profile.as_str());
    if session.entries().is_empty() {
        session.purge();
    }
}

/// Ids of the profiles whose handles must go, so that the content fits into the cookie; oldest sign-in first.
fn beyond_limit(entries: &HashMap<String, String>, new: &ProfileId) -> Vec<String> {
    // As JSON: `"id":"\"handle.time\"",`
    let size = |(id, entry): (&String, &String)| id.len() + entry.len() + 8;
    // An entry of an earlier version has no time and counts as the oldest.
    let time = |entry: &str| -> i64 {
        let time = entry.trim_matches('"').split_once('.');
        time.and_then(|(_, at)| at.parse().ok()).unwrap_or(0)
    };
    let mut bytes = 2 + entries.iter().map(size).sum::<usize>();
    let mut others: Vec<_> = entries
        .iter()
        .filter(|(id, _)| *id != new.as_str())
        .collect();
    others.sort_by_key(|(id, entry)| (time(entry), *id));
    let mut gone = Vec::new();
    for other in others {
        if bytes <= LONGEST_CONTENT {
            break;
        }
        bytes -= size(other);
        gone.push(other.0.clone());
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seconds: usize) -> String {
        format!("\"{}.{}\"", BASE64.encode([7; 32]), 1_790_000_000 + seconds)
    }

    fn named(number: usize) -> String {
        format!("contoso-customer-{number}")
    }

    #[test]
    fn the_oldest_handles_go_before_the_cookie_outgrows_what_browsers_keep() {
        let keys = CookieKeys::new([[7; 64]].into_iter(), "");
        let name = keys.name_over(true);
        let mut entries = HashMap::new();
        for number in 0..200 {
            let id = named(number);
            entries.insert(id.clone(), entry(number));
            for gone in beyond_limit(&entries, &ProfileId::parse(&id).unwrap()) {
                entries.remove(&gone);
            }
            let content = serde_json::to_string(&entries).unwrap();
            let value = keys.seal(name, content).unwrap();
            let cookie = Cookie::build(name, value)
                .path("/")
                .secure(true)
                .http_only(true)
                .same_site(SameSite::Lax)
                .finish();
            let length = cookie.encoded().to_string().len();
            assert!(length <= 4_096, "{length} bytes with {}", entries.len());
        }
        assert!(entries.len() > 30, "{}", entries.len());
        for number in 200 - entries.len()..200 {
            assert!(entries.contains_key(&named(number)), "the newest stay");
        }
    }

    #[test]
    fn handles_without_a_time_go_first_and_the_new_one_stays() {
        let mut entries: HashMap<String, String> = (0..60)
            .map(|number| (named(number), entry(number)))
            .collect();
        let old = format!("\"{}\"", BASE64.encode([7; 32]));
        entries.insert("z-of-an-earlier-version".to_owned(), old);
        entries.insert("new".to_owned(), entry(0));
        let gone = beyond_limit(&entries, &ProfileId::parse("new").unwrap());
        assert_eq!(
            gone.get(..2),
            Some(["z-of-an-earlier-version".to_owned(), named(0)].as_slice())
        );
        assert!(!gone.contains(&"new".to_owned()));
        entries.retain(|id, _| !gone.contains(id));
        assert_eq!(
            beyond_limit(&entries, &ProfileId::parse("new").unwrap()),
            [""; 0]
        );
    }
}
