//! The content of the sealed columns: one byte of version, then JSON.
//!
//! A newer version is not read (`Opened::Newer`): after a rollback such a row is no session, and no error. A new optional
//! member needs no new version.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::api::ApiName;
use crate::domain::clock::Timestamp;
use crate::domain::identity::{Identity, SubjectKey};
use crate::domain::profile::AuthorityFingerprint;
use crate::domain::secret::{AccessToken, IdToken, RefreshToken};
use crate::domain::session::{Session, SessionId};
use crate::domain::token_set::{AccessGrant, TokenSet};
use crate::store::error::StoreError;

/// The version that is written. Version 1 had the claims as a JSON text inside a JSON string.
const VERSION: u8 = 2;
/// The oldest version that is read.
const OLDEST: u8 = 1;

/// The content of a sealed column.
#[derive(Debug)]
pub(in crate::store) enum Opened<T> {
    /// The content, in a version that is known.
    Value(T),
    /// A newer gateway wrote it.
    Newer,
}

/// What a row says of its person. All of it is authenticated by the seal.
#[derive(Debug)]
pub(in crate::store) struct SealedIdentity {
    pub(in crate::store) fingerprint: AuthorityFingerprint,
    pub(in crate::store) identity: Identity,
    pub(in crate::store) created_at: Timestamp,
    pub(in crate::store) expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct IdentityText<'a> {
    #[serde(borrow, rename = "binding")]
    fingerprint: Cow<'a, str>,
    #[serde(borrow)]
    person: Cow<'a, str>,
    created_at: i64,
    expires_at: i64,
    /// The name, and where the shown claims end, so that the claims are not parsed at each read.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    shown: Option<(Cow<'a, str>, u32)>,
    /// Copied byte for byte.
    #[serde(borrow)]
    claims: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
struct TokensText<'a> {
    id_token: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<Cow<'a, str>>,
    #[serde(default)]
    access: Vec<GrantText<'a>>,
}

#[derive(Serialize, Deserialize)]
struct GrantText<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<Cow<'a, str>>,
    token: Cow<'a, str>,
    #[serde(default)]
    scopes: Vec<String>,
    expires_at: i64,
    refresh_at: i64,
}

/// The content of the column `identity`.
pub(in crate::store) fn write_identity(
    session: &Session,
    identity: &Identity,
) -> Result<Vec<u8>, StoreError> {
    let (person, claims) = (identity.person(), identity.claims_text());
    let text = IdentityText {
        fingerprint: STANDARD_NO_PAD.encode(session.fingerprint.0).into(),
        person: person.as_str().into(),
        created_at: session.created_at.timestamp_millis(),
        expires_at: session.expires_at.timestamp_millis(),
        shown: Some((identity.name().into(), identity.shown_length())),
        claims: serde_json::from_str(&claims).map_err(|_| inconsistent(&session.id))?,
    };
    write(&text, &session.id)
}

/// Reads what `write_identity` wrote.
///
/// # Errors
/// `Inconsistent` if no version can have written the content.
pub(in crate::store) fn read_identity(
    bytes: &[u8],
    id: &SessionId,
) -> Result<Opened<SealedIdentity>, StoreError> {
    let text: IdentityText<'_> = match read(bytes, id)? {
        Opened::Value(text) => text,
        Opened::Newer => return Ok(Opened::Newer),
    };
    let fingerprint = STANDARD_NO_PAD
        .decode(text.fingerprint.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| inconsistent(id))?;
    Ok(Opened::Value(SealedIdentity {
        fingerprint: AuthorityFingerprint(fingerprint),
        identity: identity(text.person, text.claims, text.shown).ok_or_else(|| inconsistent(id))?,
        created_at: moment(text.created_at, id)?,
        expires_at: moment(text.expires_at, id)?,
    }))
}

fn identity(
    person: Cow<'_, str>,
    claims: &RawValue,
    shown: Option<(Cow<'_, str>, u32)>,
) -> Option<Identity> {
    let person = SubjectKey::stored(person);
    let claims = claims.get();
    if let Some((name, end)) = shown {
        return Identity::stored_with(&person, &name, claims, end);
    }
    let first_version: Option<String> = serde_json::from_str(claims).ok();
    let claims = first_version.as_deref().unwrap_or(claims);
    Some(Identity::stored(&person, claims))
}

/// The content of the column `tokens`.
pub(in crate::store) fn write_tokens(
    tokens: &TokenSet,
    id: &SessionId,
) -> Result<Vec<u8>, StoreError> {
    let grant = |grant: &'_ AccessGrant| GrantText {
        api: grant
            .api
            .as_ref()
            .map(|api| Cow::Owned(api.as_str().to_owned())),
        token: Cow::Owned(grant.token.expose().to_owned()),
        scopes: grant.scopes.clone(),
        expires_at: grant.expires_at.timestamp_millis(),
        refresh_at: grant.refresh_at.timestamp_millis(),
    };
    let text = TokensText {
        id_token: tokens.id_token.expose().into(),
        refresh: tokens.refresh.as_ref().map(|token| token.expose().into()),
        access: tokens.access.iter().map(grant).collect(),
    };
    write(&text, id)
}

