//! `RowSealer`: turns a new session into a sealed row, and opens sealed rows. The content of a sealed column is one byte of
//! version, then JSON; a new optional member needs no new version.
//!
//! A row that does not open (its key is gone, or the row was moved) and a row of a newer format are no session; the log
//! says so. So a rollback is no error. A row that opens and holds what no version can have written is `Inconsistent`.

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::api::ApiName;
use crate::domain::clock::Timestamp;
use crate::domain::identity::{Identity, SubjectKey};
use crate::domain::profile::{AuthorityFingerprint, ProfileId};
use crate::domain::random::Random;
use crate::domain::secret::{AccessToken, IdToken, RefreshToken};
use crate::domain::session::{Session, SessionHandle, SessionId};
use crate::domain::token_set::{AccessGrant, TokenSet};
use crate::seal::{Column, KeyRing, RowPlace, handle_hash};
use crate::store::error::StoreError;
use crate::store::row::listed::{ListSealer, SessionListing};
use crate::store::row::rows::{
    EndedSession, IdentityRow, NewRow, NewSession, StoredTokens, TokensRow, WholeRow,
};

/// Seals and opens rows.
#[derive(Debug, Clone)]
pub(in crate::store) struct RowSealer {
    pub(in crate::store) keys: Arc<KeyRing>,
    pub(in crate::store) random: Arc<dyn Random>,
    /// For what is read without the handle.
    pub(in crate::store) lists: ListSealer,
    /// How many sessions a person has at a profile at most.
    pub(in crate::store) sessions_per_person: u32,
}

impl RowSealer {
    /// The row of a new session.
    pub(in crate::store) fn new_row(&self, new: &NewSession) -> Result<NewRow, StoreError> {
        let session = &new.session;
        let expires_at = session.expires_at.timestamp_millis();
        Ok(NewRow {
            hash: handle_hash(&new.handle),
            id: session.id,
            profile: session.profile.clone(),
            person: self.lists.person_texts(&session.identity.person()),
            sid: new.sid.as_deref().map(|sid| self.lists.sid_texts(sid)),
            listed: self.lists.seal(
                &session.profile,
                &session.id,
                &SessionListing::new(
                    &session.identity,
                    new.sid.as_deref(),
                    new.user_agent.as_deref(),
                    new.network,
                ),
            ),
            created_at: session.created_at.timestamp_millis(),
            seen_at: session.seen_at.timestamp_millis(),
            idle_until: session.idle_until.timestamp_millis().min(expires_at),
            expires_at,
            identity: self.seal_identity(&new.handle, session, &session.identity)?,
            tokens: self.seal_tokens(&new.handle, &session.profile, &session.id, &new.tokens)?,
            others_kept: i64::from(self.sessions_per_person.saturating_sub(1)),
        })
    }

    pub(in crate::store) fn seal_identity(
        &self,
        handle: &SessionHandle,
        session: &Session,
        identity: &Identity,
    ) -> Result<Vec<u8>, StoreError> {
        let place = place(&session.profile, &session.id, Column::Identity);
        let text = write_identity(session, identity)?;
        Ok(self
            .keys
            .row(handle)
            .seal(place, &text, self.random.as_ref()))
    }

    pub(in crate::store) fn seal_tokens(
        &self,
        handle: &SessionHandle,
        profile: &ProfileId,
        id: &SessionId,
        tokens: &TokenSet,
    ) -> Result<Vec<u8>, StoreError> {
        let place = place(profile, id, Column::Tokens);
        let text = write_tokens(tokens, id)?;
        Ok(self
            .keys
            .row(handle)
            .seal(place, &text, self.random.as_ref()))
    }

