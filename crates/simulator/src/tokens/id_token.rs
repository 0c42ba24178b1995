//! ID tokens: the claim sets of each kind (microsoft-identity.md §2.1, §2.2), and the faults in them.
//!
//! Owns what an ID token says. Does not know when one is issued.

use serde_json::{Value, json};

use crate::clients::CLIENT_SECRET;
use crate::directory::{FABRIKAM, PERSONAL_ACCOUNTS, Person, UserFlow};
use crate::encoding::{Members, left_half_hash, object, sha256};
use crate::faults::Fault;
use crate::kind::Kind;
use crate::options::Shapes;
use crate::platform::Platform;
use crate::realm::Realm;
use crate::scopes::Scopes;
use crate::state::{Grant, pairwise};
use crate::tokens::jwt::{Signing, encode};
use crate::tokens::keys::KeyRing;

/// More groups than this do not fit into a JWT (microsoft-identity.md §2.2).
const MOST_GROUPS: usize = 200;
/// Microsoft's kinds date tokens back by so many seconds: `exp - iat` is 3900, not 3600 (recorded).
const BACKDATED: i64 = 300;
/// ID tokens of personal accounts live a day (recorded).
const PERSONAL_LIFETIME: i64 = 86_400;
const WEEK: i64 = 7 * 24 * 3600;

/// What an ID token is made from.
pub(crate) struct Facts<'a> {
    pub platform: &'a Platform,
    pub realm: &'a Realm,
    pub grant: &'a Grant,
    pub person: &'a Person,
    pub scopes: &'a Scopes,
    pub access_token: Option<&'a str>,
    /// Not at refresh: a refreshed ID token should not have one (OIDC Core §12.2).
    pub with_nonce: bool,
}

/// `sub` of the person of a grant.
pub(crate) fn subject(kind: Kind, grant: &Grant, person: &Person) -> String {
    pairwise(kind, &grant.tenant, person, &grant.client_id)
}

/// Whose key signs tokens for people of this tenant.
pub(crate) fn ring(kind: Kind, tenant: &str, shapes: &Shapes) -> KeyRing {
    match kind {
        Kind::EntraId if tenant == PERSONAL_ACCOUNTS => KeyRing::Personal,
        Kind::EntraId => KeyRing::Entra,
        Kind::ExternalId | Kind::ExternalIdCustomDomain => KeyRing::Customers,
        Kind::B2c => KeyRing::B2c,
        Kind::Oidc if shapes.oidc_es256 => KeyRing::OidcEc,
        Kind::Oidc => KeyRing::Oidc,
    }
}

/// A signed ID token, with these faults.
pub(crate) fn issue(facts: &Facts<'_>, faults: &[Fault]) -> String {
    let shapes = facts.platform.shapes();
    let mut claims = match facts.realm.kind {
        Kind::B2c => b2c_claims(facts, &shapes),
        Kind::Oidc => openid_claims(facts, &shapes),
        _ => entra_claims(facts, &shapes),
    };
    let mut header = Members::new();
    for fault in faults {
        apply(fault, &mut claims, &mut header, facts);
    }
    sign(facts, &shapes, header, &claims, faults)
}

fn common_claims(facts: &Facts<'_>, shapes: &Shapes, back: i64, lifetime: i64) -> Members {
    let Facts {
        platform,
        realm,
        grant,
        person,
        ..
    } = facts;
    let now = platform.now();
    let mut claims = object(json!({
        "iss": realm.issuer(&grant.tenant.id, shapes),
        "sub": subject(realm.kind, grant, person),
        "aud": grant.client_id,
        "exp": now + lifetime,
        "iat": now - back,
    }));
    if let (Some(nonce), true) = (&grant.nonce, facts.with_nonce) {
        claims.insert("nonce".to_owned(), nonce.clone().into());
    }
    claims
}

fn entra_claims(facts: &Facts<'_>, shapes: &Shapes) -> Members {
    let Facts {
        platform,
        grant,
        person,
        scopes,
        ..
    } = facts;
    let personal = grant.tenant.id == PERSONAL_ACCOUNTS;
    let lifetime = if personal {
        PERSONAL_LIFETIME
    } else {
        platform.options.id_token_lifetime
    };
    let mut claims = common_claims(facts, shapes, BACKDATED, lifetime);
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
    if person.groups.len() > MOST_GROUPS {
        claims.extend(overage(facts, shapes));
    } else if !person.groups.is_empty() {
        claims.insert("groups".to_owned(), json!(person.groups));
    }
    optional_claims(facts, shapes, &mut claims);
    claims
}

