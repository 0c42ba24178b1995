//! Access: the profile's rule applied to a person, with groups read from the directory where the token leaves them out, or
//! where they were never read.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::domain::access_rule::Denial;
use crate::domain::api::{Api, ApiName, Scope};
use crate::domain::attempt::Attempt;
use crate::domain::identity::{Groups, Identity};
use crate::domain::profile::Profile;
use crate::domain::secret::AccessToken;
use crate::domain::session::{Session, SessionHandle};
use crate::domain::token_set::TokenSet;
use crate::flow::error::FlowError;
use crate::flow::refresh::LONGEST_RETRY_AFTER;
use crate::flow::refresh::turn::{HeldLease, LEASE, RowState};
use crate::flow::services::Services;
use crate::oidc::{AuthorityErrorDetail, RefreshError, Topic};
use crate::seal::handle_hash;
use crate::store::{Lease, LeaseOwner};

/// Applies the rule.
///
/// 1. If the rule needs groups and the token leaves them out, they are read from Microsoft Graph, where the authority has
///    it. That may take a refresh for a token of Graph.
/// 2. The rule judges. Unknown groups are never taken for no groups.
///
/// The tokens beside the verdict are the newest ones. The identity of the verdict has the groups that were read;
/// `Denial` names the first list that does not pass.
pub async fn admit(
    services: &Services,
    profile: &Profile,
    identity: Identity,
    mut tokens: TokenSet,
    graph_token: Option<AccessToken>,
) -> (TokenSet, Result<Identity, Denial>) {
    let mut identity = identity;
    if identity.groups() == Groups::Unknown && profile.allow.needs_groups() {
        let read = read_groups(services, profile, &identity, &mut tokens, graph_token).await;
        if let GroupsRead::Known(groups) = read {
            identity = identity.with_groups(&groups);
        }
    }
    let verdict = profile.allow.judge(&identity).map(|()| identity);
    (tokens, verdict)
}

/// What came of reading groups that a token left out.
#[derive(Debug)]
pub enum GroupsRead {
    /// All groups of the person.
    Known(Vec<String>),
    /// They cannot be read now; a later try may succeed, after this time if one is given.
    Unavailable(Option<Duration>),
    /// Nothing that the session has can ever read them. A new sign-in may.
    Unreadable,
}

/// Reads the groups of a person from Microsoft Graph, with a token of Graph or a refresh for one. `tokens` become the
/// newest ones, whatever is returned, and must be stored.
pub async fn read_groups(
    services: &Services,
    profile: &Profile,
    identity: &Identity,
    tokens: &mut TokenSet,
    graph_token: Option<AccessToken>,
) -> GroupsRead {
    if !profile.authority.dialect().groups_from_graph {
        return GroupsRead::Unreadable;
    }
    let token = match graph_token {
        Some(token) => Ok(Some(token)),
        None => directory_token(services, profile, identity, tokens).await,
    };
    match token {
        Ok(Some(token)) => match services.authorities.groups(profile, &token).await {
            Groups::Known(groups) => GroupsRead::Known(groups),
            Groups::Unknown => GroupsRead::Unavailable(None),
        },
        Ok(None) | Err(RefreshError::ClientRefused(_)) => GroupsRead::Unavailable(None),
        Err(RefreshError::Throttled { retry_after, .. }) => {
            GroupsRead::Unavailable(Some(retry_after))
        }
        Err(RefreshError::Unavailable { retry_after, .. }) => GroupsRead::Unavailable(retry_after),
        Err(
            RefreshError::NoRefreshToken
            | RefreshError::InteractionRequired(_)
            | RefreshError::Rejected(_)
            | RefreshError::Invalid(_),
        ) => GroupsRead::Unreadable,
    }
}

/// A token for Microsoft Graph, for a sign-in that brought a token for another API only. `None` if the answer could not
/// be checked or brought no such token.
async fn directory_token(
    services: &Services,
    profile: &Profile,
    identity: &Identity,
    tokens: &mut TokenSet,
) -> Result<Option<AccessToken>, RefreshError> {
    let address = "https://graph.microsoft.com/v1.0/me";
    let (Some(name), Ok(endpoint), Some(scope)) = (
        ApiName::parse("directory"),
        Url::parse(address),
        Scope::parse("User.Read"),
    ) else {
        return Ok(None);
    };
    let directory = Api {
        name,
        title: "directory".to_owned(),
        endpoint,
        scopes: vec![scope],
    };
    let refreshed = services
        .authorities
        .refresh(profile, tokens, identity, Some(&directory), None)
        .await?;
    *tokens = refreshed.tokens;
    tokens
        .access
        .retain(|grant| grant.api.as_ref() != Some(&directory.name));
    Ok(refreshed.graph_token)
}

/// The error of a step-up that came back without consent to the scopes of its API: no further round trip follows.
/// `None` if the refusal was about something else.
pub fn not_consented(
    profile: &Profile,
    attempt: &Attempt,
    detail: &AuthorityErrorDetail,
) -> Option<FlowError> {
    attempt.expects.as_ref()?;
    let api = attempt.api.as_ref().and_then(|name| profile.api(name))?;
    (detail.topic() == Topic::ConsentDeclined || detail.lacks_consent())
        .then(|| consent_missing(profile, api, detail))
}

