//! The older endpoints (`/oauth2/authorize`, `/oauth2/token`), which name one resource instead of scopes.

use crate::encoding::Members;
use crate::realm::{Realm, Version};
use crate::scopes::GRAPH_AUDIENCE;
use crate::web::incoming::Parameters;

/// Graph under its application id, and the retired Graph of Azure AD.
const GRAPH: [&str; 4] = [
    "00000003-0000-0000-c000-000000000000",
    "00000002-0000-0000-c000-000000000000",
    "https://graph.windows.net",
    "https://graph.windows.net/",
];

/// The `scope` of a request; at the older endpoints it comes of `resource`.
pub(crate) fn scope(realm: &Realm, parameters: &Parameters) -> Option<String> {
    let scope = parameters.text("scope");
    if realm.version == Version::V2 {
        return scope.map(str::to_owned);
    }
    let resource = parameters.text("resource").unwrap_or(GRAPH_AUDIENCE);
    let resource = if GRAPH.contains(&resource) {
        GRAPH_AUDIENCE
    } else {
        resource.trim_end_matches('/')
    };
    // The older endpoint always issues an ID token and a refresh token.
    Some(format!("openid profile offline_access {resource}/.default"))
}

/// Recorded: the older endpoint writes numbers as text (openidconnect-rs #106) and names the resource.
pub(crate) fn reshape(body: &mut Members, resource: &str, now: i64) {
    if let Some(lifetime) = body.get("expires_in").and_then(serde_json::Value::as_i64) {
        body.insert("expires_on".to_owned(), (now + lifetime).into());
        body.insert("not_before".to_owned(), (now - 300).into());
    }
    body.insert("resource".to_owned(), resource.into());
    for value in body.values_mut().filter(|value| value.is_number()) {
        *value = value.to_string().into();
    }
}
