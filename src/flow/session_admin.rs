//! Sessions seen and ended: by the person here, by an operator anywhere.

use crate::domain::identity::SubjectKey;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::session::SessionId;
use crate::flow::audit;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;
use crate::store::{EndedBySid, SessionFilter, SessionSummary};

/// Sessions of a person shown on one page at most.
const ON_A_PAGE: u32 = 100;

/// The person's live sessions at this profile, newest first.
///
/// # Errors
/// `Store` when they cannot be read.
pub async fn mine(
    services: &Services,
    profile: &Profile,
    me: &SignedIn,
) -> Result<Vec<SessionSummary>, FlowError> {
    let filter = SessionFilter {
        profile: Some(profile.id.clone()),
        person: Some(me.session().identity.person()),
        limit: ON_A_PAGE,
        ..SessionFilter::default()
    };
    let now = services.now();
    let mut sessions = services.store.list(&filter).await?;
    sessions.retain(|session| session.expires_at > now);
    Ok(sessions)
}

/// Ends one of the person's own sessions; another's id ends nothing.
///
/// # Errors
/// `Store` when it cannot be ended.
pub async fn end_one(
    services: &Services,
    profile: &Profile,
    me: &SignedIn,
    id: SessionId,
) -> Result<(), FlowError> {
    let own = mine(services, profile, me)
        .await?
        .iter()
        .any(|session| session.id == id);
    if own {
        let count = services.store.end_by_id(Some(&profile.id), id).await?;
        audit::revoked_one(Some(&profile.id), &id, "person", count);
    }
    Ok(())
}

/// Ends all of the person's sessions at this profile but this one.
///
/// # Errors
/// `Store` when they cannot be ended.
pub async fn end_others(
    services: &Services,
    profile: &Profile,
    me: &SignedIn,
) -> Result<(), FlowError> {
    let person = me.session().identity.person();
    let count = services
        .store
        .end_by_person(&profile.id, &person, Some(me.session().id))
        .await?;
    audit::revoked(Some(&profile.id), "person", count);
    Ok(())
}

/// Which sessions an operator means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// One, by its id.
    One(SessionId),
    /// Those of an authority's session.
    Sid(ProfileId, String),
    /// All of a person at a profile.
    Person(ProfileId, SubjectKey),
    /// All of a profile.
    Profile(ProfileId),
    /// Every session there is.
    All,
}

/// Ends what an operator means and says how many.
///
/// # Errors
/// `Store` when they cannot be ended.
pub async fn end_for_operator(services: &Services, which: &Which) -> Result<u64, FlowError> {
    let store = &services.store;
    let (profile, count) = match which {
        Which::One(id) => {
            let count = store.end_by_id(None, *id).await?;
            audit::revoked_one(None, id, "operator", count);
            return Ok(count);
        }
        Which::Sid(profile, sid) => match store.end_by_sid(profile, sid, None).await? {
            EndedBySid::Ended(count) => (Some(profile), count),
            EndedBySid::OtherPerson => (Some(profile), 0),
        },
        Which::Person(profile, person) => (
            Some(profile),
            store.end_by_person(profile, person, None).await?,
        ),
        Which::Profile(profile) => (Some(profile), store.end_all(Some(profile)).await?),
        Which::All => (None, store.end_all(None).await?),
    };
    audit::revoked(profile, "operator", count);
    Ok(count)
}
