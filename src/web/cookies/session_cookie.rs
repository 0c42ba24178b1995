//! The session cookie as a browser sends it, opened. Reading needs no session middleware: the keys are the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::domain::profile::{Profile, ProfileId};
use crate::domain::session::SessionHandle;
use crate::web::cookies::session::{CookieKeys, cookie_pairs, session_cookie_name, single_value};

/// The session cookie of one request.
pub enum SessionCookie {
    /// The browser sent none.
    Absent,
    /// Sent twice, or sealed with no key of ours.
    Unusable,
    /// Opened.
    Opened {
        /// The session handles by profile, as JSON.
        content: String,
        /// Whether the newest key sealed the cookie. If not, the cookie must be sealed again.
        by_newest_key: bool,
    },
}

impl std::fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl SessionCookie {
    /// Opens the session cookie of a request to a profile.
    pub fn read(headers: &HeaderMap, keys: &CookieKeys, profile: &Profile) -> Self {
        let name = session_cookie_name(profile);
        let Some(value) = single_value(headers, name) else {
            let sent = cookie_pairs(headers).any(|(key, _)| key == name);
            return if sent { Self::Unusable } else { Self::Absent };
        };
        keys.open(name, value)
            .map_or(Self::Unusable, |(age, content)| Self::Opened {
                content,
                by_newest_key: age == 0,
            })
    }

    /// The handle of the browser's session at a profile.
    pub fn handle(&self, profile: &ProfileId) -> Option<SessionHandle> {
        let Self::Opened { content, .. } = self else {
            return None;
        };
        let handles: BTreeMap<&str, Cow<'_, str>> = serde_json::from_str(content).ok()?;
        // actix-session keeps each value as JSON text of its own.
        let handle: Cow<'_, str> = serde_json::from_str(handles.get(profile.as_str())?).ok()?;
        let mut bytes = [0; 32];
        let length = BASE64.decode_slice(handle.as_bytes(), &mut bytes).ok()?;
        (length == bytes.len()).then(|| SessionHandle::from_bytes(bytes))
    }
}
