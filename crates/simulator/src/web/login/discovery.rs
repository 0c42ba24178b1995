//! What libraries ask before they trust an authority: instance discovery and home realm discovery.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::failure::Trace;
use crate::names::{CLOUDS, Cloud, is_simulated, split_port};
use crate::realm::Realm;
use crate::web::incoming::Incoming;
use crate::web::response;

/// Which login hosts belong together. An authority that is none of Microsoft's is an `invalid_instance`.
pub(crate) fn instance(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    let asked = incoming
        .query
        .text("authorization_endpoint")
        .unwrap_or_default();
    let rest = asked.split_once("://").map_or(asked, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = split_port(authority).0.to_ascii_lowercase();
    let tenant = path.split('/').next().unwrap_or_default();
    let local = realm.names.is_local() && is_simulated(&host, &incoming.platform.tenants());
    if Cloud::of_login_host(&host).is_none() && !local {
        return response::json(400, &invalid(&incoming.platform.trace()));
    }
    let tenant = if tenant.is_empty() { "common" } else { tenant };
    let mut metadata: Vec<Value> = CLOUDS.iter().map(listed).collect();
    if local {
        metadata.push(json!({"preferred_network": authority, "preferred_cache": authority, "aliases": [authority]}));
    }
    let origin = realm.names.entra();
    response::json(
        200,
        &json!({
            "tenant_discovery_endpoint": format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": metadata,
        }),
    )
}

/// Recorded shape (MSAL.js, `AuthorityMetadata.ts`); the global cloud is cached under an older name.
fn listed(cloud: &Cloud) -> Value {
    let mut aliases = vec![cloud.login];
    aliases.extend(cloud.aliases);
    let cache = cloud
        .aliases
        .iter()
        .find(|alias| **alias == "login.windows.net")
        .unwrap_or(&cloud.login);
    json!({"preferred_network": cloud.login, "preferred_cache": cache, "aliases": aliases})
}

fn invalid(trace: &Trace) -> Value {
    let Trace {
        id,
        correlation_id,
        timestamp,
    } = trace;
    json!({
        "error": "invalid_instance",
        "error_description": format!("AADSTS50049: Unknown or invalid instance. Trace ID: {id} Correlation ID: {correlation_id} Timestamp: {timestamp}"),
        "error_codes": [50049],
        "timestamp": timestamp,
        "trace_id": id,
        "correlation_id": correlation_id,
    })
}

/// Whether a user name is managed here. Federation is not simulated.
pub(crate) fn user_realm(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    let name = incoming.path.rsplit('/').next().unwrap_or_default();
    let name = url::form_urlencoded::parse(name.replace('+', "%2B").as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default();
    let domain = name.split_once('@').map_or("", |(_, domain)| domain);
    let known = incoming
        .platform
        .tenants()
        .iter()
        .any(|tenant| tenant.domain.eq_ignore_ascii_case(domain));
    let account_type = if known { "Managed" } else { "Unknown" };
    response::json(
        200,
        &json!({
            "ver": "1.0",
            "account_type": account_type,
            "domain_name": domain,
            "cloud_instance_name": realm.names.cloud.instance,
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        }),
    )
}
