//! What to register for routes that take access tokens.

use std::fmt::Write as _;

use crate::domain::api::Scope;
use crate::domain::bearer_rule::BearerRule;
use crate::domain::profile::Profile;
use crate::domain::protected_resource::ProtectedResource;
use crate::domain::route::Route;

/// A note for each route that takes access tokens.
pub(super) fn bearer_notes(profile: &Profile) -> Vec<String> {
    let microsoft = profile.authority.dialect().microsoft;
    let mut notes = Vec::new();
    for route in profile.routes.written() {
        if let Some(rule) = &route.accept_bearer {
            notes.push(registration_note(rule, route, microsoft));
            notes.extend(resource_note(profile, route, rule).filter(|_| microsoft));
        }
    }
    notes
}

fn registration_note(rule: &BearerRule, route: &Route, microsoft: bool) -> String {
    let place = format!("route {}{}", route.host, route.path);
    if !microsoft {
        let audiences = rule.audiences.join(" or ");
        return format!(
            "{place} takes access tokens: the provider must issue them with the audience {audiences}"
        );
    }
    let uri = rule.identifier_uri().unwrap_or_default();
    let mut note = format!(
        "{place} takes access tokens: register the API with the identifier URI (Application ID URI) {uri}"
    );
    let scopes: Vec<_> = rule.scopes.iter().map(Scope::as_str).collect();
    if !scopes.is_empty() {
        let _ = write!(
            note,
            " and the scopes {}, which clients ask for as {}",
            scopes.join(", "),
            rule.requestable_scopes(true).join(" ")
        );
    }
    if !rule.roles.is_empty() {
        let _ = write!(
            note,
            "; create the app roles {} with the member type Applications",
            rule.roles.join(", ")
        );
    }
    note.push_str("; v1 tokens name the identifier URI as their audience, v2 tokens (requestedAccessTokenVersion 2) the client id of the API: the key audience must list what they name");
    note
}

/// MCP clients send the address of the resource to the authority, which knows identifier URIs only.
fn resource_note(profile: &Profile, route: &Route, rule: &BearerRule) -> Option<String> {
    let resource = ProtectedResource::at(&profile.public_url, &route.host, &route.path)?;
    let identifier = resource.identifier();
    (rule.identifier_uri().as_ref() != Some(&identifier)).then(|| {
        format!("for MCP clients the identifier URI of that API must be {identifier}, because they send this address as the parameter resource (AADSTS9010010 otherwise)")
    })
}
