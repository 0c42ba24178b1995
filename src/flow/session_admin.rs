//! Sessions listed and ended: by the person at one profile, by an operator everywhere.
//!
//! The admin listener and the command line share [`SessionList`] and [`SessionSelector`], so that both show and end the
//! same sessions in the same form.

use serde::{Serialize, Serializer};

use crate::domain::clock::Timestamp;
use crate::domain::identity::{LONGEST_IDENTIFIER, SubjectKey, folded, is_identifier};
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::session::SessionId;
use crate::flow::audit;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;
use crate::store::{EndedBySid, SessionFilter, SessionSummary};

/// Sessions of a person shown on one page at most.
const ON_A_PAGE: u32 = 100;
/// The newest sessions among which those of an account are looked for.
const SEARCHED_FOR_ACCOUNTS: u32 = 100_000;

/// One session in a list. No handle, no token: nothing in it opens a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionView {
    /// The id of the session.
    #[serde(serialize_with = "displayed")]
    pub id: SessionId,
    /// The profile that the session belongs to.
    #[serde(serialize_with = "displayed")]
    pub profile: ProfileId,
    /// The person's key.
    #[serde(serialize_with = "displayed")]
    pub person: SubjectKey,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When the session was last used, to the minute.
    pub seen_at: Timestamp,
    /// When the session ends whatever happens.
    pub expires_at: Timestamp,
    /// The browser, as it named itself.
    pub user_agent: Option<String>,
    /// What the person calls the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The network of the sign-in, if the profile has `session.show_network`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
}

fn displayed<S: Serializer>(value: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

impl From<SessionSummary> for SessionView {
    fn from(session: SessionSummary) -> Self {
        let SessionSummary {
            id,
            profile,
            person,
            created_at,
            seen_at,
            expires_at,
            user_agent,
            name,
            network,
            ..
        } = session;
        Self {
            id,
            profile,
            person,
            created_at,
            seen_at,
            expires_at,
            user_agent,
            name,
            network,
        }
    }
}

/// Sessions in the form that operators get.
#[derive(Debug, Clone, Serialize)]
pub struct SessionList {
    /// The sessions, newest first.
    pub sessions: Vec<SessionView>,
}

/// The person's live sessions at this profile, newest first.
///
/// # Errors
/// `Store` when they cannot be read.
pub async fn mine(
    services: &Services,
    profile: &Profile,
    me: &SignedIn,
) -> Result<Vec<SessionView>, FlowError> {
    let filter = SessionFilter {
        profile: Some(profile.id.clone()),
        person: Some(me.session().identity.person()),
        limit: ON_A_PAGE,
        ..SessionFilter::default()
    };
    let now = services.now();
    let sessions = services.store.list(&filter).await?;
    let live = sessions
        .into_iter()
        .filter(|session| session.expires_at > now);
    Ok(live.map(SessionView::from).collect())
}

/// Ends one of the person's own sessions; the id of another person's session ends nothing.
///
/// # Errors
/// `Store` when it cannot be ended.
pub async fn end_one(
    services: &Services,
    profile: &Profile,
    me: &SignedIn,
    id: SessionId,
) -> Result<u64, FlowError> {
    let own = mine(services, profile, me)
        .await?
        .iter()
        .any(|session| session.id == id);
    if !own {
        return Ok(0);
    }
    let count = services.store.end_by_id(Some(&profile.id), id).await?;
    audit::revoked_one(Some(&profile.id), &id, "person", count);
    Ok(count)
}

/// Ends all of the person's sessions at this profile except this one.
///
/// # Errors
/// `Store` when they cannot be ended.
pub async fn end_others(
    services: &Services,
    profile: &Profile,
    me: &SignedIn,
) -> Result<u64, FlowError> {
    let person = me.session().identity.person();
    let count = services
        .store
        .end_by_person(&profile.id, &person, Some(me.session().id))
        .await?;
    audit::revoked(Some(&profile.id), "person", count);
    Ok(count)
}

/// Sessions as an operator selects them. What is not named does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionSelector {
    /// Sessions of this profile.
    pub profile: Option<ProfileId>,
    /// Sessions of this person.
    pub person: Option<SubjectKey>,
    /// Sessions that came from this session at the authority.
    pub sid: Option<String>,
    /// Sessions of the account with this name (user principal name or e-mail address).
    pub account: Option<String>,
}