/// Reads what `write_tokens` wrote.
///
/// # Errors
/// `Inconsistent` if no version can have written the content.
pub(in crate::store) fn read_tokens(
    bytes: &[u8],
    id: &SessionId,
) -> Result<Opened<TokenSet>, StoreError> {
    let text: TokensText<'_> = match read(bytes, id)? {
        Opened::Value(text) => text,
        Opened::Newer => return Ok(Opened::Newer),
    };
    let grant = |grant: GrantText<'_>| {
        let api = match grant.api {
            Some(name) => Some(ApiName::parse(&name).ok_or_else(|| inconsistent(id))?),
            None => None,
        };
        Ok(AccessGrant {
            api,
            token: AccessToken::new(grant.token),
            scopes: grant.scopes,
            expires_at: moment(grant.expires_at, id)?,
            refresh_at: moment(grant.refresh_at, id)?,
        })
    };
    Ok(Opened::Value(TokenSet {
        id_token: IdToken::new(text.id_token),
        refresh: text.refresh.map(RefreshToken::new),
        access: text
            .access
            .into_iter()
            .map(grant)
            .collect::<Result<_, StoreError>>()?,
    }))
}

/// A time from unix milliseconds.
///
/// # Errors
/// `Inconsistent` if the number is outside of the calendar.
pub(in crate::store) fn moment(millis: i64, id: &SessionId) -> Result<Timestamp, StoreError> {
    Timestamp::from_timestamp_millis(millis).ok_or_else(|| inconsistent(id))
}

pub(in crate::store) fn inconsistent(id: &SessionId) -> StoreError {
    StoreError::Inconsistent {
        table: "sessions",
        id: id.to_string(),
    }
}

fn write<T: Serialize>(value: &T, id: &SessionId) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![VERSION];
    serde_json::to_writer(&mut bytes, value).map_err(|_| inconsistent(id))?;
    Ok(bytes)
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8], id: &SessionId) -> Result<Opened<T>, StoreError> {
    match bytes.split_first() {
        Some((&(OLDEST..=VERSION), json)) => serde_json::from_slice(json)
            .map(Opened::Value)
            .map_err(|_| inconsistent(id)),
        Some((version, _)) if *version > VERSION => Ok(Opened::Newer),
        _ => Err(inconsistent(id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::ProfileId;
    use crate::domain::random::random_256;
    use crate::seal::OsRandom;

    fn id() -> SessionId {
        SessionId::generate(&OsRandom)
    }

    fn sealed_tokens() -> Vec<u8> {
        let tokens = TokenSet {
            id_token: IdToken::new("the-id-token"),
            refresh: None,
            access: vec![],
        };
        write_tokens(&tokens, &id()).unwrap()
    }

    // proves: D27
    #[test]
    fn a_newer_version_is_not_read_and_no_error() {
        let mut bytes = sealed_tokens();
        bytes[0] = VERSION + 1;
        assert!(matches!(read_tokens(&bytes, &id()), Ok(Opened::Newer)));
        assert!(matches!(read_identity(&bytes, &id()), Ok(Opened::Newer)));
    }

    // proves: D27
    #[test]
    fn a_member_that_a_newer_release_added_is_ignored() {
        let mut bytes = sealed_tokens();
        assert_eq!(bytes.pop(), Some(b'}'));
        bytes.extend_from_slice(br#","added_later":{"x":1}}"#);
        let Ok(Opened::Value(tokens)) = read_tokens(&bytes, &id()) else {
            panic!("not read")
        };
        assert_eq!(tokens.id_token.expose(), "the-id-token");
    }

    #[test]
    fn what_cannot_be_ours_is_inconsistent_and_names_the_session_only() {
        let id = id();
        let expected = format!("row {id} of table sessions holds what no row can hold");
        for bytes in [
            &b""[..],
            b"\x00{}",
            b"\x01",
            b"\x01{}",
            b"\x01{\"id_token\":7}",
        ] {
            let tokens = read_tokens(bytes, &id).map(drop).unwrap_err();
            let identity = read_identity(bytes, &id).map(drop).unwrap_err();
            assert_eq!(tokens.to_string(), expected);
            assert_eq!(identity.to_string(), expected);
        }
    }

    #[test]
    fn claims_are_read_back_byte_for_byte() {
        let claims = r#"{"name":"Ada \u0000 \"L\" 🦊","n":1e3}"#;
        let identity = Identity::stored(&SubjectKey::stored("p"), claims);
        let at = |millis| Timestamp::from_timestamp_millis(millis).unwrap();
        let session = Session {
            id: id(),
            profile: ProfileId::parse("staff").unwrap(),
            fingerprint: AuthorityFingerprint(random_256(&OsRandom)),
            identity: identity.clone(),
            created_at: at(1),
            seen_at: at(2),
            idle_until: at(3),
            expires_at: at(4),
        };
        let bytes = write_identity(&session, &identity).unwrap();
        let Ok(Opened::Value(read)) = read_identity(&bytes, &session.id) else {
            panic!("not read")
        };
        assert_eq!(read.identity, identity);
        assert_eq!(read.fingerprint, session.fingerprint);
        assert_eq!((read.created_at, read.expires_at), (at(1), at(4)));
    }
}
