//! Managed identity as a source of assertions (microsoft-identity.md §5.4): App Service and IMDS.
//!
//! Owns the two endpoints and their tokens. `AZURE_POD_IDENTITY_AUTHORITY_HOST` leads a client to the second one.

use actix_web::HttpResponse;
use serde_json::json;

use crate::clients::Federation;
use crate::directory::{CONTOSO, stable_guid};
use crate::encoding::object;
use crate::names::Names;
use crate::tokens::jwt::{Signing, encode};
use crate::tokens::keys::KeyRing;
use crate::web::incoming::Incoming;
use crate::web::response;

/// What App Service puts into `IDENTITY_HEADER`, as proof that a caller runs there.
pub const IDENTITY_HEADER: &str = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a";
/// Seconds that a managed identity's token lives: a day.
const LIFETIME: i64 = 86_400;

/// The federated credential by which an application trusts the simulated managed identity.
pub(crate) fn federation(names: &Names) -> Federation {
    Federation {
        issuer: issuer(names),
        subject: stable_guid("managed identity"),
        audience: "api://AzureADTokenExchange".to_owned(),
        public_key: None,
        literals: Vec::new(),
    }
}

fn issuer(names: &Names) -> String {
    format!("{}/{CONTOSO}/v2.0", names.entra())
}

pub(crate) fn answer(incoming: &Incoming<'_>) -> HttpResponse {
    let version = incoming.query.text("api-version");
    let allowed = match (incoming.path.as_str(), version) {
        // IMDS refuses what was not meant for it: a redirected or forwarded request lacks the header.
        ("/metadata/identity/oauth2/token", Some("2018-02-01")) => {
            incoming.header("metadata") == Some("true")
                && incoming.header("x-forwarded-for").is_none()
        }
        ("/msi/token", Some("2019-08-01")) => {
            incoming.header("x-identity-header") == Some(IDENTITY_HEADER)
        }
        _ => false,
    };
    let Some(resource) = incoming.query.text("resource").filter(|_| allowed) else {
        let body = json!({"error": "invalid_request", "error_description": "Required metadata header or parameter not specified"});
        return response::json(400, &body);
    };
    let platform = incoming.platform;
    let now = platform.now();
    let own = federation(&platform.local_names());
    let claims = object(json!({
        "aud": resource,
        "iss": own.issuer,
        "sub": own.subject,
        "oid": own.subject,
        "tid": CONTOSO,
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "ver": "2.0",
    }));
    let key = platform.keys.current(KeyRing::Entra);
    let token = encode(object(json!({})), &claims, &Signing::With(&key));
    // Both sources write numbers as text.
    let body = json!({
        "access_token": token,
        "client_id": incoming.query.text("client_id").map_or_else(|| stable_guid("managed identity client"), str::to_owned),
        "expires_in": LIFETIME.to_string(),
        "expires_on": (now + LIFETIME).to_string(),
        "resource": resource,
        "token_type": "Bearer",
    });
    response::json(200, &body)
}
