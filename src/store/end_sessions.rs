//! Ending sessions without their handles, and seeing which there are.

use crate::domain::clock::{Clock, Timestamp};
use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::{HandleHash, SessionId};
use crate::store::error::StoreError;
use crate::store::replay::ReplayScope;
use crate::store::row::database_trait::{EndFilter, SessionFilter, SessionSummary};
use crate::store::session_store::SessionStore;

/// A notice that ends sessions once, on whichever replica it arrives.
#[derive(Debug, Clone, Copy)]
pub struct LogoutTokenUse<'a> {
    /// What tells it from others.
    pub key: &'a [u8],
    /// Until when a replay could be believed.
    pub until: Timestamp,
    /// The authority's session that it names.
    pub sid: Option<&'a str>,
    /// The person that it names.
    pub person: Option<&'a SubjectKey>,
}

/// What became of the sessions that a notice names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedByLogoutToken {
    /// So many ended; none is not an error (OpenID Connect Back-Channel Logout 1.0 §2.7).
    Ended(u64),
    /// The `sid` belongs to somebody else than the notice names; nothing ended.
    OtherPerson,
    /// The notice had ended sessions before; nothing ended now.
    Replayed,
}

/// What became of the sessions of a `sid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBySid {
    /// So many ended; none is not an error (OpenID Connect Back-Channel Logout 1.0 §2.7).
    Ended(u64),
    /// The `sid` belongs to somebody else than the logout token names; nothing ended.
    OtherPerson,
}

impl SessionStore {
    /// Ends the sessions that came from one session of the authority's, at one profile. Where the person is known, a
    /// `sid` of somebody else's ends nothing.
    ///
    /// # Errors
    /// `Unavailable`: they may live on.
    pub async fn end_by_sid(
        &self,
        profile: &ProfileId,
        sid: &str,
        person: Option<&SubjectKey>,
    ) -> Result<EndedBySid, StoreError> {
        if let Some(person) = person {
            let rows = &self.shared.rows;
            let others = rows.sid_has_other_person(profile, sid, person).await;
            if self.shared.measures.count(others)? {
                return Ok(EndedBySid::OtherPerson);
            }
        }
        let filter = EndFilter::Sid(profile.clone(), sid.to_owned(), person.cloned());
        self.end_matching(&filter).await.map(EndedBySid::Ended)
    }

    /// Ends the sessions that a notice names and records its use, both or neither: after a failure the same notice
    /// counts, after a success it is a replay on every replica. Of many at once exactly one ends.
    ///
    /// # Errors
    /// `Unavailable`: they may live on, and the sender should repeat the notice.
    pub async fn end_by_notice(
        &self,
        profile: &ProfileId,
        notice: LogoutTokenUse<'_>,
    ) -> Result<EndedByLogoutToken, StoreError> {
        let rows = &self.shared.rows;
        let person = notice.person.cloned();
        let filter = match (notice.sid, person) {
            (Some(sid), person) => {
                if let Some(person) = &person {
                    let others = rows.sid_has_other_person(profile, sid, person).await;
                    if self.shared.measures.count(others)? {
                        return Ok(EndedByLogoutToken::OtherPerson);
                    }
                }
                EndFilter::Sid(profile.clone(), sid.to_owned(), person)
            }
            (None, Some(person)) => EndFilter::Person(profile.clone(), person, None),
            (None, None) => return Ok(EndedByLogoutToken::Ended(0)),
        };
        let mark = self.mark(ReplayScope::LogoutToken, notice.key, notice.until);
        let ended = rows.delete_once(&mark, &filter).await;
        Ok(match self.shared.measures.count(ended)? {
            Some(ended) => EndedByLogoutToken::Ended(self.forget_all(&ended)),
            None => EndedByLogoutToken::Replayed,
        })
    }

    /// Ends a person's sessions at one profile, but for `except`, and says how many.
    ///
    /// # Errors
    /// `Unavailable`: they may live on.
    pub async fn end_by_person(
        &self,
        profile: &ProfileId,
        person: &SubjectKey,
        except: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let filter = EndFilter::Person(profile.clone(), person.clone(), except);
        self.end_matching(&filter).await
    }

    /// Ends one session by its id, at one profile or wherever it is; says how many that were.
    ///
    /// # Errors
    /// `Unavailable`: it may live on.
    pub async fn end_by_id(
        &self,
        profile: Option<&ProfileId>,
        id: SessionId,
    ) -> Result<u64, StoreError> {
        self.end_matching(&EndFilter::Id(profile.cloned(), id))
            .await
    }

    /// Ends every session, at one profile or everywhere, and says how many.
    ///
    /// # Errors
    /// `Unavailable`: they may live on.
    pub async fn end_all(&self, profile: Option<&ProfileId>) -> Result<u64, StoreError> {
        self.end_matching(&EndFilter::All(profile.cloned())).await
    }

    /// The live sessions that match, those used last first.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn list(&self, filter: &SessionFilter) -> Result<Vec<SessionSummary>, StoreError> {
        let now = self.shared.clock.now().timestamp_millis();
        let listed = self.shared.rows.list(filter, now).await;
        self.shared.measures.count(listed)
    }

    /// How many sessions live.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let now = self.shared.clock.now().timestamp_millis();
        let counted = self.shared.rows.count(now).await;
        self.shared.measures.count(counted)
    }

    async fn end_matching(&self, filter: &EndFilter) -> Result<u64, StoreError> {
        let shared = &self.shared;
        let ended = shared.rows.delete_matching(filter).await;
        let ended = shared.measures.count(ended)?;
        Ok(self.forget_all(&ended))
    }

    fn forget_all(&self, ended: &[HandleHash]) -> u64 {
        for hash in ended {
            self.shared.forget_ended(hash);
        }
        u64::try_from(ended.len()).unwrap_or(u64::MAX)
    }
}
