//! What a token request asks for, and what all grants of a person have in common.

use serde_json::Value;

use crate::clients::Client;
use crate::directory::Person;
use crate::failure::Cause;
use crate::kind::Kind;
use crate::realm::{Audience, Realm};
use crate::scopes::{Api, Consent, Scopes};
use crate::state::{Grant, Redeemer, State};
use crate::web::incoming::Incoming;
use crate::web::login::interaction::missing_consents;
use crate::web::login::token::response::Issue;
use crate::web::login::v1;

const DAY: i64 = 86_400;

pub(super) fn belongs_here(grant: &Grant, realm: &Realm, client: &Client) -> Result<(), Cause> {
    if grant.kind != realm.kind {
        return Err(Cause::CodeMalformed);
    }
    if grant.client_id != client.id {
        return Err(Cause::OtherClient);
    }
    if matches!(&realm.audience, Audience::One(tenant) if *tenant != grant.tenant) {
        return Err(Cause::OtherTenant);
    }
    match (&grant.policy, &realm.policy) {
        (Some(actual), Some(expected)) if actual != expected => Err(Cause::OtherPolicy {
            actual: actual.name.clone(),
            expected: expected.name.clone(),
        }),
        _ => Ok(()),
    }
}

/// What this request is for: its own `scope`, else the one of the grant.
pub(super) fn wanted(
    incoming: &Incoming<'_>,
    realm: &Realm,
    grant: &Grant,
) -> Result<Scopes, Cause> {
    let catalog = incoming.platform.catalog(realm.kind, &grant.client_id);
    let granted = Scopes::parse(&catalog, &grant.scope)?;
    let Some(text) = v1::scope(realm, &incoming.form) else {
        return Ok(granted);
    };
    let mut scopes = Scopes::parse(&catalog, &text)?;
    if scopes.apis().len() > 1 {
        return Err(Cause::SeveralResources);
    }
    if realm.kind == Kind::Oidc {
        // RFC 6749 §6: no scope beyond the granted ones.
        scopes
            .of_apis
            .retain(|scope| granted.of_apis.contains(scope));
    }
    scopes.openid |= granted.openid;
    scopes.profile |= granted.profile;
    scopes.email |= granted.email;
    scopes.offline |= granted.offline;
    Ok(scopes)
}

pub(super) fn admitted(state: &State, grant: &Grant, wanted: &Scopes) -> Result<Person, Cause> {
    let person = state
        .person(&grant.tenant, &grant.person)
        .ok_or(Cause::NotAdmitted)?;
    let missing = missing_consents(
        state,
        &grant.tenant,
        person,
        &grant.client_id,
        &wanted.of_apis,
    );
    match missing.first().map(|scope| scope.consent) {
        None => Ok(person.clone()),
        Some(Consent::Administrator) => Err(Cause::AdministratorConsentMissing),
        Some(_) => Err(Cause::ConsentMissing),
    }
}

pub(super) fn finish(
    incoming: &Incoming<'_>,
    mut grant: Grant,
    person: Person,
    scopes: Scopes,
    id: u64,
) -> Result<Issue, Cause> {
    let platform = incoming.platform;
    if let Some(text) = incoming.form.text("claims") {
        let claims: Value = serde_json::from_str(text).map_err(|_| Cause::Parameter("claims"))?;
        grant.claims = Some(merged(grant.claims.take(), claims));
    }
    let refresh_token = scopes.offline.then(|| {
        let token = format!("1.{}{}", platform.handle(), platform.handle());
        let lifetime = match grant.redeemer {
            // Fixed, whatever the lifetime of others (microsoft-identity.md §2.4).
            Redeemer::SinglePage => platform.settings().refresh_token_lifetime.min(DAY),
            _ => platform.settings().refresh_token_lifetime,
        };
        let expires = platform.now() + lifetime;
        platform
            .state()
            .add_refresh_token(token.clone(), id, expires);
        token
    });
    let api = match (scopes.apis().first(), grant.kind) {
        (Some(api), _) => Some(api.clone()),
        (None, Kind::B2c) => None,
        (None, _) => Some(Api::Graph),
    };
    let refreshed = incoming.form.text("grant_type") == Some("refresh_token");
    let client_info = incoming.form.text("client_info") == Some("1");
    Ok(Issue {
        grant,
        person,
        scopes,
        api,
        refresh_token,
        refreshed,
        client_info,
    })
}

/// Requests for claims of the access token, together.
fn merged(first: Option<Value>, second: Value) -> Value {
    let Some(Value::Object(mut first)) = first else {
        return second;
    };
    let Value::Object(second) = second else {
        return Value::Object(first);
    };
    for (name, value) in second {
        match (first.get_mut(&name), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            (_, value) => drop(first.insert(name, value)),
        }
    }
    Value::Object(first)
}
