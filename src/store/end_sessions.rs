//! Ends sessions without their handles, and lists and counts sessions.

use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::ProfileId;
use crate::domain::session::SessionId;
use crate::store::database::{ListFilter, SessionFilter};
use crate::store::end_filter::{EndFilter, EndedRows};
use crate::store::error::StoreError;
use crate::store::row::rows::{SearchTexts, SessionSummary};
use crate::store::session_store::{ReplayScope, SessionStore};
use crate::store::shared::Operation;

/// One use of a logout token, which ends sessions once, on whichever replica the token arrives.
#[derive(Debug, Clone, Copy)]
pub struct LogoutTokenUse<'a> {
    /// What identifies the token, such as its `jti`.
    pub key: &'a [u8],
    /// Until when the token is valid, and a replay must be recognised.
    pub until: Timestamp,
    /// The `sid` that the token names.
    pub sid: Option<&'a str>,
    /// The person that the token names.
    pub person: Option<&'a SubjectKey>,
}

/// The result of ending sessions by a logout token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedByLogoutToken {
    /// How many sessions ended; zero is not an error (OpenID Connect Back-Channel Logout 1.0 §2.7).
    Ended(u64),
    /// The `sid` belongs to somebody else than the token names; no session ended.
    OtherPerson,
    /// The token was used before; no session ended now.
    Replayed,
}

/// The result of ending sessions by a `sid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBySid {
    /// How many sessions ended; zero is not an error (OpenID Connect Back-Channel Logout 1.0 §2.7).
    Ended(u64),
    /// The `sid` belongs to somebody else than was named; no session ended.
    OtherPerson,
}

impl SessionStore {
    /// Ends the sessions of one `sid` at one profile. If the person is known, a `sid` of somebody else ends nothing.
    ///
    /// # Errors
    /// `Unavailable`: the sessions may live on.
    pub async fn end_by_sid(
        &self,
        profile: &ProfileId,
        sid: &str,
        person: Option<&SubjectKey>,
    ) -> Result<EndedBySid, StoreError> {
        let sealer = &self.shared.sealer.lists;
        let (sid, person) = (
            sealer.sid_texts(sid),
            person.map(|person| sealer.person_texts(person)),
        );
        if self.is_of_another(profile, &sid, person.as_ref()).await? {
            return Ok(EndedBySid::OtherPerson);
        }
        let filter = EndFilter::Sid(profile.clone(), sid, person);
        self.end_matching(&filter).await.map(EndedBySid::Ended)
    }

    /// Ends the sessions that a logout token names and records the use of the token, both or neither: after a failure the
    /// same token counts, after a success the token is a replay on every replica. Of many concurrent uses exactly one
    /// ends sessions.
    ///
    /// # Errors
    /// `Unavailable`: the sessions may live on, and the authority should send the token again.
    pub async fn end_by_logout_token(
        &self,
        profile: &ProfileId,
        token: LogoutTokenUse<'_>,
    ) -> Result<EndedByLogoutToken, StoreError> {
        let (database, sealer) = (&self.shared.database, &self.shared.sealer.lists);
        let person = token.person.map(|person| sealer.person_texts(person));
        let filter = match (token.sid, person) {
            (Some(sid), person) => {
                let sid = sealer.sid_texts(sid);
                if self.is_of_another(profile, &sid, person.as_ref()).await? {
                    return Ok(EndedByLogoutToken::OtherPerson);
                }
                EndFilter::Sid(profile.clone(), sid, person)
            }
            (None, Some(person)) => EndFilter::Person(profile.clone(), person, None),
            (None, None) => return Ok(EndedByLogoutToken::Ended(0)),
        };
        let record = self.replay_record(ReplayScope::LogoutToken, token.key, token.until);
        let now = self.shared.now_millis();
        let ended = self
            .shared
            .metrics
            .measured(Operation::End, database.end_once(&record, &filter, now))
            .await;
        Ok(match ended? {
            Some(ended) => EndedByLogoutToken::Ended(self.ended(ended, &filter).await),
            None => EndedByLogoutToken::Replayed,
        })
    }

