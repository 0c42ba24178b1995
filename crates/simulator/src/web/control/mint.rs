//! `POST /token`: tokens without a browser, as the token endpoint would have answered.

use std::sync::Arc;

use actix_web::HttpResponse;
use serde::Deserialize;
use serde_json::json;

use crate::authorities;
use crate::directory::{Product, Tenant, Tenants, UserFlow};
use crate::kind::Kind;
use crate::names::{Names, resolve, split_port};
use crate::realm::{Address, Located, Realm, locate};
use crate::state::{Grant, Redeemer};
use crate::web::control::input::read;
use crate::web::incoming::Incoming;
use crate::web::login::token::{Minted, answer_minted};
use crate::web::response;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    kind: Kind,
    /// Absent for a token of the application itself.
    person: Option<String>,
    client_id: Option<String>,
    #[serde(default = "openid")]
    scope: String,
    nonce: Option<String>,
    policy: Option<String>,
    /// GUID or name of the tenant; the first of the kind when absent.
    tenant: Option<String>,
    /// Issuer and addresses with the platform's true names instead of those under `.localhost`.
    #[serde(default)]
    true_names: bool,
}

fn openid() -> String {
    "openid profile".to_owned()
}

/// The token answer, or 400 with the field that is wrong.
pub(super) fn answer(incoming: &Incoming<'_>) -> HttpResponse {
    let minted = read::<TokenRequest>(incoming.body).and_then(|wanted| mint(incoming, &wanted));
    match minted {
        Ok((realm, minted)) => answer_minted(incoming, &realm, minted),
        Err(why) => response::json(400, &json!({"error": why})),
    }
}

fn mint(incoming: &Incoming<'_>, wanted: &TokenRequest) -> Result<(Realm, Minted), String> {
    let platform = incoming.platform;
    let realm = realm(incoming, wanted)?;
    let id = wanted
        .client_id
        .as_deref()
        .unwrap_or(wanted.kind.client_id());
    let client = platform
        .client(wanted.kind, id)
        .ok_or_else(|| format!("client_id: there is no application {id}"))?;
    let Some(name) = &wanted.person else {
        let scope = wanted.scope.clone();
        let client = Box::new(client);
        return Ok((realm, Minted::Application { client, scope }));
    };
    let found = {
        let state = platform.state();
        let mut tenants = realm.tenants.iter();
        tenants.find_map(|tenant| Some((tenant.clone(), state.person(tenant, name)?.clone())))
    };
    let (tenant, person) = found.ok_or_else(|| format!("person: there is no {name} here"))?;
    let grant = Grant {
        kind: wanted.kind,
        tenant,
        person: person.id.clone(),
        client_id: client.id,
        scope: wanted.scope.clone(),
        redirect_uri: String::new(),
        nonce: wanted.nonce.clone(),
        challenge: None,
        policy: realm.policy.clone(),
        sid: platform.guid(),
        auth_time: platform.now(),
        max_age: false,
        acr: None,
        claims: None,
        revocations: person.revocations,
        redeemer: Redeemer::PublicFlow,
    };
    Ok((realm, Minted::Person(Box::new(grant))))
}

/// The realm of an authority's metadata document.
fn realm(incoming: &Incoming<'_>, wanted: &TokenRequest) -> Result<Realm, String> {
    let platform = incoming.platform;
    let names = if wanted.true_names {
        Names::global()
    } else {
        platform.local_names()
    };
    let mut tenants = Tenants::clone(&platform.tenants());
    if let Some(name) = &wanted.tenant {
        let meant = |tenant: &&Arc<Tenant>| tenant.product == Product::of(wanted.kind);
        let meant = platform.tenants().meant(name).iter().find(meant).cloned();
        tenants.prefer(&meant.ok_or_else(|| format!("tenant: there is no {name} of this kind"))?);
    }
    let base = authorities::authority(wanted.kind, &names, &tenants);
    let first = tenants.of(Product::of(wanted.kind)).into_iter().next();
    let sign_in = first
        .as_ref()
        .and_then(|tenant| tenant.policy_for(UserFlow::SignIn));
    let policy = wanted
        .policy
        .as_ref()
        .or(sign_in.map(|policy| &policy.name));
    let policy = policy.map(|name| format!("/{name}")).unwrap_or_default();
    let version = match wanted.kind {
        Kind::ExternalIdCustomDomain | Kind::Oidc => "",
        _ => "/v2.0",
    };
    let url = format!("{base}{policy}{version}/.well-known/openid-configuration");
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = split_port(authority);
    let (service, names) = resolve(host, port, platform.port, &tenants)
        .ok_or_else(|| format!("kind: {base} is not simulated"))?;
    let address = Address {
        host,
        path,
        policy: None,
        names,
    };
    match locate(&service, &address, &tenants) {
        Some(Located::Found(realm, _)) => Ok(*realm),
        _ => Err(format!(
            "policy: there is no {}",
            wanted.policy.as_deref().unwrap_or_default()
        )),
    }
}