    /// The session of a row.
    pub(in crate::store) fn session(
        &self,
        handle: &SessionHandle,
        row: &IdentityRow,
    ) -> Result<Option<Session>, StoreError> {
        let place = place(&row.profile, &row.id, Column::Identity);
        let Some(text) = self.open(handle, place, &row.identity) else {
            return Ok(None);
        };
        let Opened::Value(sealed) = read_identity(&text, &row.id)? else {
            return Ok(newer(&row.id));
        };
        let idle_until = moment(row.idle_until, &row.id)?;
        Ok(Some(Session {
            id: row.id,
            profile: row.profile.clone(),
            fingerprint: sealed.fingerprint,
            identity: sealed.identity,
            created_at: sealed.created_at,
            seen_at: moment(row.seen_at, &row.id)?,
            idle_until: idle_until.min(sealed.expires_at),
            expires_at: sealed.expires_at,
        }))
    }

    /// The tokens of a row.
    pub(in crate::store) fn tokens(
        &self,
        handle: &SessionHandle,
        row: &TokensRow,
    ) -> Result<Option<StoredTokens>, StoreError> {
        let tokens = self.token_set(handle, &row.profile, &row.id, &row.tokens)?;
        Ok(tokens.map(|tokens| StoredTokens {
            tokens,
            version: row.version,
        }))
    }

    /// Session and tokens of a row.
    pub(in crate::store) fn whole(
        &self,
        handle: &SessionHandle,
        whole: &WholeRow,
    ) -> Result<Option<EndedSession>, StoreError> {
        let row = &whole.row;
        let Some(session) = self.session(handle, row)? else {
            return Ok(None);
        };
        let tokens = self.token_set(handle, &row.profile, &row.id, &whole.tokens)?;
        Ok(tokens.map(|tokens| EndedSession { session, tokens }))
    }

    fn token_set(
        &self,
        handle: &SessionHandle,
        profile: &ProfileId,
        id: &SessionId,
        sealed: &[u8],
    ) -> Result<Option<TokenSet>, StoreError> {
        let Some(text) = self.open(handle, place(profile, id, Column::Tokens), sealed) else {
            return Ok(None);
        };
        match read_tokens(&text, id)? {
            Opened::Value(tokens) => Ok(Some(tokens)),
            Opened::Newer => Ok(newer(id)),
        }
    }

    fn open(&self, handle: &SessionHandle, place: RowPlace<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let opened = self.keys.row(handle).open(place, sealed);
        if opened.is_none() {
            tracing::warn!(
                session.id = %place.id,
                profile.id = %place.profile,
                "a session's row does not open: its key is not among the configured ones, or it was tampered with",
            );
        }
        opened
    }
}

fn place<'a>(profile: &'a ProfileId, id: &'a SessionId, column: Column) -> RowPlace<'a> {
    RowPlace {
        profile,
        id,
        column,
    }
}

fn newer<T>(id: &SessionId) -> Option<T> {
    tracing::warn!(session.id = %id, "a session's row was written by a newer version of the gateway");
    None
}

/// The version that is written. Version 1 had the claims as a JSON text inside a JSON string.
const VERSION: u8 = 2;
/// The oldest version that is read.
const OLDEST: u8 = 1;

/// The content of a sealed column.
#[derive(Debug)]
enum Opened<T> {
    /// The content, in a version that is known.
    Value(T),
    /// A newer gateway wrote it.
    Newer,
}

/// What a row says of its person. All of it is authenticated by the seal.
#[derive(Debug)]
struct SealedIdentity {
    fingerprint: AuthorityFingerprint,
    identity: Identity,
    created_at: Timestamp,
    expires_at: Timestamp,
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
fn write_identity(session: &Session, identity: &Identity) -> Result<Vec<u8>, StoreError> {
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
fn read_identity(bytes: &[u8], id: &SessionId) -> Result<Opened<SealedIdentity>, StoreError> {
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
fn write_tokens(tokens: &TokenSet, id: &SessionId) -> Result<Vec<u8>, StoreError> {
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
fn read_tokens(bytes: &[u8], id: &SessionId) -> Result<Opened<TokenSet>, StoreError> {
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
fn moment(millis: i64, id: &SessionId) -> Result<Timestamp, StoreError> {
    Timestamp::from_timestamp_millis(millis).ok_or_else(|| inconsistent(id))
}

fn inconsistent(id: &SessionId) -> StoreError {
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
mod tests;
