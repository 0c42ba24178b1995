//! Access tokens: issued for one API each, and checked by the simulated APIs.
//!
//! Owns their claims. Graph's cannot be verified by anybody else, like the real ones (opencloud #2677).

use serde_json::{Value, json};

use std::sync::Arc;

use crate::directory::{Person, Tenant};
use crate::encoding::{Members, object};
use crate::kind::Kind;
use crate::names::after_graph;
use crate::platform::Platform;
use crate::realm::{Realm, Version};
use crate::scopes::Api;
use crate::shapes::Shapes;
use crate::state::Grant;
use crate::tokens::id_token::{MOST_GROUPS, overage, policy_claim};
use crate::tokens::issuance::{ring, subject};
use crate::tokens::jwt::{Parts, Signing, encode};
use crate::tokens::requested_claims::requested;

/// What a delegated access token is made from.
pub(crate) struct Delegated<'a> {
    pub realm: &'a Realm,
    pub grant: &'a Grant,
    pub person: &'a Person,
    pub api: Api,
    /// Short names of the scopes.
    pub names: Vec<String>,
}

/// A signed access token for one API with these scopes.
pub(crate) fn issue(platform: &Platform, token: &Delegated<'_>) -> String {
    let Delegated {
        realm,
        grant,
        person,
        api,
        names,
    } = token;
    let shapes = platform.shapes();
    let now = platform.now();
    let back = if matches!(realm.kind, Kind::B2c | Kind::Oidc) {
        0
    } else {
        300
    };
    let mut claims = object(json!({
        "iss": realm.issuer(&grant.tenant.id, &shapes),
        "aud": audience(realm, grant, api),
        "sub": subject(realm.kind, grant, person),
        "iat": now - back,
        "nbf": now - back,
        "exp": now + platform.access_token_lifetime(),
        "azp": grant.client_id,
        "scp": granted(api, names),
        "jti": platform.handle(),
        // How the simulated APIs find the person again; not part of any platform's tokens.
        "sim": {"kind": realm.kind, "tenant": grant.tenant.id, "person": person.id, "revocations": grant.revocations, "userinfo": asked_of_userinfo(grant)},
    }));
    if realm.kind.is_microsoft() {
        claims.insert("oid".to_owned(), person.object_id(&grant.tenant).into());
        claims.insert("tid".to_owned(), grant.tenant.id.clone().into());
        let ver = if realm.kind == Kind::B2c {
            "1.0"
        } else {
            "2.0"
        };
        claims.insert("ver".to_owned(), ver.into());
    }
    claims.extend(about_person(token, &shapes));
    if realm.version == Version::V1 {
        as_v1(&mut claims, &grant.tenant.id, &grant.client_id);
    }
    claims.extend(requested(grant.claims.as_ref(), "access_token"));
    let key = platform
        .keys
        .current(ring(realm.kind, &grant.tenant.id, &shapes));
    if *api == Api::Graph && realm.kind != Kind::Oidc {
        let header = object(json!({"nonce": platform.handle()}));
        return encode(header, &claims, &Signing::HashedNonce(&key));
    }
    // RFC 9068 §2.1 for the plain provider; Microsoft's say JWT.
    let header = if realm.kind == Kind::Oidc {
        json!({"typ": "at+jwt"})
    } else {
        json!({})
    };
    encode(object(header), &claims, &Signing::With(&key))
}

/// `.default` stands for every scope that was consented to; no token has the word itself.
fn granted(api: &Api, names: &[String]) -> String {
    if *api == Api::Orders && names.iter().any(|name| name == ".default") {
        return "Orders.Read Orders.Write".to_owned();
    }
    names.join(" ")
}

/// What the tokens of an API say about the person besides the ids.
fn about_person(token: &Delegated<'_>, shapes: &Shapes) -> Members {
    let Delegated {
        realm,
        grant,
        person,
        api,
        ..
    } = token;
    let mut claims = Members::new();
    if *api == Api::Graph || realm.kind == Kind::Oidc {
        return claims;
    }
    claims.insert("name".to_owned(), person.name.clone().into());
    if realm.kind == Kind::B2c {
        let policy = realm.policy.as_ref();
        let policy = policy.map_or("", |policy| policy.name.as_str());
        let (claim, shown) = policy_claim(policy, shapes);
        if !claim.is_empty() {
            claims.insert(claim.to_owned(), shown.into());
        }
        return claims;
    }
    if !person.roles.is_empty() {
        claims.insert("roles".to_owned(), json!(person.roles));
    }
    if person.groups.len() > MOST_GROUPS {
        claims.extend(overage(grant, person, shapes.overage_as_hasgroups));
    } else if !person.groups.is_empty() {
        claims.insert("groups".to_owned(), json!(person.groups));
    }
    claims
}

/// What a `claims` parameter asks of userinfo (OIDC Core §5.5).
fn asked_of_userinfo(grant: &Grant) -> Vec<String> {
    let asked = grant
        .claims
        .as_ref()
        .and_then(|claims| claims.get("userinfo"));
    let names = asked.and_then(Value::as_object).map(|asked| asked.keys());
    names.into_iter().flatten().cloned().collect()
}

/// The older endpoint: another issuer, `ver`, and the application under another claim.
pub(crate) fn as_v1(claims: &mut Members, tenant: &str, client_id: &str) {
    let issuer = format!("https://sts.windows.net/{tenant}/");
    claims.remove("azp");
    claims.extend(object(json!({
        "iss": issuer,
        "ver": "1.0",
        "appid": client_id,
    })));
}

