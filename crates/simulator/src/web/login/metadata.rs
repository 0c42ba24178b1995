//! Metadata documents and key sets, in the recorded shape of each kind (microsoft-identity.md §1).

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use serde_json::{Value, json};

use crate::directory::{FABRIKAM, PERSONAL_ACCOUNTS};
use crate::faults::{Fault, Point};
use crate::kind::Kind;
use crate::realm::{Audience, Realm, Version};
use crate::shapes::Shapes;
use crate::web::incoming::Incoming;
use crate::web::response;

/// The `OpenID` metadata of a realm.
pub(crate) async fn document(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    let shapes = incoming.platform.shapes();
    let mut document = match realm.kind {
        Kind::B2c => b2c(realm, &shapes),
        Kind::Oidc => openid(realm, &shapes),
        _ if realm.version == Version::V1 => entra_v1(realm),
        _ => entra(realm, &shapes),
    };
    if let Some(id) = appid(incoming, realm) {
        let keys = realm.endpoint("discovery/v2.0/keys", &shapes);
        put(
            &mut document,
            "jwks_uri",
            format!("{keys}?appid={id}").into(),
        );
    }
    for fault in incoming
        .platform
        .faults
        .take(Point::Metadata, Some(realm.kind))
    {
        match fault {
            Fault::MetadataSlow(milliseconds) => response::wait(milliseconds).await,
            Fault::MetadataThrottled(retry_after) => {
                return response::throttled(
                    retry_after,
                    &json!({"error": "temporarily_unavailable"}),
                );
            }
            Fault::MetadataHtml => return response::proxy_page(200),
            Fault::MetadataNotFound => return response::proxy_page(404),
            Fault::MetadataStatus(code) => return response::proxy_page(code),
            Fault::MetadataHuge => return response::huge(),
            Fault::MetadataTruncated => return response::truncated(&document),
            Fault::MetadataRedirect => {
                let elsewhere = realm.names.origin("elsewhere.localhost");
                return HttpResponse::Found()
                    .insert_header((LOCATION, elsewhere))
                    .finish();
            }
            Fault::MetadataIssuerChanged => {
                let issuer = changed_issuer(realm, &shapes);
                put(&mut document, "issuer", issuer.into());
            }
            Fault::MetadataMember(name, value) => put(&mut document, &name, value),
            _ => {}
        }
    }
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "max-age=86400, private"))
        .json(document)
}

/// An application with a key of its own, when the request names one (claims mapping).
fn appid(incoming: &Incoming<'_>, realm: &Realm) -> Option<String> {
    let id = incoming.query.text("appid")?;
    let client = incoming.platform.client(realm.kind, id)?;
    (client.own_signing_key && realm.kind == Kind::EntraId).then_some(client.id)
}

fn put(document: &mut Value, name: &str, value: Value) {
    if let Some(members) = document.as_object_mut() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.to_owned(), value);
        }
    }
}

fn changed_issuer(realm: &Realm, shapes: &Shapes) -> String {
    let issuer = realm.metadata_issuer(shapes);
    match &realm.audience {
        Audience::One(tenant) if issuer.contains(&tenant.id) => {
            issuer.replace(&tenant.id, FABRIKAM)
        }
        _ => format!("{issuer}x"),
    }
}

