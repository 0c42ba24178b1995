//! Session: a signed-in browser at one profile, with its deadlines.

use std::fmt;

use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::profile::{AuthorityFingerprint, ProfileId, SessionLimits};
use crate::domain::random::{Random, random_256};

/// The secret that a browser holds for its session: 256 random bits. The store knows only its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionHandle([u8; 32]);

impl SessionHandle {
    /// A new handle, for every sign-in.
    pub fn generate(random: &dyn Random) -> Self {
        Self(random_256(random))
    }

    /// A handle that a browser brought.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes: call this only where they go into a cookie or into a hash.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// SHA-256 of a handle: the key of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HandleHash(pub [u8; 32]);

/// The id of a session for lists and logs: says nothing about the handle, opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// A new id.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads the 32 hexadecimal digits of an id.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 32 && text.bytes().all(lower)).then_some(())?;
        u128::from_str_radix(text, 16)
            .ok()
            .map(|value| Self(value.to_be_bytes()))
    }

    /// An id read back from the store.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, authenticated with what is sealed in the row.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// A session without its tokens.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// The profile it belongs to; it is nothing anywhere else.
    pub profile: ProfileId,
    /// The authority it came from; nothing after the profile moves to another.
    pub fingerprint: AuthorityFingerprint,
    /// Who it is.
    pub identity: Identity,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When the session was last used, to the minute.
    pub seen_at: Timestamp,
    /// Ends when unused until then.
    pub idle_until: Timestamp,
    /// Ends then, whatever happens.
    pub expires_at: Timestamp,
}

/// A touch is written at most once in so many seconds for each session.
pub const TOUCH_SECONDS: i64 = 60;

impl Session {
    /// Whether it lives at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.idle_until && now < self.expires_at
    }

    /// Whether a use at `now` must be written to the store.
    pub fn wants_touch(&self, now: Timestamp) -> bool {
        (now - self.seen_at).num_seconds() >= TOUCH_SECONDS
    }

    /// The idle deadline after a use at `now`.
    pub fn idle_deadline(now: Timestamp, limits: SessionLimits) -> Timestamp {
        now + limits.idle_timeout
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Mutex;

    /// Hands out what it is asked for and counts it.
    #[derive(Debug, Default)]
    struct Counted(Mutex<u64>);

    impl Random for Counted {
        fn fill(&self, bytes: &mut [u8]) {
            let mut count = self.0.lock().unwrap();
            for byte in bytes {
                *count += 1;
                *byte = (*count % 251) as u8;
            }
        }
    }

    // proves: B129
    #[test]
    fn a_handle_is_256_random_bits_and_nothing_else() {
        let random = Counted::default();
        let handles: HashSet<[u8; 32]> = (0..200)
            .map(|_| *SessionHandle::generate(&random).expose())
            .collect();
        assert_eq!(
            *random.0.lock().unwrap(),
            200 * 32,
            "every byte comes from the generator"
        );
        assert_eq!(handles.len(), 200);
        assert_eq!(
            format!("{:?}", SessionHandle::from_bytes([1; 32])),
            "[redacted]"
        );
    }

    #[test]
    fn an_id_that_is_not_32_small_hexadecimal_digits_is_refused() {
        let id = SessionId::from_bytes([0xa0; 16]);
        assert_eq!(id.to_string(), "a0".repeat(16));
        assert_eq!(id.as_bytes(), &[0xa0; 16]);
        assert_eq!(SessionId::parse(&id.to_string()), Some(id));
        for text in [
            "",
            &"a".repeat(31),
            &"a".repeat(33),
            &"A".repeat(32),
            &"g".repeat(32),
            &format!("+{}", "1".repeat(31)),
        ] {
            assert_eq!(SessionId::parse(text), None, "{text}");
        }
    }

    // proves: B131, B132
    #[test]
    fn a_session_ends_unused_and_at_its_last_moment_however_much_it_is_used() {
        let begin = Timestamp::default();
        let after = |seconds| begin + chrono::TimeDelta::seconds(seconds);
        let session = |idle, end| {
            let claims = serde_json::json!({"iss": "https://i.example", "sub": "s"});
            let by = crate::domain::identity::PersonBy::Subject;
            Session {
                id: SessionId::from_bytes([0; 16]),
                profile: ProfileId::parse("p").unwrap(),
                fingerprint: AuthorityFingerprint([0; 32]),
                identity: Identity::from_claims(claims.as_object().unwrap(), by).unwrap(),
                created_at: begin,
                seen_at: begin,
                idle_until: after(idle),
                expires_at: after(end),
            }
        };
        assert!(session(10, 20).is_live(after(9)));
        assert!(!session(10, 20).is_live(after(10)));
        assert!(session(20, 10).is_live(after(9)));
        assert!(!session(20, 10).is_live(after(10)));
        assert!(!session(20, 10).is_live(after(11)));
        assert!(!session(10, 20).is_live(after(11)));
        assert!(!session(10, 20).wants_touch(after(TOUCH_SECONDS - 1)));
        assert!(session(10, 20).wants_touch(after(TOUCH_SECONDS)));
        let limits = SessionLimits {
            idle_timeout: std::time::Duration::from_secs(7),
            lifetime: std::time::Duration::from_secs(90),
        };
        assert_eq!(Session::idle_deadline(after(1), limits), after(8));
    }
}