impl SessionSelector {
    /// What an operator typed, if each text can identify somebody or something.
    ///
    /// # Errors
    /// The name of the text that cannot.
    pub fn typed(
        profile: Option<ProfileId>,
        person: Option<&str>,
        sid: Option<&str>,
        account: Option<&str>,
    ) -> Result<Self, UnusableText> {
        let usable = |name, text: Option<&str>| match text {
            Some(text) if !is_identifier(text, LONGEST_IDENTIFIER) => Err(UnusableText(name)),
            text => Ok(text.map(str::to_owned)),
        };
        Ok(Self {
            profile,
            person: usable("person", person)?.map(SubjectKey::stored),
            sid: usable("sid", sid)?,
            account: usable("account", account)?,
        })
    }
}

/// A text that can identify nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is empty, too long, or has control characters")]
pub struct UnusableText(&'static str);

/// Lists the selected sessions, newest first; at most `limit` of them.
///
/// # Errors
/// `Store` when the sessions cannot be read.
pub async fn list(
    services: &Services,
    selector: SessionSelector,
    limit: u32,
) -> Result<SessionList, FlowError> {
    let filter = SessionFilter {
        profile: selector.profile,
        person: selector.person,
        sid: selector.sid,
        limit: selector
            .account
            .as_ref()
            .map_or(limit, |_| SEARCHED_FOR_ACCOUNTS),
    };
    let account = selector.account.as_deref().map(folded);
    let found = services.store.list(&filter).await?.into_iter();
    let of_account = found.filter(|session| {
        let asked = account.as_ref();
        asked.is_none_or(|account| session.accounts.contains(account))
    });
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(SessionList {
        sessions: of_account.take(most).map(SessionView::from).collect(),
    })
}

/// The people at a profile whose account has this name; usually one. Rows are not searchable by it, because a dump of the
/// database shall not tell who has sessions: the newest sessions are opened and compared.
async fn people_of_account(
    services: &Services,
    profile: &ProfileId,
    account: &str,
) -> Result<Vec<SubjectKey>, FlowError> {
    let filter = SessionFilter {
        profile: Some(profile.clone()),
        limit: SEARCHED_FOR_ACCOUNTS,
        ..SessionFilter::default()
    };
    let account = folded(account);
    let mut people: Vec<SubjectKey> = Vec::new();
    for session in services.store.list(&filter).await? {
        if session.accounts.contains(&account) && !people.contains(&session.person) {
            people.push(session.person);
        }
    }
    Ok(people)
}

/// What an operator ends: no more and no less than was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionsToEnd {
    /// One session.
    One(SessionId),
    /// Sessions that came from one session at the authority.
    Sid(ProfileId, String),
    /// All sessions of a person at a profile.
    Person(ProfileId, SubjectKey),
    /// All sessions of the people whose account has this name, at a profile.
    Account(ProfileId, String),
    /// All sessions of a profile.
    Profile(ProfileId),
    /// Every session of every profile.
    All,
}

/// The operator did not name exactly one thing to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name what to end: id, or profile (alone, with person, account or sid), or all")]
pub struct AmbiguousSelection;

