//! Access tokens of applications that call on their own behalf (client credentials): `roles`, no `scp`.

use serde_json::json;

use crate::clients::{Client, Credential};
use crate::directory::{Tenant, stable_guid};
use crate::encoding::object;
use crate::kind::Kind;
use crate::platform::Platform;
use crate::realm::{Realm, Version};
use crate::scopes::Api;
use crate::tokens::access_token::as_v1;
use crate::tokens::issuance::ring;
use crate::tokens::jwt::{Signing, encode};

/// A signed access token of an application for one API.
pub(crate) fn issue(
    platform: &Platform,
    realm: &Realm,
    tenant: &Tenant,
    client: &Client,
    api: &Api,
) -> String {
    let shapes = platform.shapes();
    let now = platform.now();
    let audience = api.audience(realm.kind, &client.id);
    let resource = match api {
        Api::Exposed { uri, .. } => uri,
        _ => &audience,
    };
    let principal = stable_guid(&format!("{}|service principal|{}", tenant.id, client.id));
    let by_certificate = matches!(client.credential, Credential::Certificates(_));
    let ver = if realm.kind == Kind::B2c {
        "1.0"
    } else {
        "2.0"
    };
    let mut claims = object(json!({
        "iss": realm.issuer(&tenant.id, &shapes),
        "aud": audience,
        "sub": principal,
        "oid": principal,
        "tid": tenant.id,
        "iat": now - 300,
        "nbf": now - 300,
        "exp": now + platform.access_token_lifetime(),
        "azp": client.id,
        // 1 is a secret, 2 a certificate (access-token-claims-reference).
        "azpacr": if by_certificate { "2" } else { "1" },
        "idtyp": "app",
        "roles": client.roles_at(resource),
        "uti": platform.handle().get(..22),
        "ver": ver,
        "sim": {"kind": realm.kind, "tenant": tenant.id, "client": client.id},
    }));
    if realm.version == Version::V1 {
        let method = claims.remove("azpacr");
        claims.extend(method.map(|method| ("appidacr".to_owned(), method)));
        as_v1(&mut claims, &tenant.id, &client.id);
    }
    let key = platform.keys.current(ring(realm.kind, &tenant.id, &shapes));
    if *api == Api::Graph {
        let header = object(json!({"nonce": platform.handle()}));
        return encode(header, &claims, &Signing::HashedNonce(&key));
    }
    encode(object(json!({})), &claims, &Signing::With(&key))
}