    /// Ends a person's sessions at one profile, except the session `except`, and returns how many ended.
    ///
    /// # Errors
    /// `Unavailable`: the sessions may live on.
    pub async fn end_by_person(
        &self,
        profile: &ProfileId,
        person: &SubjectKey,
        except: Option<SessionId>,
    ) -> Result<u64, StoreError> {
        let filter = EndFilter::Person(
            profile.clone(),
            self.shared.sealer.lists.person_texts(person),
            except,
        );
        self.end_matching(&filter).await
    }

    /// Ends one session by its id, at one profile or wherever it is, and returns how many ended.
    ///
    /// # Errors
    /// `Unavailable`: the session may live on.
    pub async fn end_by_id(
        &self,
        profile: Option<&ProfileId>,
        id: SessionId,
    ) -> Result<u64, StoreError> {
        self.end_matching(&EndFilter::Id(profile.cloned(), id))
            .await
    }

    /// Ends every session, at one profile or everywhere, and returns how many ended.
    ///
    /// # Errors
    /// `Unavailable`: the sessions may live on.
    pub async fn end_all(&self, profile: Option<&ProfileId>) -> Result<u64, StoreError> {
        self.end_matching(&EndFilter::All(profile.cloned())).await
    }

    /// The live sessions that match, the most recently used first.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn list(&self, filter: &SessionFilter) -> Result<Vec<SessionSummary>, StoreError> {
        let shared = &self.shared;
        let rows = ListFilter {
            profile: filter.profile.clone(),
            person: filter
                .person
                .as_ref()
                .map(|person| shared.sealer.lists.person_texts(person)),
            sid: filter
                .sid
                .as_ref()
                .map(|sid| shared.sealer.lists.sid_texts(sid)),
            limit: filter.limit,
        };
        let listed = shared
            .metrics
            .measured(
                Operation::List,
                shared.database.list(&rows, shared.now_millis()),
            )
            .await;
        let listed = listed?.into_iter();
        Ok(listed
            .filter_map(|row| shared.sealer.lists.summary(row))
            .collect())
    }

    /// How many sessions are alive.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let now = self.shared.now_millis();
        let counted = self.shared.database.count(now).await;
        self.shared.metrics.count_error(counted)
    }

    /// Whether a `sid` belongs to somebody else than the person, if one is named.
    async fn is_of_another(
        &self,
        profile: &ProfileId,
        sid: &SearchTexts,
        person: Option<&SearchTexts>,
    ) -> Result<bool, StoreError> {
        let Some(person) = person else {
            return Ok(false);
        };
        let database = &self.shared.database;
        let others = database.sid_has_other_person(profile, sid, person).await;
        self.shared.metrics.count_error(others)
    }

    async fn end_matching(&self, filter: &EndFilter) -> Result<u64, StoreError> {
        let shared = &self.shared;
        let ended = shared
            .metrics
            .measured(
                Operation::End,
                shared.database.end_matching(filter, shared.now_millis()),
            )
            .await?;
        Ok(self.ended(ended, filter).await)
    }

    /// Forgets what ended, and counts it. What a cutoff ended is counted afterwards, so that the end does not wait for the
    /// count.
    async fn ended(&self, ended: EndedRows, filter: &EndFilter) -> u64 {
        let shared = &self.shared;
        let deleted = match ended {
            EndedRows::Deleted(hashes) => return shared.forget_all_ended(&hashes),
            EndedRows::CutOff(deleted) => deleted,
        };
        shared.forget_everything();
        let others = shared.database.count_matching(filter).await;
        match shared.metrics.count_error(others) {
            Ok(others) => deleted + others,
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(
                    error,
                    "the sessions ended, but their number could not be read in time"
                );
                deleted
            }
        }
    }
}
