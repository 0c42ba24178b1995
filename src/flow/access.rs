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
use crate::oidc::{AuthorityErrorDetail, Topic};
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
    let left_out = identity.groups() == Groups::Unknown;
    let readable = profile.authority.dialect().groups_from_graph;
    let mut identity = identity;
    if left_out && readable && profile.allow.needs_groups() {
        let token = match graph_token {
            Some(token) => Some(token),
            None => directory_token(services, profile, &identity, &mut tokens).await,
        };
        if let Some(token) = token
            && let Groups::Known(groups) = services.authorities.groups(profile, &token).await
        {
            identity = identity.with_groups(&groups);
        }
    }
    let verdict = profile.allow.judge(&identity).map(|()| identity);
    (tokens, verdict)
}

/// A token for Microsoft Graph, for a sign-in that brought a token for another API only.
async fn directory_token(
    services: &Services,
    profile: &Profile,
    identity: &Identity,
    tokens: &mut TokenSet,
) -> Option<AccessToken> {
    let directory = Api {
        name: ApiName::parse("directory")?,
        title: "directory".to_owned(),
        endpoint: Url::parse("https://graph.microsoft.com/v1.0/me").ok()?,
        scopes: vec![Scope::parse("User.Read")?],
    };
    let refreshed = services
        .authorities
        .refresh(profile, tokens, identity, Some(&directory), None)
        .await
        .ok()?;
    *tokens = refreshed.tokens;
    tokens
        .access
        .retain(|grant| grant.api.as_ref() != Some(&directory.name));
    refreshed.graph_token
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
