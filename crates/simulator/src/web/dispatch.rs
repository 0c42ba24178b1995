//! Sends each request to the code that answers for its host and path, and records the call.

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::calls::{Call, Endpoint};
use crate::failure::{Cause, Failure};
use crate::kind::{API_HOST, CONTROL_HOST, GRAPH_HOST, IDENTITY_HOST, Kind};
use crate::platform::Platform;
use crate::realm::{Located, Realm, Version, locate};
use crate::web::incoming::Incoming;
use crate::web::{apis, control, login, managed_identity, pages, response};

/// Answers every request.
pub(crate) async fn entry(
    request: HttpRequest,
    body: Bytes,
    platform: Data<Platform>,
) -> HttpResponse {
    let incoming = Incoming::new(&platform, &request, &body);
    match incoming.host.as_str() {
        CONTROL_HOST => control::answer(&incoming),
        IDENTITY_HOST => {
            record(&incoming, Endpoint::ManagedIdentity, None);
            managed_identity::answer(&incoming)
        }
        GRAPH_HOST => {
            let endpoint = apis::graph::endpoint(&incoming.path);
            record(&incoming, endpoint, None);
            apis::graph::answer(&incoming, endpoint).await
        }
        API_HOST => {
            record(&incoming, Endpoint::Orders, None);
            apis::orders::answer(&incoming).await
        }
        _ => login_host(&incoming).await,
    }
}

async fn login_host(incoming: &Incoming<'_>) -> HttpResponse {
    let p = incoming.query.text("p").or_else(|| incoming.form.text("p"));
    match locate(&incoming.host, &incoming.path, p, incoming.platform.port) {
        Some(Located::Found(realm, endpoint, version)) => {
            record(incoming, endpoint, Some(realm.kind));
            at_realm(incoming, &realm, endpoint, version).await
        }
        Some(Located::UnknownTenant(kind, name)) => {
            record(incoming, Endpoint::Other, Some(kind));
            let failure = Failure::of(&Cause::UnknownTenant(name), kind);
            response::json(400, &failure.body(kind, "", &incoming.platform.trace()))
        }
        Some(Located::NotFound(kind)) => {
            record(incoming, Endpoint::Other, Some(kind));
            response::json(404, &json!({"error": "not_found"}))
        }
        None => {
            record(incoming, Endpoint::Other, None);
            pages::index(incoming)
        }
    }
}

async fn at_realm(
    incoming: &Incoming<'_>,
    realm: &Realm,
    endpoint: Endpoint,
    version: Version,
) -> HttpResponse {
    match (endpoint, incoming.method.as_str()) {
        (Endpoint::Metadata, "GET") => login::metadata::document(incoming, realm, version).await,
        (Endpoint::Keys, "GET") => login::metadata::keys(incoming, realm).await,
        (Endpoint::Authorize, "GET" | "POST") => login::authorize::answer(incoming, realm),
        (Endpoint::Token, "POST") => login::token::answer(incoming, realm).await,
        (Endpoint::Logout, "GET" | "POST") => login::logout::answer(incoming, realm, version).await,
        (Endpoint::Userinfo, "GET" | "POST") => login::userinfo::answer(incoming, Some(realm.kind)),
        _ => response::json(405, &json!({"error": "method_not_allowed"})),
    }
}

fn record(incoming: &Incoming<'_>, endpoint: Endpoint, kind: Option<Kind>) {
    let calls = &incoming.platform.calls;
    calls.count(endpoint, kind);
    let refresh = incoming.form.text("grant_type") == Some("refresh_token");
    if endpoint == Endpoint::Token && refresh {
        calls.count(Endpoint::Refresh, kind);
    }
    if calls.remembers() {
        let mut parameters = incoming.query.0.clone();
        parameters.extend(incoming.form.0.iter().cloned());
        calls.remember(Call {
            endpoint,
            kind,
            method: incoming.method.clone(),
            host: incoming.host.clone(),
            path: incoming.path.clone(),
            parameters,
            authorization: incoming.authorization.clone(),
            time: incoming.platform.now(),
        });
    }
}
