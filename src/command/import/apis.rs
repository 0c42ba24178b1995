//! `SCOPE` and `ENDPOINT` of a sample become APIs: one for each resource, because Microsoft issues a token for one
//! resource at a time.

use std::collections::BTreeMap;

use url::Url;

use crate::command::import::draft::{Draft, DraftApi};
use crate::domain::api::RESERVED_SCOPES;
use crate::domain::authority::Kind;

/// The resource of scopes without a resource.
const GRAPH: &str = "https://graph.microsoft.com";

pub(in crate::command) fn apis(variables: &BTreeMap<String, String>, draft: &mut Draft) {
    let mut endpoint = variables.get("ENDPOINT").cloned();
    let microsoft = draft.kind != Some(Kind::Oidc);
    let mut groups = scopes_by_resource(variables, microsoft);
    let graph = |text: &str| text.contains("graph.microsoft.");
    if draft.kind == Some(Kind::B2c) {
        let before = groups.len();
        groups.retain(|(resource, _)| !graph(resource));
        let of_graph = endpoint.as_deref().is_some_and(graph);
        if of_graph {
            endpoint = None;
        }
        if of_graph || groups.len() < before {
            draft.note("Microsoft Graph in ENDPOINT and SCOPE was ignored: B2C does not issue tokens for Microsoft Graph, although the template of the sample names it; add an [[api]] for an API of your own");
        }
    }
    let Some(endpoint) = endpoint else {
        draft.scopes = groups.into_iter().flat_map(|(_, scopes)| scopes).collect();
        return;
    };
    // The scopes of the endpoint's own resource belong to it, or else the first scopes.
    let own = groups
        .iter()
        .position(|(resource, _)| host(resource).is_some() && host(resource) == host(&endpoint))
        .unwrap_or(0);
    let scopes = if groups.is_empty() {
        draft.note(
            "SCOPE is missing beside ENDPOINT: the API will be called with a token without scopes",
        );
        Vec::new()
    } else {
        groups.remove(own).1
    };
    let name = if graph(&endpoint) { "graph" } else { "api" };
    draft.apis.push(DraftApi {
        name: name.to_owned(),
        endpoint: Some(endpoint),
        scopes,
    });
    for (resource, scopes) in groups {
        other(&resource, scopes, draft);
    }
}

/// The scopes of `SCOPE`, without those of OpenID Connect itself, by their resource and in their order.
fn scopes_by_resource(
    variables: &BTreeMap<String, String>,
    microsoft: bool,
) -> Vec<(String, Vec<String>)> {
    let text = variables
        .get("SCOPE")
        .map(String::as_str)
        .unwrap_or_default();
    let scopes = text
        .split(|letter: char| letter.is_whitespace() || letter == ',')
        .filter(|scope| !scope.is_empty() && !RESERVED_SCOPES.contains(scope));
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for scope in scopes {
        let resource = if microsoft { resource_of(scope) } else { "" };
        match groups.iter_mut().find(|(known, _)| known == resource) {
            Some((_, scopes)) => scopes.push(scope.to_owned()),
            None => groups.push((resource.to_owned(), vec![scope.to_owned()])),
        }
    }
    groups
}

/// Scopes of another resource than the endpoint's become an API of their own, whose address the sample does not name.
fn other(resource: &str, scopes: Vec<String>, draft: &mut Draft) {
    let endpoint = if resource == GRAPH {
        Some(format!("{GRAPH}/v1.0/me"))
    } else {
        // An App ID URI is not an address, and no API answers at the domain of a tenant.
        host(resource)
            .filter(|host| !host.ends_with(".onmicrosoft.com"))
            .map(|_| format!("{}/", resource.trim_end_matches('/')))
    };
    let base = if resource == GRAPH {
        "graph".to_owned()
    } else {
        name_of(resource)
    };
    let taken = |name: &str| draft.apis.iter().any(|api| api.name == name);
    // As many names as there are APIs, and one more: one of them is free.
    let name = (2..=draft.apis.len() + 1)
        .map(|nth| format!("{base}-{nth}"))
        .fold(
            base.clone(),
            |free, next| if taken(&free) { next } else { free },
        );
    draft.note(match &endpoint {
        Some(endpoint) => format!(
            "SCOPE names {resource} besides the resource of ENDPOINT: it became the [[api]] {name}; check its endpoint, {endpoint}"
        ),
        None => format!(
            "SCOPE names {resource} besides the resource of ENDPOINT: the [[api]] {name} is a comment in the profile; add its endpoint and remove the comment signs"
        ),
    });
    draft.apis.push(DraftApi {
        name,
        endpoint,
        scopes,
    });
}

/// The resource of a scope: the text before its last slash. A scope without a slash belongs to Microsoft Graph.
fn resource_of(scope: &str) -> &str {
    match scope.rsplit_once('/') {
        None => GRAPH,
        Some((resource, _)) if host(resource).as_deref() == host(GRAPH).as_deref() => GRAPH,
        Some((resource, _)) => resource,
    }
}

fn host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let web = ["http", "https"].contains(&url.scheme());
    url.host_str().filter(|_| web).map(str::to_owned)
}

/// A name from the host, or from the App ID URI: letters, digits and hyphens.
fn name_of(resource: &str) -> String {
    let text = host(resource)
        .filter(|host| !host.ends_with(".onmicrosoft.com"))
        .unwrap_or_else(|| {
            let last = resource.rsplit(['/', ':']).find(|part| !part.is_empty());
            last.unwrap_or("api").to_owned()
        });
    let name: String = text
        .to_ascii_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    match name.trim_matches('-') {
        "" => "api".to_owned(),
        name => name.to_owned(),
    }
}
