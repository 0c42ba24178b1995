//! `RowSealer`: turns a new session into a sealed row, and opens sealed rows.
//!
//! A row that does not open (its key is gone, or the row was moved) and a row of a newer format are no session; the log
//! says so. A row that opens and holds what no version can have written is `Inconsistent`.

use std::sync::Arc;

use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::profile::ProfileId;
use crate::domain::random::Random;
use crate::domain::session::{Session, SessionHandle, SessionId};
use crate::domain::token_set::TokenSet;
use crate::seal::{Column, KeyRing, RowPlace, handle_hash};
use crate::store::error::StoreError;
use crate::store::row::listed::{ListSealer, SessionListing};
use crate::store::row::payload;
use crate::store::row::payload::Opened;
use crate::store::row::rows::{IdentityRow, NewRow, TokensRow, WholeRow};

/// A completed sign-in.
#[derive(Debug)]
pub struct NewSession {
    /// The new handle, which goes to the browser.
    pub handle: SessionHandle,
    /// The session.
    pub session: Session,
    /// The tokens that the authority issued.
    pub tokens: TokenSet,
    /// The authority's own session (`sid`), by which the authority can end ours.
    pub sid: Option<String>,
    /// The browser, as the browser names itself.
    pub user_agent: Option<String>,
    /// The session that this browser had at this profile, which ends in the same transaction.
    pub ended: Option<SessionHandle>,
}

/// The tokens of a row, and the row's version.
#[derive(Debug, Clone)]
pub struct StoredTokens {
    /// The tokens.
    pub tokens: TokenSet,
    /// Counts how often the row's tokens were replaced.
    pub version: i64,
}

/// A session that was deleted.
#[derive(Debug, Clone)]
pub struct EndedSession {
    /// The session.
    pub session: Session,
    /// Its tokens, for the authority's sign-out.
    pub tokens: TokenSet,
}

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
        let text = payload::write_identity(session, identity)?;
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
        let text = payload::write_tokens(tokens, id)?;
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
        let Opened::Value(sealed) = payload::read_identity(&text, &row.id)? else {
            return Ok(newer(&row.id));
        };
        let idle_until = payload::moment(row.idle_until, &row.id)?;
        Ok(Some(Session {
            id: row.id,
            profile: row.profile.clone(),
            fingerprint: sealed.fingerprint,
            identity: sealed.identity,
            created_at: sealed.created_at,
            seen_at: payload::moment(row.seen_at, &row.id)?,
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
        match payload::read_tokens(&text, id)? {
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

/// The session after a use at `now`; `None` if the session is over, or its last use is too recent to be written.
pub(in crate::store) fn touched(
    session: &Session,
    now: Timestamp,
    idle_until: Timestamp,
) -> Option<Session> {
    (session.wants_touch(now) && session.is_live(now)).then(|| Session {
        seen_at: now,
        idle_until: idle_until.min(session.expires_at),
        ..session.clone()
    })
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
