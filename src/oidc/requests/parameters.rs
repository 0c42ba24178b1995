//! The `scope` and `claims` parameters of authorization and token requests.
//!
//! Microsoft issues a token for one resource at a time (microsoft-identity 2.3): the authorization request may name
//! several resources for consent, a token request names one.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use url::Url;

use crate::domain::api::{Api, RESERVED_SCOPES, Scope};
use crate::domain::authority::{UserFlowKind, is_graph_host};
use crate::domain::profile::Profile;
use crate::oidc::discovery::metadata::Metadata;

/// The form of a request, before it is encoded.
pub(crate) type Form<'a> = Vec<(&'static str, Cow<'a, str>)>;

/// The API whose token a sign-in brings: the wanted one, else the profile's first.
pub fn signed_in_api<'a>(profile: &'a Profile, wanted: Option<&'a Api>) -> Option<&'a Api> {
    wanted.or_else(|| profile.apis.first())
}

/// Scopes of an authorization request, sorted, each once.
pub(crate) fn authorization_scopes(
    profile: &Profile,
    metadata: &Metadata,
    flow: UserFlowKind,
    api: Option<&Api>,
) -> Vec<String> {
    let mut scopes = reserved(profile, metadata);
    // The other user flows only show a page; their tokens are not kept.
    if flow == UserFlowKind::SignIn {
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

/// Scopes of a token request; `None` where the grant implies them and the parameter is left out (RFC 6749 §6).
fn token_scopes(profile: &Profile, metadata: &Metadata, api: Option<&Api>) -> Option<Vec<String>> {
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

/// Whether a token with the scopes of `api`, or without an API, is for Microsoft Graph: scopes without a resource are
/// Graph's.
pub(crate) fn token_is_for_graph(profile: &Profile, api: Option<&Api>) -> bool {
    let graph_scopes =
        api.is_none_or(|api| api.scopes.iter().all(|scope| is_graph(scope.as_str())));
    profile.authority.dialect().groups_from_graph && graph_scopes
}

fn is_graph(scope: &str) -> bool {
    let of_graph = || Url::parse(scope).ok()?.host_str().map(is_graph_host);
    !scope.contains('/')
        || scope.starts_with("https://graph.microsoft.")
        || of_graph().unwrap_or_default()
}

/// The scopes that the gateway itself needs, without those that the authority does not announce: it would refuse them.
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

/// Adds `scope` and `claims` to a token request, where they have a value. `challenge` is the claims challenge that the
/// authorization request met, or that this one shall meet.
pub(crate) fn add_token_parameters(
    form: &mut Form<'_>,
    profile: &Profile,
    metadata: &Metadata,
    api: Option<&Api>,
    challenge: Option<&str>,
) {
    let scope = token_scopes(profile, metadata, api).map(|scopes| scopes.join(" "));
    let claims = claims_parameter(profile.authority.dialect().claims_challenge, challenge);
    form.extend(scope.map(|scope| ("scope", scope.into())));
    form.extend(claims.map(|claims| ("claims", claims.into())));
}

/// The `claims` parameter (OIDC Core §5.5): the capability `cp1` where claims challenges are handled, merged with the
/// challenge to meet. `None` if there is neither. A challenge that is not a JSON object is left out.
pub(crate) fn claims_parameter(announce: bool, challenge: Option<&str>) -> Option<String> {
    let mut claims = Map::new();
    if let Some(Value::Object(challenge)) =
        challenge.and_then(|text| serde_json::from_str(text).ok())
    {
        claims = challenge;
    }
    if announce {
        let capability = json!({"access_token": {"xms_cc": {"values": ["cp1"]}}});
        if let Value::Object(capability) = capability {
            merge(&mut claims, capability);
        }
    }
    (!claims.is_empty()).then(|| Value::Object(claims).to_string())
}

/// Claims that also demand authentication contexts in the ID token, any one of them.
pub(crate) fn with_contexts(challenge: Option<&str>, contexts: &[String]) -> Option<String> {
    if contexts.is_empty() {
        return challenge.map(str::to_owned);
    }
    let mut claims = Map::new();
    if let Some(Value::Object(challenge)) =
        challenge.and_then(|text| serde_json::from_str(text).ok())
    {
        claims = challenge;
    }
    let demanded = json!({"id_token": {"acrs": {"essential": true, "values": contexts}}});
    if let Value::Object(demanded) = demanded {
        merge(&mut claims, demanded);
    }
    Some(Value::Object(claims).to_string())
}

/// Adds members; those that are objects in both are merged member by member.
fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(inner)), Value::Object(value)) => merge(inner, value),
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: T11
    #[test]
    fn a_challenge_and_the_capability_are_sent_together() {
        let challenge = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;
        let text = claims_parameter(true, Some(challenge)).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["access_token"]["nbf"]["value"], "1604106651");
        assert_eq!(value["access_token"]["xms_cc"]["values"][0], "cp1");
    }

    #[test]
    fn without_challenge_and_capability_nothing_is_sent() {
        assert_eq!(claims_parameter(false, None), None);
        assert_eq!(claims_parameter(false, Some("[]")), None);
        assert!(claims_parameter(true, Some("not json")).is_some());
    }
}
