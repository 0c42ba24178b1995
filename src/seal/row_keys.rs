//! The keys of a row: a server key *and* the browser's handle are needed, so a stolen database opens nothing, not
//! even together with the server's keys.

use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};

use crate::domain::profile::ProfileId;
use crate::domain::random::Random;
use crate::domain::session::{SessionHandle, SessionId};
use crate::seal::key_ring::{KeyRing, ServerKey, expand};
use crate::seal::sealing::{key_id, open_with, seal_with};

/// Which sealed column of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Who it is.
    Identity,
    /// What the authority gave.
    Tokens,
}

impl Column {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Identity => b"identity",
            Self::Tokens => b"tokens",
        }
    }
}

/// The place that sealed bytes belong to: moved to another row, column or profile, they do not open.
#[derive(Debug, Clone, Copy)]
pub struct RowPlace<'a> {
    /// The profile.
    pub profile: &'a ProfileId,
    /// The row.
    pub id: &'a SessionId,
    /// The column.
    pub column: Column,
}

impl RowPlace<'_> {
    /// A profile id holds no zero byte, so the parts cannot run into one another.
    fn aad(&self) -> Vec<u8> {
        [
            self.column.label(),
            &[0],
            self.profile.as_str().as_bytes(),
            &[0],
            self.id.as_bytes(),
        ]
        .concat()
    }
}

/// Seals and opens one session's row.
pub struct RowKeys<'a> {
    ring: &'a KeyRing,
    handle: &'a SessionHandle,
}

impl std::fmt::Debug for RowKeys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RowKeys([redacted])")
    }
}

impl KeyRing {
    /// The keys of the row that belongs to `handle`.
    pub fn row<'a>(&'a self, handle: &'a SessionHandle) -> RowKeys<'a> {
        RowKeys { ring: self, handle }
    }
}

impl RowKeys<'_> {
    /// Seals with the newest server key.
    pub fn seal(&self, place: RowPlace<'_>, plaintext: &[u8], random: &dyn Random) -> Vec<u8> {
        let key = self.ring.newest();
        let prk = self.derive(key);
        let derive = |salt: &[u8]| expand::<32>(&prk, &[place.column.label(), salt]);
        seal_with(key.id.0, derive, &place.aad(), plaintext, random)
    }

    /// Opens what was sealed at the same place under the same handle and a key of the ring.
    pub fn open(&self, place: RowPlace<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let key = self.ring.by_id(key_id(sealed)?)?;
        let prk = self.derive(key);
        let derive = |salt: &[u8]| expand::<32>(&prk, &[place.column.label(), salt]);
        open_with(derive, &place.aad(), sealed)
    }

    /// RFC 5869 §2.2: the handle is the keying material, the server key the salt.
    fn derive(&self, key: &ServerKey) -> Prk {
        Salt::new(HKDF_SHA256, &key.row_salt).extract(self.handle.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::OsRandom;

    // proves: C76
    #[test]
    fn a_row_does_not_open_under_another_handle_row_column_or_profile() {
        let ring = KeyRing::ephemeral(&OsRandom);
        let (handle, id) = (
            SessionHandle::generate(&OsRandom),
            SessionId::generate(&OsRandom),
        );
        let (staff, other) = (
            ProfileId::parse("staff").unwrap(),
            ProfileId::parse("other").unwrap(),
        );
        let place = RowPlace {
            profile: &staff,
            id: &id,
            column: Column::Tokens,
        };
        let sealed = ring.row(&handle).seal(place, b"tokens", &OsRandom);
        let open = |place| ring.row(&handle).open(place, &sealed);
        assert_eq!(open(place).as_deref(), Some(&b"tokens"[..]));
        let elsewhere = SessionId::generate(&OsRandom);
        let wrong = [
            RowPlace {
                profile: &other,
                ..place
            },
            RowPlace {
                id: &elsewhere,
                ..place
            },
            RowPlace {
                column: Column::Identity,
                ..place
            },
        ];
        for place in wrong {
            assert_eq!(open(place), None, "{place:?}");
        }
        let stranger = SessionHandle::generate(&OsRandom);
        assert_eq!(ring.row(&stranger).open(place, &sealed), None);
    }

    // proves: C81
    #[test]
    fn another_server_key_opens_nothing() {
        let handle = SessionHandle::generate(&OsRandom);
        let id = SessionId::generate(&OsRandom);
        let staff = ProfileId::parse("staff").unwrap();
        let place = RowPlace {
            profile: &staff,
            id: &id,
            column: Column::Identity,
        };
        let sealed = KeyRing::ephemeral(&OsRandom)
            .row(&handle)
            .seal(place, b"claims", &OsRandom);
        let other = KeyRing::ephemeral(&OsRandom);
        assert_eq!(other.row(&handle).open(place, &sealed), None);
    }
}
