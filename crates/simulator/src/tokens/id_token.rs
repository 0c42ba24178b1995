//! ID tokens: the claim sets of each kind (microsoft-identity.md §2.1, §2.2), and the faults in them.
//!
//! Owns what an ID token says. Does not know when one is issued.

use serde_json::{Value, json};

use crate::directory::{PERSONAL_ACCOUNTS, Person};
use crate::encoding::{Members, left_half_hash, object, sha256};
use crate::faults::Fault;
use crate::kind::Kind;
use crate::realm::Version;
use crate::shapes::Shapes;
use crate::state::Grant;
use crate::tokens::id_token_faults;
use crate::tokens::issuance::{IdTokenInput, subject};
use crate::tokens::requested_claims::requested;

/// More groups than this do not fit into a JWT (microsoft-identity.md §2.2).
pub(super) const MOST_GROUPS: usize = 200;
/// The same for the implicit and the hybrid flow.
const MOST_GROUPS_IN_AN_ADDRESS: usize = 6;
/// Microsoft's kinds date tokens back by so many seconds: `exp - iat` is 3900, not 3600 (recorded).
const BACKDATED: i64 = 300;
/// ID tokens of personal accounts live a day (recorded).
const PERSONAL_LIFETIME: i64 = 86_400;

/// A signed ID token, with these faults.
pub(crate) fn issue(input: &IdTokenInput<'_>, faults: &[Fault]) -> String {
    let shapes = input.platform.shapes();
    let mut claims = match input.realm.kind {
        Kind::B2c => b2c_claims(input, &shapes),
        Kind::Oidc => openid_claims(input, &shapes),
        _ => entra_claims(input, &shapes),
    };
    if !shapes.contexts_not_granted {
        claims.extend(contexts(input.grant));
    }
    claims.extend(input.person.claims.clone());
    if let Some(code) = input.code {
        claims.insert("c_hash".to_owned(), left_half_hash(code).into());
    }
    if let (Some(token), true) = (input.access_token, input.by_front_channel) {
        claims.insert("at_hash".to_owned(), left_half_hash(token).into());
    }
    let mut header = Members::new();
    for fault in faults {
        id_token_faults::apply(fault, &mut claims, &mut header, input);
    }
    id_token_faults::sign(input, header, &claims, faults)
}

fn common_claims(input: &IdTokenInput<'_>, shapes: &Shapes, back: i64, lifetime: i64) -> Members {
    let IdTokenInput {
        platform,
        realm,
        grant,
        person,
        ..
    } = input;
    let now = platform.now();
    let mut claims = object(json!({
        "iss": realm.issuer(&grant.tenant.id, shapes),
        "sub": subject(realm.kind, grant, person),
        "aud": grant.client_id,
        "exp": now + lifetime,
        "iat": now - back,
    }));
    if let (Some(nonce), true) = (&grant.nonce, input.with_nonce) {
        claims.insert("nonce".to_owned(), nonce.clone().into());
    }
    claims
}

fn entra_claims(input: &IdTokenInput<'_>, shapes: &Shapes) -> Members {
    let IdTokenInput {
        platform,
        grant,
        person,
        scopes,
        ..
    } = input;
    let personal = grant.tenant.id == PERSONAL_ACCOUNTS;
    let lifetime = if personal {
        PERSONAL_LIFETIME
    } else {
        platform.settings().id_token_lifetime
    };
    let mut claims = common_claims(input, shapes, BACKDATED, lifetime);
    claims.extend(object(json!({
        "nbf": platform.now() - BACKDATED,
        "tid": grant.tenant.id,
        "ver": "2.0",
        "uti": platform.handle().get(..22),
        "rh": format!("1.{}.", platform.handle()),
        "aio": platform.handle(),
    })));
    if scopes.profile {
        claims.insert("name".to_owned(), person.name.clone().into());
        claims.insert("oid".to_owned(), person.object_id(&grant.tenant).into());
        claims.insert("preferred_username".to_owned(), person.mail.clone().into());
    }
    if let Some(home) = &person.home {
        // Present only when the identity provider is not the issuer (id-token-claims-reference).
        let idp = format!("https://sts.windows.net/{}/", home.id);
        claims.insert("idp".to_owned(), idp.into());
        claims.insert("email".to_owned(), person.mail.clone().into());
    }
    if !person.roles.is_empty() {
        claims.insert("roles".to_owned(), json!(person.roles));
    }
    let most_groups = if input.by_front_channel {
        MOST_GROUPS_IN_AN_ADDRESS
    } else {
        MOST_GROUPS
    };
    if person.groups.len() > most_groups {
        let short = shapes.overage_as_hasgroups || input.by_front_channel;
        claims.extend(overage(input.grant, person, short));
    } else if !person.groups.is_empty() {
        claims.insert("groups".to_owned(), json!(person.groups));
    }
    optional_claims(input, shapes, &mut claims);
    if input.realm.version == Version::V1 {
        as_v1(&mut claims, input);
    }
    claims
}

