//! Which scopes are asked for: at sign-in, and for the token of one API.
//!
//! Microsoft gives a token for one resource at a time (microsoft-identity 2.3): the authorization request may name
//! several for consent, a token request names one.

use crate::domain::api::{Api, RESERVED_SCOPES, Scope};
use crate::domain::authority::UserFlowKind;
use crate::domain::profile::Profile;
use crate::oidc::discovery::metadata::Metadata;

/// The API whose token a sign-in brings: the one it is for, else the profile's first.
pub fn signed_in_api<'a>(profile: &'a Profile, wanted: Option<&'a Api>) -> Option<&'a Api> {
    wanted.or_else(|| profile.apis.first())
}

/// Scopes of an authorization request, sorted, each once.
pub(crate) fn of_authorization(
    profile: &Profile,
    metadata: &Metadata,
    journey: UserFlowKind,
    api: Option<&Api>,
) -> Vec<String> {
    let mut scopes = reserved(profile, metadata);
    // The other journeys only show a page; their tokens are not kept.
    if journey == UserFlowKind::SignIn {
        scopes.extend(texts(&profile.authorize.extra_scopes));
        if profile.authority.dialect().microsoft {
            scopes.extend(api.map(|api| texts(&api.scopes)).unwrap_or_default());
        } else {
            // One token serves all APIs, so all are asked for at once.
            scopes.extend(profile.apis.iter().flat_map(|api| texts(&api.scopes)));
        }
    }
    sorted(scopes)
}

/// Scopes of a token request; `None` where the parameter is left out because the grant implies them (RFC 6749 §6).
pub(crate) fn of_token(
    profile: &Profile,
    metadata: &Metadata,
    api: Option<&Api>,
) -> Option<Vec<String>> {
    if !profile.authority.dialect().microsoft {
        return None;
    }
    let mut scopes = reserved(profile, metadata);
    match api {
        Some(api) => scopes.extend(texts(&api.scopes)),
        None => scopes.extend(
            texts(&profile.authorize.extra_scopes)
                .into_iter()
                .filter(|scope| is_graph(scope)),
        ),
    }
    Some(sorted(scopes))
}

/// Whether a token with the scopes of `api` (or with none of an API) is for Microsoft Graph: scopes without a
/// resource are Graph's.
pub(crate) fn token_is_for_graph(profile: &Profile, api: Option<&Api>) -> bool {
    let graph_scopes =
        api.is_none_or(|api| api.scopes.iter().all(|scope| is_graph(scope.as_str())));
    profile.authority.dialect().groups_from_graph && graph_scopes
}

fn is_graph(scope: &str) -> bool {
    !scope.contains('/') || scope.starts_with("https://graph.microsoft.")
}

/// The scopes that the gateway needs itself. A provider that lists its scopes and not this one refuses it.
fn reserved(profile: &Profile, metadata: &Metadata) -> Vec<String> {
    let supported = |scope: &&str| {
        *scope == "openid"
            || profile.authority.dialect().microsoft
            || metadata
                .scopes_supported
                .as_ref()
                .is_none_or(|all| all.iter().any(|known| known == scope))
    };
    let wanted = RESERVED_SCOPES.into_iter().filter(supported);
    wanted.map(str::to_owned).collect()
}

fn texts(scopes: &[Scope]) -> Vec<String> {
    scopes
        .iter()
        .map(|scope| scope.as_str().to_owned())
        .collect()
}

fn sorted(mut scopes: Vec<String>) -> Vec<String> {
    scopes.sort();
    scopes.dedup();
    scopes
}