/// Recorded document of 2 February 2024, with the names by which it was asked, without `kerberos_endpoint`, which is not simulated.
fn entra(realm: &Realm, shapes: &Shapes) -> Value {
    let at = |tail: &str| realm.endpoint(tail, shapes);
    let region = match &realm.audience {
        Audience::One(_) => json!("EU"),
        _ => Value::Null,
    };
    let graph = realm.names.graph_host();
    json!({
        "token_endpoint": at("oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": at("discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": realm.metadata_issuer(shapes),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{}/oidc/userinfo", realm.names.graph()),
        "authorization_endpoint": at("oauth2/v2.0/authorize"),
        "device_authorization_endpoint": at("oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": at("oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"],
        "tenant_region_scope": region,
        "cloud_instance_name": realm.names.cloud.instance,
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": graph,
        "rbac_url": "https://pas.windows.net",
    })
}

/// The older document, which an authority without `/v2.0` leads to. Session management is not simulated, so
/// `check_session_iframe` is left out.
fn entra_v1(realm: &Realm) -> Value {
    let shapes = Shapes::default();
    let at = |tail: &str| realm.endpoint(tail, &shapes);
    let tenant = match &realm.audience {
        Audience::One(tenant) => tenant.id.as_str(),
        _ => "{tenantid}",
    };
    let graph = realm.names.graph_host();
    json!({
        "token_endpoint": at("oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": at("discovery/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
        "scopes_supported": ["openid"],
        "issuer": format!("https://sts.windows.net/{tenant}/"),
        "microsoft_multi_refresh_token": true,
        "authorization_endpoint": at("oauth2/authorize"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": at("oauth2/logout"),
        "userinfo_endpoint": at("openid/userinfo"),
        "tenant_region_scope": Value::Null,
        "cloud_instance_name": realm.names.cloud.instance,
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": graph,
    })
}

fn b2c(realm: &Realm, shapes: &Shapes) -> Value {
    let at = |tail: &str| realm.endpoint(tail, shapes);
    json!({
        "issuer": realm.metadata_issuer(shapes),
        "authorization_endpoint": at("oauth2/v2.0/authorize"),
        "token_endpoint": at("oauth2/v2.0/token"),
        "end_session_endpoint": at("oauth2/v2.0/logout"),
        "jwks_uri": at("discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "code id_token", "code token", "code id_token token", "id_token", "id_token token", "token", "token id_token"],
        "scopes_supported": ["openid"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "claims_supported": ["name", "given_name", "family_name", "emails", "idp", "oid", "sub", "tfp", "iss", "iat", "exp", "aud", "acr", "nonce", "auth_time"],
    })
}

fn openid(realm: &Realm, shapes: &Shapes) -> Value {
    let at = |tail: &str| realm.endpoint(tail, shapes);
    let algorithm = if shapes.oidc_es256 { "ES256" } else { "RS256" };
    let methods = if shapes.oidc_basic_only {
        json!(["client_secret_basic"])
    } else {
        json!([
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt"
        ])
    };
    json!({
        "issuer": realm.metadata_issuer(shapes),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "end_session_endpoint": at("logout"),
        "jwks_uri": at("keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [algorithm],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "at_hash", "name", "given_name", "family_name", "preferred_username", "email", "email_verified"],
        "token_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    })
}

/// The key set of a realm.
pub(crate) async fn keys(incoming: &Incoming<'_>, realm: &Realm) -> HttpResponse {
    let platform = incoming.platform;
    let shapes = platform.shapes();
    let personal = realm.issuer(PERSONAL_ACCOUNTS, &shapes);
    let issuer = realm.metadata_issuer(&shapes);
    let odd = shapes.oidc_hostile_keys;
    let mut set = platform.keys.key_set(realm.kind, &issuer, &personal, odd);
    if let (Some(id), Some(keys)) = (
        appid(incoming, realm),
        set.get_mut("keys").and_then(Value::as_array_mut),
    ) {
        keys.extend(platform.keys.of_application(&id, &issuer));
    }
    for fault in platform.faults.take(Point::Keys, Some(realm.kind)) {
        match fault {
            Fault::KeysSlow(milliseconds) => response::wait(milliseconds).await,
            Fault::KeysDown => return response::proxy_page(503),
            Fault::KeysHtml => return response::proxy_page(200),
            Fault::KeysHuge => return response::huge(),
            Fault::KeysEmpty => set = json!({"keys": []}),
            Fault::KeysWithoutKid => without_kid(&mut set),
            _ => {}
        }
    }
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "max-age=86400, private"))
        .json(set)
}

fn without_kid(set: &mut Value) {
    for key in set
        .get_mut("keys")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        put(key, "kid", Value::Null);
        put(key, "x5t", Value::Null);
    }
}