/// Too many groups: a hint where they are instead (microsoft-identity.md §2.2, §6.4).
fn overage(facts: &Facts<'_>, shapes: &Shapes) -> Members {
    if shapes.overage_as_hasgroups {
        return object(json!({"hasgroups": true}));
    }
    let Facts { grant, person, .. } = facts;
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

fn optional_claims(facts: &Facts<'_>, shapes: &Shapes, claims: &mut Members) {
    let Facts {
        grant,
        person,
        scopes,
        ..
    } = facts;
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

/// The opaque `login_hint` claim of a person, as [`optional_claims`] writes it.
pub(crate) fn opaque_login_hint(person: &Person) -> String {
    format!("O.{}", sha256(person.mail.as_bytes()))
}

fn b2c_claims(facts: &Facts<'_>, shapes: &Shapes) -> Members {
    let Facts {
        platform,
        realm,
        grant,
        person,
        ..
    } = facts;
    let mut claims = common_claims(facts, shapes, 0, platform.options.id_token_lifetime);
    let policy = realm
        .policy
        .as_ref()
        .map_or("", |policy| policy.name.as_str());
    let policy_claim = if shapes.b2c_policy_in_acr {
        "acr"
    } else {
        "tfp"
    };
    let shown = if shapes.b2c_policy_in_acr {
        policy.to_ascii_lowercase()
    } else {
        policy.to_owned()
    };
    claims.extend(object(json!({
        "nbf": platform.now(),
        "auth_time": grant.auth_time,
        "ver": "1.0",
        "oid": person.object_id(&grant.tenant),
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "emails": [person.mail],
        policy_claim: shown,
    })));
    if let Some(token) = facts.access_token {
        claims.insert("at_hash".to_owned(), left_half_hash(token).into());
    }
    claims
}

/// Name and mail address are in userinfo only, as OIDC Core §5.4 has it when there is an access token.
fn openid_claims(facts: &Facts<'_>, shapes: &Shapes) -> Members {
    let Facts {
        platform, grant, ..
    } = facts;
    let mut claims = common_claims(facts, shapes, 0, platform.options.id_token_lifetime);
    claims.insert("auth_time".to_owned(), grant.auth_time.into());
    claims.insert("sid".to_owned(), grant.sid.clone().into());
    if let Some(token) = facts.access_token {
        claims.insert("at_hash".to_owned(), left_half_hash(token).into());
    }
    claims
}

fn apply(fault: &Fault, claims: &mut Members, header: &mut Members, facts: &Facts<'_>) {
    let client = facts.grant.client_id.as_str();
    let now = facts.platform.now();
    let mut set = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    match fault {
        Fault::WrongIssuer | Fault::RefreshOtherIssuer => append(claims, "iss"),
        Fault::WrongNonce => append(claims, "nonce"),
        Fault::RefreshOtherSubject => append(claims, "sub"),
        Fault::WrongAccessTokenHash => append(claims, "at_hash"),
        Fault::WrongAudience => set("aud", format!("{client}1").into()),
        Fault::ExtraAudience => set("aud", json!([client, "stranger"])),
        Fault::AudienceArray => set("aud", json!([client])),
        Fault::TidNotGuid => set("tid", "contoso.onmicrosoft.com".into()),
        Fault::OtherTid => set("tid", FABRIKAM.into()),
        Fault::SetClaim(name, value) => set(name, value.clone()),
        Fault::MissingClaim(name) => drop(claims.remove(name)),
        Fault::MissingNonce => drop(claims.remove("nonce")),
        Fault::IssuerOfOtherTenant => other_tenant(claims, facts),
        Fault::OtherPolicy => {
            let name = if claims.contains_key("acr") {
                "acr"
            } else {
                "tfp"
            };
            let other = facts.grant.tenant.policy_for(UserFlow::EditProfile);
            claims.insert(
                name.to_owned(),
                other.map(|policy| policy.name.clone()).into(),
            );
        }
        Fault::Expired => {
            claims.insert("iat".to_owned(), (now - 7200).into());
            claims.insert("exp".to_owned(), (now - 3600).into());
        }
        Fault::NotYetValid => set("nbf", (now + 3600).into()),
        Fault::IatWeekOld => set("iat", (now - WEEK).into()),
        Fault::ClockOff(seconds) => {
            for name in ["iat", "nbf", "exp", "auth_time"] {
                if let Some(time) = claims.get(name).and_then(Value::as_i64) {
                    claims.insert(name.to_owned(), (time + seconds).into());
                }
            }
        }
        Fault::MissingKid => drop(header.insert("kid".to_owned(), Value::Null)),
        Fault::HeaderMember(name, value) => drop(header.insert(name.clone(), value.clone())),
        _ => {}
    }
}

fn append(claims: &mut Members, name: &str) {
    if let Some(Value::String(text)) = claims.get_mut(name) {
        text.push('x');
    }
}

fn other_tenant(claims: &mut Members, facts: &Facts<'_>) {
    let own = facts.grant.tenant.id.as_str();
    if let Some(Value::String(issuer)) = claims.get_mut("iss") {
        *issuer = issuer.replace(own, FABRIKAM);
    }
    if claims.contains_key("tid") {
        claims.insert("tid".to_owned(), FABRIKAM.into());
    }
}

fn sign(
    facts: &Facts<'_>,
    shapes: &Shapes,
    mut header: Members,
    claims: &Members,
    faults: &[Fault],
) -> String {
    let keys = &facts.platform.keys;
    let ring = ring(facts.realm.kind, &facts.grant.tenant.id, shapes);
    if faults.contains(&Fault::KeysRotated) {
        keys.rotate();
    }
    let key = keys.current(ring);
    let stranger = || keys.current(KeyRing::Stranger);
    let signing = faults.iter().rev().find_map(|fault| match fault {
        Fault::BadSignature | Fault::RefreshBadSignature => {
            Some(encode(header.clone(), claims, &Signing::Corrupted(&key)))
        }
        Fault::AlgNone => Some(encode(header.clone(), claims, &Signing::Unsigned)),
        Fault::Hs256WithSecret => Some(encode(
            header.clone(),
            claims,
            &Signing::Hs256(CLIENT_SECRET.as_bytes()),
        )),
        Fault::OtherAlgorithm => Some(encode(header.clone(), claims, &Signing::Pss(&key))),
        Fault::UnknownKid => Some(encode(header.clone(), claims, &Signing::With(&stranger()))),
        Fault::ForgedKid => {
            header.insert("kid".to_owned(), key.kid().into());
            Some(encode(header.clone(), claims, &Signing::With(&stranger())))
        }
        Fault::KeyOfOtherIssuer => Some(encode(
            header.clone(),
            claims,
            &Signing::With(&keys.current(KeyRing::Personal)),
        )),
        _ => None,
    });
    signing.unwrap_or_else(|| encode(header, claims, &Signing::With(&key)))
}