impl SessionsToEnd {
    /// What an operator named: exactly one of an id, a profile (alone, with a person, an account or a `sid`), and
    /// everything.
    ///
    /// # Errors
    /// When nothing was named, or more than one thing.
    pub fn named(
        id: Option<SessionId>,
        selector: SessionSelector,
        all: bool,
    ) -> Result<Self, AmbiguousSelection> {
        let SessionSelector {
            profile,
            person,
            sid,
            account,
        } = selector;
        if let Some(account) = account {
            return match (id, profile, person, sid, all) {
                (None, Some(profile), None, None, false) => Ok(Self::Account(profile, account)),
                _ => Err(AmbiguousSelection),
            };
        }
        match (id, profile, person, sid, all) {
            (Some(id), None, None, None, false) => Ok(Self::One(id)),
            (None, Some(profile), None, Some(sid), false) => Ok(Self::Sid(profile, sid)),
            (None, Some(profile), Some(person), None, false) => Ok(Self::Person(profile, person)),
            (None, Some(profile), None, None, false) => Ok(Self::Profile(profile)),
            (None, None, None, None, true) => Ok(Self::All),
            _ => Err(AmbiguousSelection),
        }
    }
}

/// Ends what an operator named, and says how many sessions that were.
///
/// # Errors
/// `Store` when they cannot be ended.
pub async fn end(services: &Services, sessions: &SessionsToEnd) -> Result<u64, FlowError> {
    let store = &services.store;
    let (profile, count) = match sessions {
        SessionsToEnd::One(id) => {
            let count = store.end_by_id(None, *id).await?;
            audit::revoked_one(None, id, "operator", count);
            return Ok(count);
        }
        SessionsToEnd::Sid(profile, sid) => match store.end_by_sid(profile, sid, None).await? {
            EndedBySid::Ended(count) => (Some(profile), count),
            EndedBySid::OtherPerson => (Some(profile), 0),
        },
        SessionsToEnd::Person(profile, person) => {
            let count = store.end_by_person(profile, person, None).await?;
            (Some(profile), count)
        }
        SessionsToEnd::Account(profile, account) => {
            let mut count = 0;
            for person in people_of_account(services, profile, account).await? {
                count += store.end_by_person(profile, &person, None).await?;
            }
            (Some(profile), count)
        }
        SessionsToEnd::Profile(profile) => (Some(profile), store.end_all(Some(profile)).await?),
        SessionsToEnd::All => (None, store.end_all(None).await?),
    };
    audit::revoked(profile, "operator", count);
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_unless_exactly_one_thing_is_named() {
        let profile = || ProfileId::parse("staff");
        let id = SessionId::from_bytes([1; 16]);
        let of = |profile, person: Option<&str>, sid: Option<&str>| SessionSelector {
            profile,
            person: person.map(SubjectKey::stored),
            sid: sid.map(str::to_owned),
            account: None,
        };
        let of_account = |profile, person: Option<&str>| SessionSelector {
            account: Some("ada@contoso.example".to_owned()),
            ..of(profile, person, None)
        };
        let none = SessionSelector::default;
        assert_eq!(
            SessionsToEnd::named(Some(id), none(), false),
            Ok(SessionsToEnd::One(id))
        );
        assert_eq!(
            SessionsToEnd::named(None, none(), true),
            Ok(SessionsToEnd::All)
        );
        for good in [
            of(profile(), None, None),
            of(profile(), Some("ada"), None),
            of(profile(), None, Some("1")),
            of_account(profile(), None),
        ] {
            assert!(SessionsToEnd::named(None, good.clone(), false).is_ok());
            let both = SessionsToEnd::named(Some(id), good.clone(), false);
            assert_eq!(both, Err(AmbiguousSelection));
            let everything = SessionsToEnd::named(None, good, true);
            assert_eq!(everything, Err(AmbiguousSelection));
        }
        for bad in [
            none(),
            of(None, Some("ada"), None),
            of(None, None, Some("1")),
            of(profile(), Some("ada"), Some("1")),
            of_account(None, None),
            of_account(profile(), Some("ada")),
        ] {
            let named = SessionsToEnd::named(None, bad, false);
            assert_eq!(named, Err(AmbiguousSelection));
        }
    }
}
