//! Access: the profile's rule applied to a person, with groups read from the directory where the token leaves them out.

use crate::domain::access_rule::Denial;
use crate::domain::api::{Api, ApiName, Scope};
use crate::domain::attempt::Attempt;
use crate::domain::identity::{Groups, Identity};
use crate::domain::profile::Profile;
use crate::domain::secret::AccessToken;
use crate::domain::token_set::TokenSet;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::oidc::{AuthorityErrorDetail, RefreshError, Topic};
use std::time::Duration;
use url::Url;

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
