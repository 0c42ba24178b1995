//! What stands inside the sealed columns: one byte of version, then JSON.
//!
//! A newer version is not read (`Opened::Newer`): after a rollback such a row is no session, and no error. New
//! optional members need no new version.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::error::StoreError;
use crate::domain::api::ApiName;
use crate::domain::clock::Timestamp;
use crate::domain::identity::{Identity, PersonKey};
use crate::domain::profile::Binding;
use crate::domain::secret::{AccessToken, IdToken, RefreshToken};
use crate::domain::session::{Session, SessionId};
use crate::domain::token_set::{AccessGrant, TokenSet};

/// The version that is written.
const VERSION: u8 = 1;

/// What was found inside.
#[derive(Debug)]
pub(super) enum Opened<T> {
    /// It could be read.
    Value(T),
    /// A newer gateway wrote it.
    Newer,
}

/// What a row says about its person, all of it authenticated.
#[derive(Debug)]
pub(super) struct SealedIdentity {
    pub(super) binding: Binding,
    pub(super) identity: Identity,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct IdentityText<'a> {
    binding: Cow<'a, str>,
    person: Cow<'a, str>,
    created_at: i64,
    expires_at: i64,
    claims: Cow<'a, str>,
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

/// What is sealed of a session's identity.
pub(super) fn write_identity(
    session: &Session,
    identity: &Identity,
) -> Result<Vec<u8>, StoreError> {
    let text = IdentityText {
        binding: STANDARD_NO_PAD.encode(session.binding.0).into(),
        person: identity.person().as_str().into(),
        created_at: session.created_at.timestamp_millis(),
        expires_at: session.expires_at.timestamp_millis(),
        claims: identity.claims_text().into(),
    };
    write(&text, &session.id)
}

/// Reads what `write_identity` wrote.
///
/// # Errors
/// `Inconsistent` if what was sealed cannot be ours.
pub(super) fn read_identity(
    bytes: &[u8],
    id: &SessionId,
) -> Result<Opened<SealedIdentity>, StoreError> {
    let text: IdentityText<'_> = match read(bytes, id)? {
        Opened::Value(text) => text,
        Opened::Newer => return Ok(Opened::Newer),
    };
    let binding = STANDARD_NO_PAD
        .decode(text.binding.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| inconsistent(id))?;
    Ok(Opened::Value(SealedIdentity {
        binding: Binding(binding),
        identity: Identity::stored(PersonKey::stored(text.person), &text.claims),
        created_at: moment(text.created_at, id)?,
        expires_at: moment(text.expires_at, id)?,
    }))
}

/// What is sealed of a session's tokens.
pub(super) fn write_tokens(tokens: &TokenSet, id: &SessionId) -> Result<Vec<u8>, StoreError> {
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
/// `Inconsistent` if what was sealed cannot be ours.
pub(super) fn read_tokens(bytes: &[u8], id: &SessionId) -> Result<Opened<TokenSet>, StoreError> {
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

/// A moment of a row.
///
/// # Errors
/// `Inconsistent` if no calendar has it.
pub(super) fn moment(millis: i64, id: &SessionId) -> Result<Timestamp, StoreError> {
    Timestamp::from_timestamp_millis(millis).ok_or_else(|| inconsistent(id))
}

pub(super) fn inconsistent(id: &SessionId) -> StoreError {
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

fn read<T: DeserializeOwned>(bytes: &[u8], id: &SessionId) -> Result<Opened<T>, StoreError> {
    match bytes.split_first() {
        Some((&VERSION, json)) => serde_json::from_slice(json)
            .map(Opened::Value)
            .map_err(|_| inconsistent(id)),
        Some((version, _)) if *version > VERSION => Ok(Opened::Newer),
        _ => Err(inconsistent(id)),
    }
}