/// The error of an authority that wants consent to the scopes of an API.
pub fn consent_missing(profile: &Profile, api: &Api, detail: &AuthorityErrorDetail) -> FlowError {
    let scopes = api
        .scopes
        .iter()
        .map(|scope| scope.as_str().to_owned())
        .collect();
    let admin_only = profile.authority.dialect().admin_consent_only || detail.needs_administrator();
    FlowError::Ungranted {
        api: api.name.clone(),
        scopes,
        admin_only,
    }
}

/// The error of scopes that were not granted.
pub fn ungranted<'a>(
    profile: &Profile,
    api: &Api,
    scopes: impl Iterator<Item = &'a str>,
) -> FlowError {
    FlowError::Ungranted {
        api: api.name.clone(),
        scopes: scopes.map(str::to_owned).collect(),
        admin_only: profile.authority.dialect().admin_consent_only,
    }
}

/// How long this process does not try again after a failure.
const GROUPS_BACK_OFF: Duration = Duration::from_secs(5);
/// How long each try waits for a refresh that is running, or for another request that reads the groups.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often the row is tried.
const TRIES: u32 = 3;

/// What came of reading groups that were never read, because the profile had no rule for groups at the sign-in.
#[derive(Debug)]
pub enum MissingGroups {
    /// The session with the groups, as it is stored now.
    Read(Arc<Session>),
    /// Only a new sign-in can read them, or the session ended meanwhile.
    SignInAgain,
    /// They cannot be read now.
    Unavailable,
}

/// Reads the groups of a session that has none, and stores them.
///
/// 1. After a failure, this process does not try again for a few seconds.
/// 2. The lease of the row, because reading the groups may take a refresh. Whoever does not get the lease waits for its
///    holder, and finds the groups that the holder stored.
/// 3. Under the lease the groups are read. The newest tokens are stored, with the groups or without.
///
/// # Errors
/// `Store` when the store gives no answer.
pub async fn read_missing_groups(
    services: &Services,
    profile: &Profile,
    handle: &SessionHandle,
) -> Result<MissingGroups, FlowError> {
    let key = handle_hash(handle);
    let owner = LeaseOwner::generate(&*services.random);
    for _ in 0..TRIES {
        let held_back = &services.groups_backoff;
        if held_back.remaining(&key, services.now()).is_some() {
            return Ok(MissingGroups::Unavailable);
        }
        let Some(seen) = services.store.tokens(handle).await? else {
            return Ok(MissingGroups::SignInAgain);
        };
        match services.store.lease_to_write(handle, owner, LEASE).await? {
            Lease::Gone => return Ok(MissingGroups::SignInAgain),
            Lease::Held | Lease::BackingOff(_) => {
                let store = &services.store;
                store
                    .wait_for_refresh(handle, seen.version, PATIENCE)
                    .await?;
            }
            Lease::Taken(stored) => {
                let Some(session) = services.store.find(handle).await? else {
                    return Ok(MissingGroups::SignInAgain);
                };
                let held = HeldLease {
                    store: &services.store,
                    handle,
                    session_id: session.id,
                    owner,
                    stored,
                };
                if session.identity.groups() != Groups::Unknown {
                    held.release().await;
                    return Ok(MissingGroups::Read(session));
                }
                let reading = under_lease(services, profile, &session, &held);
                return held.renewed_during(reading).await;
            }
        }
        if let Some(session) = services.store.find(handle).await?
            && session.identity.groups() != Groups::Unknown
        {
            return Ok(MissingGroups::Read(session));
        }
    }
    Ok(MissingGroups::Unavailable)
}

/// Step 3.
async fn under_lease(
    services: &Services,
    profile: &Profile,
    session: &Session,
    held: &HeldLease<'_>,
) -> Result<MissingGroups, FlowError> {
    let mut tokens = held.stored.tokens.clone();
    let read = read_groups(services, profile, &session.identity, &mut tokens, None).await;
    let identity = match &read {
        GroupsRead::Known(groups) => Some(session.identity.with_groups(groups)),
        GroupsRead::Unavailable(_) | GroupsRead::Unreadable => None,
    };
    if let RowState::Gone = held.store_tokens(&tokens, identity.as_ref()).await? {
        return Ok(MissingGroups::SignInAgain);
    }
    match read {
        GroupsRead::Known(_) => Ok(match services.store.find(held.handle).await? {
            Some(session) => MissingGroups::Read(session),
            None => MissingGroups::SignInAgain,
        }),
        GroupsRead::Unreadable => Ok(MissingGroups::SignInAgain),
        GroupsRead::Unavailable(retry_after) => {
            let pause = retry_after
                .unwrap_or(GROUPS_BACK_OFF)
                .min(LONGEST_RETRY_AFTER);
            let until = services.now() + pause;
            let key = handle_hash(held.handle);
            services.groups_backoff.hold_back(key, until, ());
            Ok(MissingGroups::Unavailable)
        }
    }
}
