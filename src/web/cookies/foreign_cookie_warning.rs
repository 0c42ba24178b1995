//! Warns once in a process when a sign-in replaces a session cookie that none of the keys opens. If another deployment on
//! the same host wrote the cookie, its people are signed out there until one of the two gets a cookie suffix.

use std::sync::Once;

/// Whether the warning was given.
#[derive(Debug)]
pub struct ForeignCookieWarning(Once);

impl Default for ForeignCookieWarning {
    fn default() -> Self {
        Self(Once::new())
    }
}

impl ForeignCookieWarning {
    /// Logs the warning, the first time.
    pub fn warn(&self) {
        self.0.call_once(|| {
            tracing::warn!(
                "a session cookie that none of the keys opens was replaced; if another gatehouse runs on this host, set cookie_suffix at one of the two"
            );
        });
    }
}
