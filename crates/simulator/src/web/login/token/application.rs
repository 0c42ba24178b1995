//! Client credentials (RFC 6749 §4.4): an application on its own behalf.

use serde_json::json;

use crate::clients::{Client, Credential};
use crate::encoding::{Members, object};
use crate::failure::Cause;
use crate::realm::{Audience, Realm, Version};
use crate::scopes::GRAPH_AUDIENCE;
use crate::tokens::app_token;
use crate::web::incoming::Incoming;
use crate::web::login::v1;

/// The answer: an access token, and neither an ID token nor a refresh token.
pub(super) fn redeem(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client: &Client,
) -> Result<Members, Cause> {
    if client.credential == Credential::Public || !proves_itself(incoming) {
        return Err(Cause::GrantNotAllowed);
    }
    let scope = match realm.version {
        Version::V1 => v1::scope(realm, &incoming.form)
            .and_then(|scope| scope.split(' ').next_back().map(str::to_owned)),
        Version::V2 => incoming.form.text("scope").map(str::to_owned),
    };
    token(
        incoming,
        realm,
        client,
        &scope.ok_or(Cause::Parameter("scope"))?,
    )
}

/// The answer for a scope that ends in `/.default`.
pub(super) fn token(
    incoming: &Incoming<'_>,
    realm: &Realm,
    client: &Client,
    scope: &str,
) -> Result<Members, Cause> {
    let tenant = match &realm.audience {
        Audience::One(tenant) if !tenant.is_personal_accounts() => tenant,
        _ => return Err(Cause::NotAtCommon),
    };
    let platform = incoming.platform;
    let catalog = platform.catalog(realm.kind, &client.id);
    let words: Vec<_> = scope.split_whitespace().collect();
    let [word] = words.as_slice() else {
        return Err(Cause::NotDefaultScope(scope.to_owned()));
    };
    let api = catalog.default_of(word)?;
    let token = app_token::issue(platform, realm, tenant, client, &api);
    let lifetime = platform.access_token_lifetime();
    let mut body = object(json!({
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": token,
    }));
    if realm.version == Version::V1 {
        let resource = incoming.form.text("resource").unwrap_or(GRAPH_AUDIENCE);
        v1::reshape(&mut body, resource, platform.now());
    }
    Ok(body)
}

/// A secret or an assertion was sent; `client_auth` has checked it.
fn proves_itself(incoming: &Incoming<'_>) -> bool {
    incoming.authorization.is_some()
        || incoming.form.has("client_secret")
        || incoming.form.has("client_assertion")
}
