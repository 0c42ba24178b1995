//! The simulator over HTTP: one listener, rooms by `Host`.
//!
//! Owns the dispatch and the log of calls. Each room answers in its own file.

mod answer;
mod apis;
mod asked;
mod authorize;
mod authorize_request;
mod client_auth;
mod control;
mod graph;
mod journey;
mod logout;
pub(crate) mod managed_identity;
mod metadata;
mod pages;
mod token;
mod token_body;
mod userinfo;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::calls::{Call, Endpoint};
use crate::failure::{Cause, Failure};
use crate::kind::{API_HOST, CONTROL_HOST, GRAPH_HOST, IDENTITY_HOST, Kind};
use crate::realm::{Located, Realm, Version, locate};
use crate::world::World;
use asked::Asked;

/// Answers every request.
pub(crate) async fn entry(request: HttpRequest, body: Bytes, world: Data<World>) -> HttpResponse {
    let asked = Asked::new(&world, &request, &body);
    match asked.host.as_str() {
        CONTROL_HOST => control::answer(&asked),
        IDENTITY_HOST => {
            record(&asked, Endpoint::ManagedIdentity, None);
            managed_identity::answer(&asked)
        }
        GRAPH_HOST => {
            let endpoint = graph::endpoint(&asked.path);
            record(&asked, endpoint, None);
            graph::answer(&asked, endpoint).await
        }
        API_HOST => {
            record(&asked, Endpoint::Orders, None);
            apis::orders(&asked).await
        }
        _ => login_host(&asked).await,
    }
}

async fn login_host(asked: &Asked<'_>) -> HttpResponse {
    let p = asked.query.text("p").or_else(|| asked.form.text("p"));
    match locate(&asked.host, &asked.path, p, asked.world.port) {
        Some(Located::Found(realm, endpoint, version)) => {
            record(asked, endpoint, Some(realm.kind));
            at_realm(asked, &realm, endpoint, version).await
        }
        Some(Located::UnknownTenant(kind, name)) => {
            record(asked, Endpoint::Other, Some(kind));
            let failure = Failure::of(&Cause::UnknownTenant(name), kind);
            answer::json(400, &failure.body(kind, "", &asked.world.trace()))
        }
        Some(Located::NotFound(kind)) => {
            record(asked, Endpoint::Other, Some(kind));
            answer::json(404, &json!({"error": "not_found"}))
        }
        None => {
            record(asked, Endpoint::Other, None);
            pages::index(asked)
        }
    }
}

async fn at_realm(
    asked: &Asked<'_>,
    realm: &Realm,
    endpoint: Endpoint,
    version: Version,
) -> HttpResponse {
    match (endpoint, asked.method.as_str()) {
        (Endpoint::Metadata, "GET") => metadata::document(asked, realm, version).await,
        (Endpoint::Keys, "GET") => metadata::keys(asked, realm).await,
        (Endpoint::Authorize, "GET" | "POST") => authorize::answer(asked, realm),
        (Endpoint::Token, "POST") => token::answer(asked, realm).await,
        (Endpoint::Logout, "GET" | "POST") => logout::answer(asked, realm, version).await,
        (Endpoint::Userinfo, "GET" | "POST") => userinfo::answer(asked, Some(realm.kind)),
        _ => answer::json(405, &json!({"error": "method_not_allowed"})),
    }
}

fn record(asked: &Asked<'_>, endpoint: Endpoint, kind: Option<Kind>) {
    let calls = &asked.world.calls;
    calls.count(endpoint, kind);
    let refresh = asked.form.text("grant_type") == Some("refresh_token");
    if endpoint == Endpoint::Token && refresh {
        calls.count(Endpoint::Refresh, kind);
    }
    if calls.remembers() {
        let mut parameters = asked.query.0.clone();
        parameters.extend(asked.form.0.iter().cloned());
        calls.remember(Call {
            endpoint,
            kind,
            method: asked.method.clone(),
            host: asked.host.clone(),
            path: asked.path.clone(),
            parameters,
            authorization: asked.authorization.clone(),
            time: asked.world.now(),
        });
    }
}