fn audience(realm: &Realm, grant: &Grant, api: &Api) -> Value {
    match (realm.kind, api) {
        (Kind::Oidc, Api::Orders) => {
            json!([
                realm.origin,
                Api::Orders.audience(Kind::Oidc, &grant.client_id)
            ])
        }
        (Kind::Oidc, _) => realm.origin.clone().into(),
        (kind, api) => api.audience(kind, &grant.client_id).into(),
    }
}

/// Whether the requested authentication contexts include what a challenge asks for.
pub(crate) fn satisfies(requested_claims: Option<&Value>, challenge: &Value) -> bool {
    let have = requested(requested_claims, "access_token");
    requested(Some(challenge), "access_token")
        .iter()
        .all(|(name, values)| {
            name == "xms_cc"
                || values.as_array().is_some_and(|values| {
                    values.iter().all(|value| {
                        have.get(name)
                            .and_then(Value::as_array)
                            .is_some_and(|all| all.contains(value))
                    })
                })
        })
}

/// A bearer token that an API has found good.
pub(crate) struct Bearer {
    /// Nobody when an application calls on its own behalf.
    pub person: Option<Person>,
    pub tenant: Arc<Tenant>,
    pub kind: Kind,
    pub claims: Members,
}

/// Why an API does not take a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unacceptable {
    Malformed,
    Signature,
    Expired,
    Audience,
    /// Signed out everywhere since it was issued.
    Revoked,
}

/// Checks a bearer token as the API does: signature, time, audience, revocation.
pub(crate) fn check(
    platform: &Platform,
    token: &str,
    accepts: impl Fn(&str) -> bool,
) -> Result<Bearer, Unacceptable> {
    let parts = Parts::read(token).ok_or(Unacceptable::Malformed)?;
    let sim = parts.claims.get("sim").ok_or(Unacceptable::Malformed)?;
    let text = |name| {
        sim.get(name)
            .and_then(Value::as_str)
            .ok_or(Unacceptable::Malformed)
    };
    let kind = sim
        .get("kind")
        .and_then(|kind| serde_json::from_value::<Kind>(kind.clone()).ok())
        .ok_or(Unacceptable::Malformed)?;
    let tenant = text("tenant")?;
    let tenant = platform
        .tenants()
        .by_id(tenant)
        .cloned()
        .ok_or(Unacceptable::Malformed)?;

    if !is_signed(platform, &parts, kind, &tenant) {
        return Err(Unacceptable::Signature);
    }
    let time = |name| parts.claims.get(name).and_then(Value::as_i64);
    if time("exp").is_none_or(|exp| exp <= platform.now()) {
        return Err(Unacceptable::Expired);
    }
    let fits = match parts.claims.get("aud") {
        Some(Value::String(audience)) => accepts(audience),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).any(accepts),
        _ => false,
    };
    if !fits {
        return Err(Unacceptable::Audience);
    }
    let person = match sim.get("person") {
        Some(_) => Some(in_good_standing(platform, &tenant, sim)?),
        None => None,
    };
    Ok(Bearer {
        person,
        tenant,
        kind,
        claims: parts.claims,
    })
}

/// The person of a token, unless the token was revoked since.
fn in_good_standing(
    platform: &Platform,
    tenant: &Tenant,
    sim: &Value,
) -> Result<Person, Unacceptable> {
    let name = sim.get("person").and_then(Value::as_str);
    let known = name.and_then(|name| platform.state().person(tenant, name).cloned());
    let person = known.ok_or(Unacceptable::Revoked)?;
    let count = sim.get("revocations").and_then(Value::as_u64);
    if count == Some(u64::from(person.revocations)) {
        Ok(person)
    } else {
        Err(Unacceptable::Revoked)
    }
}

fn is_signed(platform: &Platform, parts: &Parts<'_>, kind: Kind, tenant: &Tenant) -> bool {
    let key_id = parts
        .header
        .get("kid")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let hashed = parts.signed_with_hashed_nonce();
    let signed = hashed.as_deref().unwrap_or(parts.signed).as_bytes();
    let mut shapes = platform.shapes();
    // The plain provider may have changed its algorithm since.
    [false, true].into_iter().any(|es256| {
        shapes.oidc_es256 = es256;
        platform.keys.verify(
            ring(kind, &tenant.id, &shapes),
            key_id,
            signed,
            &parts.signature,
        )
    })
}

/// Whether `aud` is Graph, as the real one or under its simulated host.
pub(crate) fn is_graph(audience: &str) -> bool {
    after_graph(audience).is_some()
}

impl Bearer {
    /// Whether the token carries this delegated scope.
    pub(crate) fn has_scope(&self, name: &str) -> bool {
        let scopes = self
            .claims
            .get("scp")
            .and_then(Value::as_str)
            .unwrap_or_default();
        scopes
            .split(' ')
            .any(|scope| scope.eq_ignore_ascii_case(name) || scope == ".default")
    }

    /// Whether the token carries this application permission.
    pub(crate) fn has_role(&self, name: &str) -> bool {
        let roles = self.claims.get("roles").and_then(Value::as_array);
        self.person.is_none() && roles.is_some_and(|all| all.iter().any(|role| role == name))
    }

    pub(crate) fn has_context(&self, context: &str) -> bool {
        let acrs = self.claims.get("acrs").and_then(Value::as_array);
        acrs.is_some_and(|all| all.iter().any(|value| value == context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_up_is_satisfied_by_the_claims_that_it_named_and_by_nothing_else() {
        let challenge = json!({"access_token": {"acrs": {"essential": true, "value": "c1"}}});
        assert!(satisfies(Some(&challenge), &challenge));
        assert!(!satisfies(None, &challenge));
        let other =
            json!({"access_token": {"acrs": {"values": ["c2"]}, "xms_cc": {"values": ["cp1"]}}});
        assert!(!satisfies(Some(&other), &challenge));
    }
}
