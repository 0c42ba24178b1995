//! Sends each request to the code that answers for its host and path, and records the call.

use actix_web::http::Method;
use actix_web::http::uri::Authority;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::calls::{Call, Endpoint};
use crate::failure::{Cause, Failure};
use crate::kind::Kind;
use crate::names::Service;
use crate::platform::Platform;
use crate::realm::{Address, Located, Realm, locate};
use crate::web::incoming::Incoming;
use crate::web::{apis, control, cors, login, managed_identity, pages, response, tunnel};

/// The control interface at the simulator's own address.
const CONTROL_PATH: &str = "/control/";
/// Requests above this size are refused.
const LARGEST_BODY: usize = 1024 * 1024;

/// Answers every request.
pub(crate) async fn entry(
    request: HttpRequest,
    payload: Payload,
    platform: Data<Platform>,
) -> HttpResponse {
    if request.method() == Method::CONNECT {
        let target = request.uri().authority().map(Authority::as_str);
        return tunnel::open(target.unwrap_or_default(), payload, &platform);
    }
    let Ok(Ok(body)) = payload.to_bytes_limited(LARGEST_BODY).await else {
        return response::json(413, &json!({"error": "request_too_large"}));
    };
    let mut incoming = Incoming::new(&platform, &request, &body);
    match &incoming.service {
        Some(Service::Control) => control::answer(&incoming),
        Some(Service::ManagedIdentity) => {
            record(&incoming, Endpoint::ManagedIdentity, None);
            managed_identity::answer(&incoming)
        }
        Some(Service::Graph) => {
            let endpoint = apis::graph::endpoint(&incoming.path);
            record(&incoming, endpoint, None);
            if incoming.method == "OPTIONS" {
                return cors::with_any_origin(cors::preflight());
            }
            cors::with_any_origin(apis::graph::answer(&incoming, endpoint).await)
        }
        Some(Service::Api) => {
            record(&incoming, Endpoint::Orders, None);
            apis::orders::answer(&incoming).await
        }
        // For clients whose resolver does not know names under `.localhost`.
        Some(Service::Index) if incoming.path.starts_with(CONTROL_PATH) => {
            let path = incoming.path.split_off(CONTROL_PATH.len());
            incoming.path = format!("/{path}");
            control::answer(&incoming)
        }
        Some(Service::Index) => {
            record(&incoming, Endpoint::Other, None);
            pages::index(&incoming)
        }
        Some(service) => login_host(&incoming, service).await,
        None => {
            record(&incoming, Endpoint::Other, None);
            response::unknown_host(&incoming.host)
        }
    }
}

async fn login_host(incoming: &Incoming<'_>, service: &Service) -> HttpResponse {
    let address = Address {
        host: &incoming.host,
        path: &incoming.path,
        policy: incoming.query.text("p").or_else(|| incoming.form.text("p")),
        names: incoming.names.clone(),
    };
    match locate(service, &address, &incoming.platform.tenants()) {
        Some(Located::Found(realm, endpoint)) => {
            record(incoming, endpoint, Some(realm.kind));
            let mut response = at_realm(incoming, &realm, endpoint).await;
            cors::allow(incoming, endpoint, &mut response);
            response
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
        None => response::unknown_host(&incoming.host),
    }
}

async fn at_realm(incoming: &Incoming<'_>, realm: &Realm, endpoint: Endpoint) -> HttpResponse {
    match (endpoint, incoming.method.as_str()) {
        (Endpoint::Metadata, "GET" | "HEAD") => login::metadata::document(incoming, realm).await,
        (Endpoint::Keys, "GET" | "HEAD") => login::metadata::keys(incoming, realm).await,
        (Endpoint::Authorize, "GET" | "POST") => login::authorize::answer(incoming, realm),
        (Endpoint::Token, "POST") => login::token::answer(incoming, realm).await,
        (Endpoint::Logout, "GET" | "POST") => login::logout::answer(incoming, realm).await,
        (Endpoint::DeviceCode, "POST") => login::device::endpoint(incoming, realm),
        (Endpoint::DevicePage, "GET" | "POST") => login::device::page(incoming, realm),
        (Endpoint::InstanceDiscovery, "GET") => login::discovery::instance(incoming, realm),
        (Endpoint::UserRealm, "GET") => login::discovery::user_realm(incoming, realm),
        (_, "OPTIONS") => cors::preflight(),
        (Endpoint::Userinfo, "GET" | "POST") => {
            // The older address of Entra ID answers as Graph does.
            let own = (realm.kind == Kind::Oidc).then_some(realm.kind);
            login::userinfo::answer(incoming, own)
        }
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