/// The older endpoint: another issuer, `ver`, and names under other claims.
fn as_v1(claims: &mut Members, input: &IdTokenInput<'_>) {
    let tenant = &input.grant.tenant.id;
    claims.remove("preferred_username");
    claims.extend(object(json!({
        "iss": format!("https://sts.windows.net/{tenant}/"),
        "ver": "1.0",
        "amr": ["pwd"],
        "unique_name": input.person.mail,
        "upn": input.person.mail,
        "given_name": input.person.given_name,
        "family_name": input.person.family_name,
    })));
}

/// Too many groups: a hint where they are instead (microsoft-identity.md §2.2, §6.4).
pub(super) fn overage(grant: &Grant, person: &Person, short: bool) -> Members {
    if short {
        return object(json!({"hasgroups": true}));
    }
    // The retired AAD Graph, as real tokens still say; nobody may call it.
    let endpoint = format!(
        "https://graph.windows.net/{}/users/{}/getMemberObjects",
        grant.tenant.id,
        person.object_id(&grant.tenant)
    );
    object(json!({
        "_claim_names": {"groups": "src1"},
        "_claim_sources": {"src1": {"endpoint": endpoint}},
    }))
}

fn optional_claims(input: &IdTokenInput<'_>, shapes: &Shapes, claims: &mut Members) {
    let IdTokenInput {
        grant,
        person,
        scopes,
        ..
    } = input;
    for name in &shapes.optional_claims {
        let value: Value = match name.as_str() {
            "sid" => grant.sid.clone().into(),
            // Opaque to applications; says nothing but who.
            "login_hint" => format!("O.{}", sha256(person.mail.as_bytes())).into(),
            "auth_time" => grant.auth_time.into(),
            "email" => person.mail.clone().into(),
            "given_name" => person.given_name.clone().into(),
            "family_name" => person.family_name.clone().into(),
            _ => continue,
        };
        claims.insert(name.clone(), value);
    }
    if grant.max_age {
        // OIDC Core §2: required when max_age was requested.
        claims.insert("auth_time".to_owned(), grant.auth_time.into());
    }
    if scopes.email {
        claims.insert("email".to_owned(), person.mail.clone().into());
    }
}

/// The authentication contexts that were asked for: `acrs` at Microsoft's directories, `acr` elsewhere.
fn contexts(grant: &Grant) -> Members {
    let mut claims = Members::new();
    if grant.kind.is_microsoft() {
        if let Some(asked) = requested(grant.claims.as_ref(), "id_token").remove("acrs") {
            claims.insert("acrs".to_owned(), asked);
        }
    } else if let Some(acr) = &grant.acr {
        claims.insert("acr".to_owned(), acr.clone().into());
    }
    claims
}

/// The opaque `login_hint` claim of a person, as [`optional_claims`] writes it.
pub(crate) fn opaque_login_hint(person: &Person) -> String {
    format!("O.{}", sha256(person.mail.as_bytes()))
}

fn b2c_claims(input: &IdTokenInput<'_>, shapes: &Shapes) -> Members {
    let IdTokenInput {
        platform,
        realm,
        grant,
        person,
        ..
    } = input;
    let mut claims = common_claims(input, shapes, 0, platform.settings().id_token_lifetime);
    let policy = realm
        .policy
        .as_ref()
        .map_or("", |policy| policy.name.as_str());
    let (policy_claim, shown) = policy_claim(policy, shapes);
    claims.extend(object(json!({
        "nbf": platform.now(),
        "auth_time": grant.auth_time,
        "ver": "1.0",
        "oid": person.object_id(&grant.tenant),
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "emails": [person.mail],
    })));
    if !policy_claim.is_empty() {
        claims.insert(policy_claim.to_owned(), shown.into());
    }
    if shapes.b2c_subject_not_supported {
        let subject = "Not supported currently. Use oid claim.";
        claims.insert("sub".to_owned(), subject.into());
    }
    if let Some(token) = input.access_token {
        claims.insert("at_hash".to_owned(), left_half_hash(token).into());
    }
    claims
}

/// The claim that names the user flow, and how it writes the name.
pub(super) fn policy_claim<'s>(policy: &str, shapes: &'s Shapes) -> (&'s str, String) {
    if shapes.b2c_policy_in_acr {
        return ("acr", policy.to_ascii_lowercase());
    }
    let claim = shapes.b2c_policy_claim.as_deref().unwrap_or("tfp");
    (claim, policy.to_owned())
}

/// Name and mail address are in userinfo only, as OIDC Core §5.4 has it when there is an access token, unless `claims` asks for
/// them in the ID token (§5.5).
fn openid_claims(input: &IdTokenInput<'_>, shapes: &Shapes) -> Members {
    let IdTokenInput {
        platform,
        grant,
        person,
        ..
    } = input;
    let mut claims = common_claims(input, shapes, 0, platform.settings().id_token_lifetime);
    claims.insert("auth_time".to_owned(), grant.auth_time.into());
    claims.insert("sid".to_owned(), grant.sid.clone().into());
    if let Some(token) = input.access_token {
        claims.insert("at_hash".to_owned(), left_half_hash(token).into());
    }
    let requested = grant.claims.as_ref().and_then(|all| all.get("id_token"));
    let names = requested.and_then(Value::as_object).map(|all| all.keys());
    for name in names.into_iter().flatten() {
        if let Some(value) = person.standard_claim(name) {
            claims.insert(name.clone(), value);
        }
    }
    claims
}
